import { describe, expect, it } from "@jest/globals";
import { octetsOf, octetString } from "../message/octets.ts";
import { TwoAgents } from "../testing/two-agents.ts";
import { T1, TIMEOUT } from "../transaction/timers.ts";

const SDP = { headers: [["Content-Type", "application/sdp"]] as const, body: octetsOf("bob 1 to alice 1") };

describe("reliable provisional responses (RFC 3262)", () => {
  it("are sent with Require and RSeq where the caller supports them, and acknowledged by PRACK (§3, §4)", () => {
    const two = new TwoAgents();
    two.invite();
    two.incoming.progress({ status: 180 });
    two.clock.advance(10);
    const ringing = two.response(180, "INVITE");
    expect(ringing.list("require")).toEqual(["100rel"]);
    const rseq = ringing.header("rseq");
    expect(two.request("PRACK").header("rack")).toBe(`${rseq} 1 INVITE`);
    expect(two.trace).toEqual(["> INVITE", "< 180 INVITE", "> PRACK", "< 200 PRACK"]);
  });

  it("are sent again after T1, 2·T1, 4·T1 … until the PRACK comes (§3)", () => {
    const two = new TwoAgents();
    two.invite();
    two.incoming.trying();
    two.clock.advance(5);
    two.network.silence("192.0.2.1", 5060);
    two.incoming.progress({ status: 180 });
    two.clock.advance(7 * T1 + 10);
    expect(two.trace.filter((line) => line === "< 180 INVITE")).toHaveLength(4);
  });

  it("that are never acknowledged end the INVITE with 504 after 64·T1 (§3)", () => {
    const two = new TwoAgents();
    two.invite();
    two.network.silence("192.0.2.1", 5060);
    two.incoming.progress({ status: 180 });
    two.clock.advance(TIMEOUT + 10);
    expect(two.incoming.finalStatus).toBe(504);
    expect(two.response(504, "INVITE").toTag).toBe(two.incoming.tag);
  });

  it("wait for one another: RSeq rises by one with each (§3)", () => {
    const two = new TwoAgents();
    two.invite();
    two.incoming.progress({ status: 180 });
    two.incoming.progress({ status: 183 });
    expect(two.trace).toEqual(["> INVITE", "< 180 INVITE"]);
    two.clock.advance(10);
    const [first, second] = [two.response(180, "INVITE"), two.response(183, "INVITE")];
    expect(Number(second.header("rseq"))).toBe(Number(first.header("rseq")) + 1);
    expect(two.told.filter((line) => line.startsWith("alice"))).toEqual(["alice: 180", "alice: 183"]);
  });

  it("with an answer hold the 200 back until their PRACK (§3), and the offer is answered once", () => {
    const two = new TwoAgents();
    two.invite();
    two.incoming.progress({ status: 183, ...SDP });
    two.incoming.accept({ status: 200 });
    expect(two.trace).toEqual(["> INVITE", "< 183 INVITE"]);
    two.clock.advance(20);
    expect(two.trace.slice(2)).toEqual(["> PRACK", "< 200 PRACK", "< 200 INVITE", "> ACK"]);
    expect(two.response(200, "INVITE").body).toHaveLength(0);
    expect(two.aliceMedia.agreed).toBe("alice 1 | bob 1 to alice 1");
  });

  it("carry a late offer, which the PRACK answers (§5)", () => {
    const two = new TwoAgents();
    two.invite({ isLateOffer: true });
    two.incoming.progress({
      status: 183,
      headers: SDP.headers,
      body: octetsOf("bob 1"),
    });
    two.bobMedia.offer(() => undefined);
    two.clock.advance(10);
    expect(octetString(two.request("PRACK").body)).toBe("alice 1 to bob 1");
    expect(two.bobMedia.agreed).toBe("bob 1 | alice 1 to bob 1");
    two.incoming.accept({ status: 200 });
    two.clock.advance(10);
    expect(two.response(200, "INVITE").body).toHaveLength(0);
    expect(two.request("ACK").body).toHaveLength(0);
  });

  it("are not used with a caller who does not support them, and 420 says so where they are never used", () => {
    const two = new TwoAgents({ alice: { reliableProvisionals: "never" } });
    two.invite();
    two.incoming.progress({ status: 180 });
    two.clock.advance(10);
    expect(two.response(180, "INVITE").header("require")).toBeUndefined();

    const never = new TwoAgents({ bob: { reliableProvisionals: "never" } });
    never.invite({ headers: [["Require", "100rel"]] });
    expect(never.response(420, "INVITE").header("unsupported")).toBe("100rel");
  });

  it("are asked for by Require alone where the policy is so", () => {
    const two = new TwoAgents({ bob: { reliableProvisionals: "required" } });
    two.invite();
    expect(two.incoming.isProgressReliable).toBe(false);
    const other = new TwoAgents({ bob: { reliableProvisionals: "required" } });
    other.invite({ headers: [["Require", "100rel"]] });
    expect(other.incoming.isProgressReliable).toBe(true);
  });

  it("answer a PRACK of nothing with 481 (§3)", () => {
    const two = new TwoAgents();
    two.invite();
    two.incoming.progress({ status: 180 });
    two.clock.advance(10);
    const prack = octetString(two.request("PRACK").octets)
      .replace(/CSeq: \d+/, "CSeq: 90")
      .replace(/RAck: \d+/, "RAck: 1")
      .replace(/branch=z9hG4bK/, "branch=z9hG4bKx");
    two.inject(prack);
    expect(two.trace.at(-1)).toBe("< 481 PRACK");
  });

  it("are repeated each minute, so that no proxy gives up (RFC 3261 §13.3.1.1)", () => {
    const two = new TwoAgents({ alice: { reliableProvisionals: "never" } });
    two.invite();
    two.incoming.progress({ status: 180 });
    two.clock.advance(121_000);
    expect(two.trace.filter((line) => line === "< 180 INVITE")).toHaveLength(3);
    two.incoming.reject({ status: 480 });
    expect(two.leftovers()).toBe(0);
  });
});

