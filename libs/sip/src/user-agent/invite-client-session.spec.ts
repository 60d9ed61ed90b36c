import { describe, expect, it } from "@jest/globals";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import { parseMessage } from "../message/parse-message.ts";
import { MemoryNetwork, type MemoryTransport } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { T1, T4, TIMEOUT } from "../transaction/timers.ts";
import type { InviteClientSession } from "./invite-client-session.ts";
import type { InviteUsage } from "./invite-usage.ts";
import { UserAgent } from "./user-agent.ts";

/** A user agent that calls, and a bare transport that plays everyone it may reach. */
class Calling {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork(this.clock, new SeededRandom(1));
  readonly peer: MemoryTransport = this.network.transport("peer", "192.0.2.2");
  readonly agent: UserAgent;
  readonly session: InviteClientSession;
  readonly told: string[] = [];
  /** What `onAccepted` puts into the ACK. */
  answer: Uint8Array | undefined;
  onProvisional: (response: SipResponse) => void = () => undefined;

  constructor() {
    this.agent = new UserAgent(
      {
        clock: this.clock,
        random: new SeededRandom(2),
        transports: [this.network.transport("udp", "192.0.2.1")],
        locate: (host) => (/^[0-9.]+$/.test(host) ? host : undefined),
        accept: ["application/sdp"],
      },
      {
        admit: () => undefined,
        onInvite: () => undefined,
        onRefused: (reason) => this.told.push(`refused ${reason}`),
      },
    );
    this.session = this.agent.invite(
      {
        requestUri: "sip:b@b.example",
        from: '"A" <sip:a@a.example>',
        to: "<sip:b@b.example>",
        target: { listener: "udp", address: "192.0.2.2", port: 5060 },
        body: octetsOf("v=0"),
        headers: [["Content-Type", "application/sdp"]],
      },
      {
        onProvisional: (response) => {
          this.told.push(String(response.status));
          this.onProvisional(response);
        },
        onAccepted: (response) => {
          this.told.push(`accepted ${response.status} ${response.toTag ?? ""}`);
          return this.answer === undefined ? undefined : { body: this.answer };
        },
        onRejected: (response) => this.told.push(`rejected ${response.status}`),
        onFailed: (reason) => this.told.push(`failed ${reason}`),
        onAck: () => undefined,
        onAckTimeout: () => undefined,
        onBye: (_request, respond) => {
          this.told.push("BYE");
          respond({ status: 200 });
        },
        onInfo: (request, respond) => {
          this.told.push(request.method);
          respond({ status: 200 });
        },
      },
    );
    this.clock.advance(2);
  }

  get requests(): readonly SipRequest[] {
    return this.network.sent.flatMap(({ from, octets }) => {
      const parsed = parseMessage(octets);
      return from === "192.0.2.1:5060" && parsed.ok && parsed.message.kind === "request"
        ? [parsed.message]
        : [];
    });
  }

  get sent(): string[] {
    return this.requests.map(({ method }) => method);
  }

  /** Answers a request of the caller from its own octets. */
  respond(
    request: SipRequest | undefined,
    status: number,
    toTag?: string,
    headers?: readonly string[],
  ): void {
    if (request === undefined) throw new TypeError("no such request");
    const lines = [
      `SIP/2.0 ${status} X`,
      ...["via", "from", "call-id", "cseq"].map((id) => `${id}: ${request.header(id)}`),
      `To: <sip:b@b.example>${toTag === undefined ? "" : `;tag=${toTag}`}`,
      ...(headers ?? [`Contact: <sip:${toTag ?? "b"}@192.0.2.2:5060>`]),
    ];
    this.peer.send(octetsOf(`${lines.join("\r\n")}\r\n\r\n`), "192.0.2.1", 5060);
    this.clock.advance(2);
  }

