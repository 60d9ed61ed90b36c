import { describe, expect, it } from "@jest/globals";
import { octetsOf, octetString } from "../message/octets.ts";
import { Called } from "../testing/called.ts";
import { PlainDescriptions } from "../testing/plain-descriptions.ts";
import { T1, T4, TIMEOUT } from "../transaction/timers.ts";
import { SDP_CONTENT } from "./description.ts";
import type { InviteUsage } from "./invite-usage.ts";

describe("a called user agent", () => {
  it("repeats its 2xx after T1, 2·T1 …, stops with the first ACK, and absorbs the next ones (§13.3.1.4)", () => {
    const called = new Called();
    called.send("INVITE", 1);
    called.session.accept({ status: 200, headers: [["X-Once", "1"]] });
    called.clock.advance(3 * T1);
    expect(called.sent).toEqual(["200 INVITE", "200 INVITE", "200 INVITE"]);
    expect(called.network.sent[2]?.octets).toEqual(called.network.sent[1]?.octets);
    called.send("ACK", 1, called.session.tag);
    called.send("ACK", 1, called.session.tag);
    called.clock.advance(TIMEOUT);
    expect(called.told).toEqual(["ACK"]);
    expect(called.sent).toHaveLength(3);
    called.send("BYE", 2, called.session.tag);
    called.clock.advance(TIMEOUT + T4);
    expect(called.leftovers).toBe(0);
  });

  it("says with its 2xx which methods the dialog takes (§13.3.1.4)", () => {
    const called = new Called();
    called.establish();
    const answer = called.messages.find((message) => message.kind === "response" && message.status === 200);
    expect(answer?.list("allow")).toEqual([
      "INVITE",
      "ACK",
      "CANCEL",
      "BYE",
      "OPTIONS",
      "PRACK",
      "UPDATE",
      "INFO",
    ]);
  });

  it("takes the ACK that has the INVITE's own branch too (RFC 6026 §7.1)", () => {
    const called = new Called();
    const branch = called.send("INVITE", 1);
    called.session.accept({ status: 200 });
    called.send("ACK", 1, called.session.tag, { branch });
    called.clock.advance(TIMEOUT);
    expect(called.told).toEqual(["ACK"]);
    expect(called.sent).toEqual(["200 INVITE"]);
  });

  it("ends a session whose ACK never comes with BYE, by its owner (§13.3.1.4)", () => {
    const called = new Called();
    called.send("INVITE", 1);
    const usage = called.session.accept({ status: 200 });
    called.clock.advance(TIMEOUT);
    expect(called.told).toEqual(["no ACK"]);
    usage?.bye({}, (response) => called.told.push(`BYE ${response?.status ?? "unanswered"}`));
    called.clock.advance(TIMEOUT + T4);
    expect(called.told).toEqual(["no ACK", "BYE unanswered"]);
    expect(called.leftovers).toBe(0);
  });

  it("answers INFO in the dialog, and repeats that answer (RFC 6086)", () => {
    const called = new Called();
    const tag = called.establish();
    const branch = called.send("INFO", 2, tag);
    called.send("INFO", 2, tag, { branch });
    expect(called.told).toEqual(["ACK", "INFO"]);
    expect(called.sent.slice(1)).toEqual(["200 INFO", "200 INFO"]);
  });

  it("takes a re-INVITE, repeats its 2xx until the ACK with that number, moves the target (§14.2)", () => {
    const called = new Called();
    const tag = called.establish();
    called.descriptions = new PlainDescriptions("b");
    called.send("INVITE", 2, tag, {
      headers: ["Content-Type: application/sdp", "Content-Length: 3"],
      body: "a 1",
    });
    called.clock.advance(T1);
    called.send("ACK", 1, tag);
    called.clock.advance(2 * T1);
    called.send("ACK", 2, tag);
    called.clock.advance(TIMEOUT);
    expect(called.told).toEqual(["ACK", "changed", "ACK"]);
    expect(called.sent).toEqual(["200 INVITE", "200 INVITE", "200 INVITE", "200 INVITE"]);
    expect(called.messages.at(-1)?.header("contact")).toBe("<sip:192.0.2.2:5060>");
    expect(octetString(called.messages.at(-1)?.body ?? new Uint8Array(0))).toBe("b 1 to a 1");
  });

  it("refuses a re-INVITE without ending the dialog (§14.1)", () => {
    const called = new Called();
    const tag = called.establish();
    const branch = called.send("INVITE", 2, tag);
    called.send("ACK", 2, tag, { branch });
    called.send("INFO", 3, tag);
    // Nobody here makes or takes descriptions.
    expect(called.sent.slice(1)).toEqual(["488 INVITE", "200 INFO"]);
  });

  it("answers 500 to a request with a lower number, whatever its method (§12.2.2)", () => {
    const called = new Called();
    const tag = called.establish();
    called.send("INFO", 5, tag);
    called.send("INFO", 4, tag);
    called.send("INVITE", 3, tag);
    called.send("OPTIONS", 2, tag);
    called.send("BYE", 2, tag);
    expect(called.sent.slice(1)).toEqual(["200 INFO", "500 INFO", "500 INVITE", "500 OPTIONS", "500 BYE"]);
    expect(called.agent.dialogs).toBe(1);
    called.send("BYE", 6, tag);
    expect(called.agent.dialogs).toBe(0);
  });

  it("answers 481 to what belongs to no dialog (§12.2.2)", () => {
    const called = new Called();
    const tag = called.establish();
    called.send("INVITE", 2, "unknown");
    called.send("INFO", 2, "unknown");
    called.send("OPTIONS", 2, "unknown");
    called.send("BYE", 2, tag);
    called.send("INFO", 3, tag);
    expect(called.sent.slice(1)).toEqual(["481 INVITE", "481 INFO", "481 OPTIONS", "200 BYE", "481 INFO"]);
    expect(called.told.filter((each) => each === "refused no-dialog")).toHaveLength(4);
  });

  it("says of an ACK that belongs to nothing that it came (§17.1.1.3)", () => {
    const called = new Called();
    called.establish();
    called.send("ACK", 1, "unknown");
    expect(called.told).toEqual(["ACK", "refused stray-ack"]);
  });

  it("refuses a re-INVITE that requires what it does not know, and the dialog goes on (§8.2.2.3, §14.1)", () => {
    const called = new Called();
    const tag = called.establish();
    const branch = called.send("INVITE", 2, tag, { headers: ["Require: precondition"] });
    called.send("ACK", 2, tag, { branch });
    called.send("INFO", 3, tag);
    expect(called.sent.slice(1)).toEqual(["420 INVITE", "200 INFO"]);
    expect(called.told).toEqual(["ACK", "refused bad-extension", "INFO"]);
  });

  it("ends with BYE before its final response: 200, and 487 by its owner (§15.1.2)", () => {
    const called = new Called();
    called.send("INVITE", 1);
    called.session.progress({ status: 180 });
    called.send("BYE", 2, called.session.tag);
    called.session.reject({ status: 487 });
    expect(called.sent).toEqual(["180 INVITE", "200 BYE", "487 INVITE"]);
    expect(called.agent.dialogs).toBe(0);
  });

  it("answers under several To tags, a dialog each; the 2xx ends the others (§12.1)", () => {
    const called = new Called();
    called.send("INVITE", 1);
    called.session.progress({ status: 180 }, "first");
    called.session.progress({ status: 183 }, "second");
    expect(called.agent.dialogs).toBe(2);
    called.send("INFO", 2, "first");
    called.session.accept({ status: 200 }, "second");
    expect(called.agent.dialogs).toBe(1);
    called.send("ACK", 1, "second");
    called.send("INFO", 2, "first");
    called.send("BYE", 2, "second");
    expect(called.sent).toEqual([
      "180 INVITE",
      "183 INVITE",
      "200 INFO",
      "200 INVITE",
      "481 INFO",
      "200 BYE",
    ]);
    expect(called.messages.map(({ toTag }) => toTag)).toEqual([
      "first",
      "second",
      "first",
      "second",
      "first",
      "second",
    ]);
    called.clock.advance(TIMEOUT + T4);
    expect(called.leftovers).toBe(0);
  });

  it("ends every early dialog with a rejection, of the tag it had (§12.3)", () => {
    const called = new Called();
    called.send("INVITE", 1);
    called.session.progress({ status: 180 });
    called.session.reject({ status: 486 });
    called.session.accept({ status: 200 });
    called.session.progress({ status: 180 });
    expect(called.sent).toEqual(["180 INVITE", "486 INVITE"]);
    expect(new Set(called.messages.map(({ toTag }) => toTag)).size).toBe(1);
    expect(called.agent.dialogs).toBe(0);
    called.clock.advance(TIMEOUT);
    expect(called.told).toEqual(["response lost"]);
    expect(called.leftovers).toBe(0);
  });

  it("lets an INVITE expire that has no final response in its time: 487 (RFC 3261 §13.3.1)", () => {
    const called = new Called();
    called.send("INVITE", 1, undefined, { headers: ["Expires: 20"] });
    called.session.progress({ status: 180 });
    called.clock.advance(19_000);
    expect(called.sent).toEqual(["180 INVITE"]);
    called.clock.advance(1_000);
    expect(called.sent).toEqual(["180 INVITE", "487 INVITE"]);
  });

  it("has no use for Expires once the INVITE is answered, or where it is longer than any ringing (RFC 3261 §13.3.1)", () => {
    const called = new Called();
    called.send("INVITE", 1, undefined, { headers: ["Expires: 20"] });
    called.session.accept({ status: 200 });
    called.send("ACK", 1, called.session.tag);
    called.clock.advance(TIMEOUT);
    expect(called.sent).toEqual(["200 INVITE"]);
    const patient = new Called();
    patient.send("INVITE", 1, undefined, { headers: ["Expires: 4294967295"] });
    patient.session.trying();
    patient.clock.advance(3_600_000);
    expect(patient.sent).toEqual(["100 INVITE"]);
  });

  it("sends no reliable response without the offer that is due in it, unless the caller insists (RFC 3262 §5)", () => {
    const rseqOf = (headers: string[], body?: string): string | undefined => {
      const called = new Called();
      called.send("INVITE", 1, undefined, { headers });
      const content = body === undefined ? {} : { headers: [SDP_CONTENT], body: octetsOf(body) };
      called.session.progress({ status: 183, ...content });
      return called.messages[0]?.header("rseq");
    };
    expect(rseqOf(["Supported: 100rel"])).toBeUndefined();
    expect(rseqOf(["Supported: 100rel"], "offer")).toBeDefined();
    expect(rseqOf(["Require: 100rel"])).toBeDefined();
  });

  it("answers a CANCEL that comes after its 2xx, and the call goes on (§9.2)", () => {
    const called = new Called();
    const branch = called.send("INVITE", 1);
    called.session.accept({ status: 200 });
    called.send("CANCEL", 1, undefined, { branch });
    called.send("ACK", 1, called.session.tag);
    called.send("INFO", 2, called.session.tag);
    expect(called.sent).toEqual(["200 INVITE", "200 CANCEL", "200 INFO"]);
    expect(called.messages[1]?.toTag).toBe(called.session.tag);
    expect(called.told).toEqual(["ACK", "INFO"]);
  });

  it("answers a CANCEL with the To tag of its INVITE's 487 (§9.2)", () => {
    const called = new Called();
    const branch = called.send("INVITE", 1);
    called.session.trying();
    called.send("CANCEL", 1, undefined, { branch });
    called.send("ACK", 1, called.session.tag, { branch });
    expect(called.sent).toEqual(["100 INVITE", "200 CANCEL", "487 INVITE"]);
    const [trying, cancelled, terminated] = called.messages;
    expect(trying?.toTag).toBeUndefined();
    expect(cancelled?.toTag).toBe(terminated?.toTag);
    called.clock.advance(TIMEOUT + T4);
    expect(called.leftovers).toBe(0);
  });

  it("sends its own requests along the route set, a name nobody knows to where the caller was heard (§12.2.1.1)", () => {
    const called = new Called();
    called.network.transport("proxy", "192.0.2.7", 5080);
    called.send("INVITE", 1, undefined, {
      headers: ["Record-Route: <sip:192.0.2.7:5080;lr>, <sip:p1.example;lr>"],
    });
    const usage = called.session.accept({ status: 200 });
    called.send("ACK", 1, called.session.tag);
    usage?.send("INFO", { headers: [["X-A", "1"]] }, () => undefined);
    const [info, to] = [called.messages.at(-1), called.network.sent.at(-1)?.to];
    expect(to).toBe("192.0.2.7:5080");
    expect(info?.kind === "request" && info.requestUriText).toBe("sip:a@192.0.2.1:5060");
    expect(info?.list("route")).toEqual(["<sip:192.0.2.7:5080;lr>", "<sip:p1.example;lr>"]);
    expect([info?.fromTag, info?.toTag, info?.header("x-a")]).toEqual([called.session.tag, "a", "1"]);

    const named = new Called();
    named.send("INVITE", 1, undefined, { headers: ["Record-Route: <sip:p1.example;lr>"] });
    named.session.accept({ status: 200 })?.send("INFO", {}, () => undefined);
    expect(named.network.sent.at(-1)?.to).toBe("192.0.2.1:5060");
  });

  it("answers a BYE that crosses its own with 200, and is left with nothing (§15)", () => {
    const called = new Called();
    called.send("INVITE", 1);
    const usage = called.session.accept({ status: 200 });
    called.send("ACK", 1, called.session.tag);
    usage?.bye({}, (response) => called.told.push(`BYE ${response?.status ?? "unanswered"}`));
    called.send("BYE", 2, called.session.tag);
    expect(called.sent).toEqual(["200 INVITE", "BYE", "200 BYE"]);
    called.clock.advance(TIMEOUT + T4);
    expect(called.told).toEqual(["ACK", "BYE unanswered"]);
    expect(called.leftovers).toBe(0);
  });

  it("leaves nothing behind when it is closed in the middle of everything", () => {
    const called = new Called();
    called.establish();
    called.isAnsweringAtOnce = false;
    called.send("INVITE", 2, called.session.tag);
    called.send("INFO", 3, called.session.tag);
    called.waiting[0]?.({ status: 200 });
    called.send("INVITE", 1, undefined, { headers: ["X: other call"] });
    called.session.progress({ status: 180 });
    called.agent.close();
    called.clock.advance(2);
    expect(called.leftovers).toBe(0);
  });
});