describe("changes of a session", () => {
  it("by re-INVITE: offer, answer, ACK, and both agree (RFC 3261 §14)", () => {
    const two = new TwoAgents();
    const { bob } = two.establish();
    two.bobMedia.change();
    bob.change("INVITE", {}, (response) => two.told.push(`bob: ${response?.status}`));
    two.clock.advance(20);
    expect(two.trace).toEqual(["< INVITE", "> 200 INVITE", "< ACK"]);
    expect(two.told).toEqual(["alice: changed", "bob: changed", "bob: 200"]);
    expect([two.aliceMedia.agreed, two.bobMedia.agreed]).toEqual(Array(2).fill("bob 2 | alice 1 to bob 2"));
  });

  it("by UPDATE, in one round trip (RFC 3311 §5)", () => {
    const two = new TwoAgents();
    const { alice } = two.establish();
    two.aliceMedia.change();
    alice.change("UPDATE", {}, () => undefined);
    two.clock.advance(20);
    expect(two.trace).toEqual(["> UPDATE", "< 200 UPDATE"]);
    expect(two.bobMedia.agreed).toBe("alice 2 | bob 1 to alice 2");
    expect(two.request("UPDATE").header("contact")).toBe("<sip:192.0.2.1:5060>");
  });

  it("by UPDATE before the ACK to a 2xx: that ACK is no answer to the offer in it (RFC 3261 §13.2.1, RFC 3311 §5)", () => {
    const statuses: (number | undefined)[] = [];
    let update: (() => void) | undefined;
    const two = new TwoAgents({ bobInCall: { onSessionChanged: () => update?.() } });
    const { alice, bob } = two.establish();
    update = () => {
      update = undefined;
      bob.change("UPDATE", {}, (response) => statuses.push(response?.status));
    };
    alice.change("INVITE", {}, (response) => statuses.push(response?.status));
    two.clock.advance(50);
    expect(two.trace).toEqual(["> INVITE", "< 200 INVITE", "< UPDATE", "> ACK", "> 200 UPDATE"]);
    expect(statuses).toEqual([200, 200]);
    expect([alice.hasEnded, bob.hasEnded]).toEqual([false, false]);
  });

  it("that meet are answered 491 on both sides, and come again: 0 to 2 s, 2.1 to 4 s (RFC 3261 §14.1)", () => {
    const two = new TwoAgents();
    const { alice, bob } = two.establish();
    two.aliceMedia.change();
    two.bobMedia.change();
    alice.change("INVITE", {}, (response) => two.told.push(`alice: ${response?.status}`));
    bob.change("INVITE", {}, (response) => two.told.push(`bob: ${response?.status}`));
    two.clock.advance(5);
    expect(two.trace.filter((line) => line.includes("491"))).toEqual(["< 491 INVITE", "> 491 INVITE"]);
    const from = two.network.sent.length;
    two.clock.advance(2_050);
    expect(two.told).toContain("bob: 200");
    expect(two.told).not.toContain("alice: 200");
    two.clock.advance(2_000);
    expect(two.told).toContain("alice: 200");
    expect(two.network.sent.length).toBeGreaterThan(from);
    expect(two.aliceMedia.agreed).toBe(two.bobMedia.agreed);
  });

  it("that come before the one before is answered get 500 with Retry-After (§14.2, RFC 3311 §5.2)", () => {
    const two = new TwoAgents();
    const { alice } = two.establish();
    two.bobMedia.isHolding = true;
    alice.change("INVITE", {}, () => undefined);
    two.clock.advance(5);
    const invite = octetString(two.request("INVITE").octets);
    two.inject(invite.replace(/CSeq: \d+/, "CSeq: 90").replace(/branch=z9hG4bK/, "branch=z9hG4bKx"));
    const early = two.response(500, "INVITE");
    expect(Number(early.header("retry-after"))).toBeLessThanOrEqual(10);
    const update = invite.replaceAll("INVITE", "UPDATE").replace(/CSeq: \d+/, "CSeq: 91");
    two.inject(update.replace(/branch=z9hG4bK/, "branch=z9hG4bKy"));
    expect(two.response(500, "UPDATE").header("retry-after")).toBeDefined();
  });

  it("that are refused leave everything as it was, on both sides (RFC 6337 §3.4)", () => {
    const two = new TwoAgents();
    const { alice } = two.establish();
    const before = two.aliceMedia.agreed;
    two.bobMedia.refusal = 488;
    two.aliceMedia.change();
    alice.change("INVITE", {}, (response) => two.told.push(`alice: ${response?.status}`));
    two.clock.advance(20);
    expect(two.trace).toEqual(["> INVITE", "< 488 INVITE", "> ACK"]);
    expect(two.told).toEqual(["alice: 488"]);
    expect([two.aliceMedia.agreed, two.bobMedia.agreed]).toEqual([before, before]);
  });

  it("that are cancelled end with 487, and the call goes on (§9.2)", () => {
    const two = new TwoAgents();
    const { alice } = two.establish();
    two.bobMedia.isHolding = true;
    alice.change("INVITE", {}, () => undefined);
    two.clock.advance(5);
    const invite = octetString(two.request("INVITE").octets);
    const cancel = invite.replaceAll("INVITE", "CANCEL").replace(/Content-Type.*\r\n/, "");
    two.inject(cancel.replace(/Content-Length: \d+\r\n\r\n[^]*/, "Content-Length: 0\r\n\r\n"));
    expect(two.trace.filter((line) => line.startsWith("<"))).toEqual(["< 200 CANCEL", "< 487 INVITE"]);
    expect(two.bob.dialogs).toBe(1);
  });

  it("with a late offer: ours in the 200, theirs in the ACK (RFC 3261 §14.2)", () => {
    const two = new TwoAgents();
    two.establish({ isLateOffer: true });
    expect([two.aliceMedia.agreed, two.bobMedia.agreed]).toEqual(Array(2).fill("bob 1 | alice 1 to bob 1"));
  });

  it("without an answer in the ACK end the call with BYE (RFC 3261 §13.2.1)", () => {
    const two = new TwoAgents();
    two.aliceMedia.refusal = 488;
    two.invite({ isLateOffer: true });
    two.incoming.accept({ status: 200 });
    two.clock.advance(20);
    expect(two.trace).toContain("> ACK");
    expect(two.trace.filter((line) => line.endsWith(" BYE") && !line.includes("200")).length).toBeGreaterThan(
      0,
    );
    expect(two.leftovers()).toBe(0);
  });

  it("with a body nobody reads are refused with 415 and Accept (§8.2.3)", () => {
    const two = new TwoAgents();
    const { alice } = two.establish();
    const refused: string[] = [];
    alice.send("UPDATE", { headers: [["Content-Type", "text/html"]], body: octetsOf("<p>") }, (response) => {
      refused.push(`${response?.status} ${response?.header("accept")}`);
    });
    two.clock.advance(20);
    expect(refused).toEqual(["415 application/sdp"]);
  });

  it("move the target that later requests go to (§12.2.2)", () => {
    const two = new TwoAgents();
    const { alice, bob } = two.establish();
    alice.send("UPDATE", { headers: [["Contact", "<sip:alice@192.0.2.9:5070>"]] }, () => undefined);
    two.clock.advance(10);
    // The first Contact is the user agent's own.
    expect(bob.dialog.remoteTarget).toBe("sip:192.0.2.1:5060");
    expect(two.request("UPDATE").contacts).toHaveLength(2);
  });
});