  /** A request of the callee in the dialog of that tag. */
  request(method: string, number: number, tag: string): void {
    const lines = [
      `${method} sip:192.0.2.1:5060 SIP/2.0`,
      `Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK${method}${number}`,
      `From: <sip:b@b.example>;tag=${tag}`,
      `To: ${this.requests[0]?.header("from")}`,
      `Call-ID: ${this.session.callId}`,
      `CSeq: ${number} ${method}`,
    ];
    this.peer.send(octetsOf(`${lines.join("\r\n")}\r\n\r\n`), "192.0.2.1", 5060);
    this.clock.advance(2);
  }

  get leftovers(): number {
    const { dialogs, layer } = this.agent;
    return (
      dialogs +
      layer.serverTransactions +
      layer.clientTransactions +
      layer.timers.size +
      this.clock.pendingTimers
    );
  }
}

const octetsSent = (calling: Calling, method: string): Uint8Array[] =>
  calling.requests.filter((request) => request.method === method).map(({ octets }) => octets);

describe("a calling user agent", () => {
  it("puts the answer of a late offer into its ACK, and repeats that ACK as it was (§13.2.2.4)", () => {
    const calling = new Calling();
    calling.answer = octetsOf("v=0 answer");
    const [invite] = calling.requests;
    calling.respond(invite, 200, "b");
    calling.respond(invite, 200, "b");
    calling.respond(invite, 200, "b");
    expect(calling.told).toEqual(["accepted 200 b"]);
    const acks = octetsSent(calling, "ACK");
    expect(acks).toHaveLength(3);
    expect(new Set(acks.map((octets) => octetString(octets))).size).toBe(1);
    const ack = calling.requests.at(-1);
    expect(ack?.requestUriText).toBe("sip:b@192.0.2.2:5060");
    expect(octetString(ack?.body ?? new Uint8Array(0))).toBe("v=0 answer");
    expect(ack?.cseq).toEqual({ sequenceNumber: 1, method: "ACK" });
    expect(ack?.topVia?.branch).not.toBe(invite?.topVia?.branch);
  });

  it.each(["", "Record-Route: <sip:192.0.2.2:5080;lr>", "Record-Route: <sip:192.0.2.2:5080>"])(
    "repeats an ACK without an answer as it was, in the call and after its end (§13.2.2.4) %s",
    (route) => {
      const calling = new Calling();
      const [invite] = calling.requests;
      const headers = ["Contact: <sip:b@192.0.2.2:5060>", ...(route === "" ? [] : [route])];
      calling.respond(invite, 200, "b", headers);
      calling.respond(invite, 200, "b", headers);
      calling.session.usage?.bye({}, () => undefined);
      calling.clock.advance(2);
      calling.respond(calling.requests.at(-1), 200, "b");
      calling.respond(invite, 200, "b", headers);
      expect(calling.sent).toEqual(["INVITE", "ACK", "ACK", "BYE", "ACK"]);
      const acks = calling.network.sent.filter(({ octets }) => octetString(octets).startsWith("ACK"));
      expect(new Set(acks.map(({ to, octets }) => `${to} ${octetString(octets)}`)).size).toBe(1);
    },
  );

  it("repeats the ACK of a re-INVITE as it was, by the target that its 2xx names (§13.2.2.4, §14.1)", () => {
    const calling = new Calling();
    calling.respond(calling.requests[0], 200, "b");
    calling.session.usage?.change("INVITE", {}, () => undefined);
    calling.clock.advance(2);
    const reinvite = calling.requests.at(-1);
    const moved = ["Contact: <sip:moved@192.0.2.2:5060>"];
    calling.respond(reinvite, 200, "b", moved);
    calling.respond(reinvite, 200, "b", moved);
    expect(calling.sent).toEqual(["INVITE", "ACK", "INVITE", "ACK", "ACK"]);
    const [, first, again] = octetsSent(calling, "ACK").map((octets) => octetString(octets));
    expect(again).toBe(first);
    expect(first).toMatch(/^ACK sip:moved@192.0.2.2:5060 .*CSeq: 2 ACK\r\n/s);
  });

  it("acknowledges the 2xx of another fork and releases it (§13.2.2.4)", () => {
    const calling = new Calling();
    const [invite] = calling.requests;
    calling.respond(invite, 180, "one");
    calling.respond(invite, 180, "two");
    expect(calling.agent.dialogs).toBe(2);
    calling.respond(invite, 200, "one");
    expect(calling.agent.dialogs).toBe(1);
    calling.respond(invite, 200, "two");
    calling.respond(invite, 200, "two");
    expect(calling.sent).toEqual(["INVITE", "ACK", "ACK", "BYE", "ACK"]);
    const [, , ackTwo, bye] = calling.requests;
    expect([ackTwo?.toTag, bye?.toTag, bye?.cseq?.sequenceNumber]).toEqual(["two", "two", 2]);
    calling.respond(bye, 200, "two");
    expect(calling.session.usage?.dialog.remoteTag).toBe("one");
    calling.session.usage?.bye({}, () => undefined);
    calling.clock.advance(2);
    calling.respond(calling.requests.at(-1), 200, "one");
    expect(calling.told).toEqual(["180", "180", "accepted 200 one"]);
    calling.clock.advance(TIMEOUT + T4);
    expect(calling.leftovers).toBe(0);
  });

  it("counts on from the PRACK of a fork that another 2xx has ended, when its own comes (§12.2.1.1, §13.2.2.4)", () => {
    const calling = new Calling();
    const [invite] = calling.requests;
    const reliable = ["Contact: <sip:two@192.0.2.2:5060>", "Require: 100rel", "RSeq: 7"];
    calling.respond(invite, 180, "two", reliable);
    const prack = calling.requests.at(-1);
    calling.respond(prack, 200, "two");
    calling.respond(invite, 200, "one");
    calling.respond(invite, 200, "two");
    const [ack, bye] = calling.requests.slice(-2);
    expect([prack, ack, bye].map((request) => request?.cseq)).toEqual([
      { sequenceNumber: 2, method: "PRACK" },
      { sequenceNumber: 1, method: "ACK" },
      { sequenceNumber: 3, method: "BYE" },
    ]);
    expect(bye?.toTag).toBe("two");
  });

  it("sends requests in the early dialog of any fork, by the response that made it (§12.2)", () => {
    const calling = new Calling();
    const usages: (InviteUsage | undefined)[] = [];
    calling.onProvisional = (response) => {
      const usage = calling.session.usageOf(response);
      usages.push(usage);
      usage?.send("INFO", {}, () => undefined);
    };
    const [invite] = calling.requests;
    calling.respond(invite, 100);
    calling.respond(invite, 183, "one");
    calling.respond(invite, 183, "two");
    expect(calling.session.usage).toBeUndefined();
    expect(usages.map((usage) => usage?.dialog.remoteTag)).toEqual([undefined, "one", "two"]);
    expect(calling.sent).toEqual(["INVITE", "INFO", "INFO"]);
    expect(calling.requests.slice(1).map(({ toTag }) => toTag)).toEqual(["one", "two"]);
  });

  it("ends its early dialogs with a final ≥ 300, or where nothing final comes", () => {
    const rejected = new Calling();
    rejected.respond(rejected.requests[0], 183, "b");
    rejected.respond(rejected.requests[0], 486, "b");
    rejected.clock.advance(TIMEOUT);
    expect(rejected.told).toEqual(["183", "rejected 486"]);
    expect(rejected.leftovers).toBe(0);

    const unheard = new Calling();
    unheard.clock.advance(TIMEOUT);
    expect(unheard.told).toEqual(["failed timeout"]);
    expect(unheard.leftovers).toBe(0);
  });

  it("holds CANCEL back until a provisional, sends it once, with the INVITE's own branch (§9.1)", () => {
    const calling = new Calling();
    calling.session.cancel([["Reason", "Q.850;cause=16"]]);
    calling.session.cancel();
    calling.clock.advance(T1 - 10);
    expect(calling.sent).toEqual(["INVITE"]);
    const [invite] = calling.requests;
    calling.respond(invite, 100);
    calling.respond(invite, 180, "b");
    calling.respond(invite, 180, "b");
    expect(calling.sent).toEqual(["INVITE", "CANCEL"]);
    const cancel = calling.requests[1];
    expect(cancel?.header("via")).toBe(invite?.header("via"));
    expect(cancel?.requestUriText).toBe(invite?.requestUriText);
    expect([cancel?.header("to"), cancel?.header("from")]).toEqual([
      invite?.header("to"),
      invite?.header("from"),
    ]);
    expect(cancel?.cseq).toEqual({ sequenceNumber: 1, method: "CANCEL" });
    expect(cancel?.header("reason")).toBe("Q.850;cause=16");
    calling.respond(cancel, 200, "b");
    calling.respond(invite, 487, "b");
    expect(calling.sent).toEqual(["INVITE", "CANCEL", "ACK"]);
    expect(calling.told.at(-1)).toBe("rejected 487");
    calling.clock.advance(TIMEOUT + T4);
    expect(calling.leftovers).toBe(0);
  });

  it("may be cancelled from the provisional itself", () => {
    const calling = new Calling();
    calling.onProvisional = () => {
      calling.session.cancel();
    };
    calling.respond(calling.requests[0], 180, "b");
    expect(calling.sent).toEqual(["INVITE", "CANCEL"]);
  });

  it("waits with its CANCEL for a provisional of the try that is out, not of the one before (§9.1)", () => {
    const calling = new Calling();
    const [invite] = calling.requests;
    calling.respond(invite, 180, "b");
    calling.respond(invite, 422, "b", ["Min-SE: 300"]);
    expect(calling.sent).toEqual(["INVITE", "ACK", "INVITE"]);
    calling.session.cancel();
    expect(calling.sent).toEqual(["INVITE", "ACK", "INVITE"]);
    calling.respond(calling.requests[2], 100, undefined);
    expect(calling.sent).toEqual(["INVITE", "ACK", "INVITE", "CANCEL"]);
    expect(calling.requests[3]?.header("via")).toBe(calling.requests[2]?.header("via"));
  });

  it("gives up 64·T1 after a CANCEL that brings no final response (§9.1)", () => {
    const calling = new Calling();
    const [invite] = calling.requests;
    calling.respond(invite, 180, "b");
    calling.session.cancel();
    calling.clock.advance(2);
    calling.respond(calling.requests[1], 200, "b");
    calling.clock.advance(TIMEOUT);
    expect(calling.told).toEqual(["180", "failed timeout"]);
    expect(calling.leftovers).toBe(0);
  });

  it("is told of a 2xx that crosses its CANCEL, and ends the call with BYE (§9.1, §15)", () => {
    const calling = new Calling();
    const [invite] = calling.requests;
    calling.respond(invite, 180, "b");
    calling.session.cancel();
    calling.respond(invite, 200, "b");
    expect(calling.told).toEqual(["180", "accepted 200 b"]);
    calling.session.cancel();
    calling.session.usage?.bye({}, (response) => calling.told.push(`BYE ${response?.status}`));
    calling.clock.advance(2);
    expect(calling.sent).toEqual(["INVITE", "CANCEL", "ACK", "BYE"]);
    calling.respond(calling.requests[1], 200, "b");
    calling.respond(calling.requests[3], 200, "b");
    expect(calling.told.at(-1)).toBe("BYE 200");
    calling.clock.advance(TIMEOUT + T4);
    expect(calling.leftovers).toBe(0);
  });

  it("does not cancel what was answered", () => {
    const calling = new Calling();
    calling.respond(calling.requests[0], 200, "b");
    calling.session.cancel();
    calling.clock.advance(2);
    expect(calling.sent).toEqual(["INVITE", "ACK"]);
  });

  it("follows Record-Route in reverse, for ACK and BYE (§12.1.2, §12.2.1.1)", () => {
    const calling = new Calling();
    const headers = [
      "Record-Route: <sip:192.0.2.8;lr>, <sip:192.0.2.7:5080;lr>",
      "Contact: <sip:b@192.0.2.2>",
    ];
    calling.respond(calling.requests[0], 200, "b", headers);
    calling.session.usage?.bye({}, () => undefined);
    for (const request of calling.requests.slice(1)) {
      expect(request.requestUriText).toBe("sip:b@192.0.2.2");
      expect(request.list("route")).toEqual(["<sip:192.0.2.7:5080;lr>", "<sip:192.0.2.8;lr>"]);
    }
    expect(calling.network.sent.slice(2).map(({ to }) => to)).toEqual(["192.0.2.7:5080", "192.0.2.7:5080"]);
  });

  it("obeys a strict router (§12.2.1.1)", () => {
    const calling = new Calling();
    const headers = ["Record-Route: <sip:192.0.2.8;lr>, <sip:192.0.2.7:5080>", "Contact: <sip:b@192.0.2.2>"];
    calling.respond(calling.requests[0], 200, "b", headers);
    const ack = calling.requests[1];
    expect(ack?.requestUriText).toBe("sip:192.0.2.7:5080");
    expect(ack?.list("route")).toEqual(["<sip:192.0.2.8;lr>", "<sip:b@192.0.2.2>"]);
    expect(calling.network.sent.at(-1)?.to).toBe("192.0.2.7:5080");
  });

  it("sends to where the INVITE went where the remote target is a name nobody knows", () => {
    const calling = new Calling();
    calling.respond(calling.requests[0], 200, "b", ["Contact: <sip:b@b.example>"]);
    expect(calling.network.sent.at(-1)?.to).toBe("192.0.2.2:5060");
  });

  it("acknowledges and ends even a call whose 2xx has neither To tag nor Contact", () => {
    const calling = new Calling();
    calling.respond(calling.requests[0], 200, undefined, []);
    calling.session.usage?.bye({}, () => undefined);
    calling.clock.advance(2);
    expect(calling.told).toEqual(["accepted 200 "]);
    expect(calling.sent).toEqual(["INVITE", "ACK", "BYE"]);
    expect(calling.requests.at(-1)?.requestUriText).toBe("sip:b@b.example");
  });

  it("takes requests of the callee, early ones too, and keeps their numbers over the 2xx (§12.2.2)", () => {
    const calling = new Calling();
    calling.respond(calling.requests[0], 183, "b");
    calling.request("INFO", 9, "b");
    calling.respond(calling.requests[0], 200, "b");
    calling.request("INFO", 8, "b");
    calling.request("BYE", 10, "b");
    const answers = calling.network.sent
      .filter(({ from }) => from === "192.0.2.1:5060")
      .map(({ octets }) => octetString(octets).split("\r\n")[0])
      .filter((line) => line?.startsWith("SIP/2.0"));
    expect(answers).toEqual(["SIP/2.0 200 OK", "SIP/2.0 500 Server Internal Error", "SIP/2.0 200 OK"]);
    expect(calling.told).toEqual(["183", "INFO", "accepted 200 b", "BYE"]);
    calling.clock.advance(TIMEOUT + T4);
    expect(calling.leftovers).toBe(0);
  });

  it("answers a BYE that crosses its own with 200, anything else with 481 (§15)", () => {
    const calling = new Calling();
    calling.respond(calling.requests[0], 200, "b");
    calling.session.usage?.bye({}, (response) => calling.told.push(`BYE ${response?.status}`));
    calling.request("INFO", 1, "b");
    calling.request("BYE", 2, "b");
    calling.respond(calling.requests[2], 481, "b");
    const lines = calling.network.sent.map(({ octets }) => octetString(octets).split("\r\n")[0]);
    expect(lines).toContain("SIP/2.0 481 Call/Transaction Does Not Exist");
    expect(lines.filter((line) => line === "SIP/2.0 200 OK")).toHaveLength(1);
    expect(calling.told).toEqual(["accepted 200 b", "BYE 481"]);
    calling.clock.advance(TIMEOUT + T4);
    expect(calling.leftovers).toBe(0);
  });
});