describe("a 2xx that waits for a PRACK (RFC 3262 §3)", () => {
  /** Accepted behind a reliable 183 with the answer, of which no PRACK came. */
  function accepted(): { readonly called: Called; readonly usage: InviteUsage } {
    const called = new Called();
    called.descriptions = new PlainDescriptions("b");
    called.send("INVITE", 1, undefined, {
      headers: ["Supported: 100rel", "Content-Type: application/sdp", "Content-Length: 3"],
      body: "a 1",
    });
    called.session.progress({ status: 183, headers: [SDP_CONTENT], body: octetsOf("b 1 to a 1") });
    const usage = called.session.accept({ status: 200 });
    if (usage === undefined) throw new TypeError("not accepted");
    expect(called.sent).toEqual(["183 INVITE"]);
    return { called, usage };
  }
  const finalsOf = (called: Called): string[] => called.sent.filter((each) => !each.startsWith("183"));
  const expectNothingLeft = (called: Called): void => {
    called.clock.advance(2 * TIMEOUT + T4);
    expect(called.leftovers).toBe(0);
  };

  it("becomes 504 where none comes, and its owner hears that the session is lost", () => {
    const { called, usage } = accepted();
    called.clock.advance(TIMEOUT);
    expect(finalsOf(called)[0]).toBe("504 INVITE");
    expect(called.told).toEqual(["lost prack-lost"]);
    expect([called.session.finalStatus, usage.hasEnded]).toEqual([504, true]);
    expectNothingLeft(called);
  });

  it("becomes 487, and no BYE is sent, where its owner ends the call before (RFC 3261 §15)", () => {
    const { called, usage } = accepted();
    let outcome: unknown = "none";
    usage.bye({}, (response) => (outcome = response));
    expect(finalsOf(called)).toEqual(["487 INVITE"]);
    expect([outcome, called.session.finalStatus]).toEqual([undefined, 487]);
    expectNothingLeft(called);
  });

  it("becomes 487 where the peer ends the call before by BYE (RFC 3261 §15.1.2)", () => {
    const { called } = accepted();
    called.send("BYE", 2, called.session.tag);
    expect(finalsOf(called)).toEqual(["200 BYE", "487 INVITE"]);
    expectNothingLeft(called);
  });

  it("leaves with the PRACK, and is not given twice", () => {
    const { called } = accepted();
    called.session.reject({ status: 486 });
    called.session.accept({ status: 200 });
    const rseq = called.messages[0]?.header("rseq") ?? "";
    called.send("PRACK", 2, called.session.tag, { headers: [`RAck: ${rseq} 1 INVITE`] });
    expect(finalsOf(called)).toEqual(["200 PRACK", "200 INVITE"]);
  });

  it("becomes 488 where there is no description for it after all, and the owner hears it", () => {
    const called = new Called();
    called.descriptions = new PlainDescriptions("b");
    called.descriptions.refusal = 488;
    called.send("INVITE", 1, undefined, {
      headers: ["Content-Type: application/sdp", "Content-Length: 3"],
      body: "a 1",
    });
    called.session.accept({ status: 200 });
    expect(called.sent).toEqual(["488 INVITE"]);
    expect(called.told).toEqual(["lost no-usable-answer"]);
    expectNothingLeft(called);
  });
});