describe("session timers (RFC 4028)", () => {
  const TIMER = { sessionExpiresS: 600, minSeS: 90 };

  it("are agreed on in the 2xx, and the refresher refreshes at the half by UPDATE (§7, §9, §10)", () => {
    const two = new TwoAgents({ alice: { sessionTimer: TIMER }, bob: { sessionTimer: TIMER } });
    two.invite();
    two.incoming.accept({ status: 200 });
    two.clock.advance(10);
    expect(two.response(200, "INVITE").header("session-expires")).toBe("600;refresher=uac");
    expect(two.response(200, "INVITE").list("require")).toContain("timer");
    two.mark();
    two.clock.advance(300_100);
    expect(two.trace).toEqual(["> UPDATE", "< 200 UPDATE"]);
    expect(two.request("UPDATE").header("session-expires")).toBe("600;refresher=uac");
    expect(two.request("UPDATE").body).toHaveLength(0);
    // The refresher stays for good: a quarter of an hour later the call stands.
    two.clock.advance(1_200_000);
    expect(new Set(two.trace)).toEqual(new Set(["> UPDATE", "< 200 UPDATE"]));
    expect(two.alice.dialogs + two.bob.dialogs).toBe(2);
  });

  it("are refreshed by the called side where the caller says so, by re-INVITE where UPDATE is not allowed", () => {
    const two = new TwoAgents({ alice: { sessionTimer: TIMER }, bob: { sessionTimer: TIMER } });
    const text = [
      "INVITE sip:bob@192.0.2.2 SIP/2.0",
      "Via: SIP/2.0/UDP 192.0.2.1:5999;branch=z9hG4bKt",
      "From: <sip:alice@192.0.2.1>;tag=t",
      "To: <sip:bob@192.0.2.2>",
      "Call-ID: t",
      "CSeq: 1 INVITE",
      "Contact: <sip:alice@192.0.2.1:5999>",
      "Allow: INVITE, ACK, BYE",
      "Supported: timer",
      "Session-Expires: 90;refresher=uas",
      "Content-Type: application/sdp",
      "Content-Length: 7",
      "",
      "alice 1",
    ];
    two.inject(text.join("\r\n"));
    two.incoming.accept({ status: 200 });
    two.inject(
      text
        .slice(0, 9)
        .join("\r\n")
        .replaceAll("INVITE", "ACK")
        .replace("To: <sip:bob@192.0.2.2>", `To: <sip:bob@192.0.2.2>;tag=${two.incoming.tag}`) + "\r\n\r\n",
    );
    two.mark();
    two.clock.advance(45_100);
    const refresh = two.request("INVITE");
    expect(refresh.header("session-expires")).toBe("90;refresher=uac");
    expect(octetString(refresh.body)).toBe("bob 1");
  });

  it("end the call with BYE where no refresh comes: a third of the interval early, at most 32 s (§10)", () => {
    const two = new TwoAgents({ alice: { sessionTimer: TIMER }, bob: { sessionTimer: TIMER } });
    two.establish();
    two.network.silence("192.0.2.2", 5060);
    two.clock.advance(567_000);
    // Alice has given up when her refresh was lost (§7.3).
    expect(two.trace).toContain("> BYE");
    expect(two.trace.filter((line) => line.startsWith("<"))).not.toContain("< BYE");
    two.clock.advance(2_000);
    expect(two.trace).toContain("< BYE");
    expect(two.leftovers()).toBe(0);
  });

  it("too short are refused with 422 and Min-SE, and the caller comes again with that (§6, §7.3)", () => {
    const two = new TwoAgents({
      alice: { sessionTimer: { sessionExpiresS: 90, minSeS: 90 } },
      bob: { sessionTimer: { sessionExpiresS: 1_800, minSeS: 300 } },
    });
    two.invite();
    two.clock.advance(20);
    expect(two.response(422, "INVITE").header("min-se")).toBe("300");
    const invites = two.messages.filter(
      ({ message }) => message.kind === "request" && message.method === "INVITE",
    );
    expect(invites.map(({ message }) => message.header("session-expires"))).toEqual(["90", "300"]);
    expect(invites[1]?.message.header("min-se")).toBe("300");
    expect(two.told).not.toContain("alice: 422");
    two.incoming.accept({ status: 200 });
    two.clock.advance(10);
    expect(two.response(200, "INVITE").header("session-expires")).toBe("300;refresher=uac");
  });

  it("are not forced on a caller who does not know them", () => {
    const two = new TwoAgents({ bob: { sessionTimer: TIMER } });
    two.invite();
    two.incoming.accept({ status: 200 });
    expect(two.response(200, "INVITE").header("session-expires")).toBeUndefined();
  });
});

describe("INFO (RFC 6086)", () => {
  const taken: string[] = [];
  const bobInCall = {
    infoPackages: ["dtmf"],
    onInfo: ({ method }: { method: string }, respond: (reply: { status: number }) => void): void => {
      taken.push(method);
      respond({ status: 200 });
    },
  };

  it("of a package that is wired is taken, of another refused with 469 and Recv-Info (§4.2.2)", () => {
    const two = new TwoAgents({ bobInCall });
    const { alice } = two.establish();
    const answers: string[] = [];
    for (const name of ["dtmf", "conference"])
      alice.send("INFO", { headers: [["Info-Package", name]] }, (response) => {
        answers.push(`${response?.status} ${response?.header("recv-info") ?? ""}`.trim());
      });
    two.clock.advance(20);
    expect(answers.sort()).toEqual(["200", "469 dtmf"]);
    expect(taken).toEqual(["INFO"]);
  });

  it("is announced by Recv-Info and Allow in the call that takes it, and refused with 405 where no handler is", () => {
    const two = new TwoAgents({ bobInCall });
    two.invite();
    two.incoming.accept({ status: 200 });
    expect(two.response(200, "INVITE").header("recv-info")).toBe("dtmf");
    expect(two.response(200, "INVITE").list("allow")).toContain("INFO");

    const without = new TwoAgents();
    const { alice } = without.establish();
    alice.send("INFO", {}, (response) =>
      without.told.push(`${response?.status} ${response?.header("allow")}`),
    );
    without.clock.advance(10);
    expect(without.told).toEqual(["405 INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE"]);
  });

  it("and OPTIONS in a dialog is answered with what the agent can do (RFC 3261 §11.2)", () => {
    const two = new TwoAgents();
    const { alice } = two.establish();
    alice.send("OPTIONS", {}, (response) =>
      two.told.push(`${response?.status} ${response?.header("accept")}`),
    );
    two.clock.advance(10);
    expect(two.told).toEqual(["200 application/sdp"]);
  });
});

describe("a new call where there is no room", () => {
  it("is refused with 503 and Retry-After, and one that ends makes room (RFC 3261 §21.5.4)", () => {
    const two = new TwoAgents({ bob: { dialogsMax: 1 } });
    const { alice } = two.establish();
    two.invite();
    two.clock.advance(10);
    expect(two.response(503, "INVITE").header("retry-after")).toBe("10");
    alice.bye({}, () => undefined);
    two.clock.advance(10);
    two.mark();
    two.invite();
    two.incoming.accept({ status: 200 });
    expect(two.response(200, "INVITE")).toBeDefined();
  });
});

describe("what requests carry that the session answers itself", () => {
  it("is told of before their answer: PRACK, re-INVITE and UPDATE, for parts beside the description (RFC 5621 §4)", () => {
    const carried: string[] = [];
    const two = new TwoAgents({
      bobInCall: { onCarried: ({ method, body }) => carried.push(`${method} ${octetString(body)}`) },
    });
    two.invite();
    two.incoming.progress({ status: 180 });
    two.clock.advance(10);
    two.incoming.accept({ status: 200 });
    two.clock.advance(20);
    two.aliceMedia.change();
    two.aliceUsage.change("INVITE", {}, () => undefined);
    two.clock.advance(20);
    two.aliceUsage.change("UPDATE", {}, () => undefined);
    two.clock.advance(20);
    expect(carried.map((line) => line.split(" ")[0])).toEqual(["PRACK", "INVITE", "UPDATE"]);
    expect(carried[1]).toContain("alice");
  });
});

describe("the end of a call", () => {
  it("from the called side waits for the ACK (RFC 3261 §15)", () => {
    const two = new TwoAgents();
    two.invite();
    const usage = two.incoming.accept({ status: 200 });
    usage?.bye({}, (response) => two.told.push(`bob: ${response?.status}`));
    expect(two.trace).toEqual(["> INVITE", "< 200 INVITE"]);
    two.clock.advance(20);
    expect(two.trace.slice(2)).toEqual(["> ACK", "< BYE", "> 200 BYE"]);
    expect(two.told.at(-1)).toBe("bob: 200");
    expect(two.leftovers()).toBe(0);
  });

  it("that has come already sends no second BYE, and whoever wanted one is told so", () => {
    const two = new TwoAgents();
    const { alice, bob } = two.establish();
    alice.bye({}, () => undefined);
    two.clock.advance(10);
    const outcomes: unknown[] = [];
    bob.bye({}, (response) => outcomes.push(response));
    alice.bye({}, (response) => outcomes.push(response));
    two.clock.advance(10);
    expect(outcomes).toEqual([undefined, undefined]);
    expect(two.trace).toEqual(["> BYE", "< 200 BYE"]);
  });

  it("while a re-INVITE is pending answers that with 487 (§15.1.2)", () => {
    const two = new TwoAgents();
    const { alice } = two.establish();
    two.bobMedia.isHolding = true;
    alice.change("INVITE", {}, () => undefined);
    two.clock.advance(5);
    alice.bye({}, () => undefined);
    two.clock.advance(20);
    expect([...two.trace].sort()).toEqual(["< 200 BYE", "< 487 INVITE", "> ACK", "> BYE", "> INVITE"]);
    two.bobMedia.held.forEach((act) => {
      act();
    });
    expect(two.leftovers()).toBe(0);
  });
});
