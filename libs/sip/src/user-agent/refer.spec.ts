import { describe, expect, it } from "@jest/globals";
import type { HeaderField } from "../message/build-message.ts";
import { octetString } from "../message/octets.ts";
import { BOB, TwoAgents } from "../testing/two-agents.ts";
import type { Reply } from "../transaction/server-transaction.ts";
import type { ReceivedRefer } from "./received-refer.ts";

const TO_BOB = {
  requestUri: `sip:bob@${BOB}`,
  from: "<sip:alice@192.0.2.1>",
  to: `<sip:bob@${BOB}>`,
  target: { listener: "udp", address: BOB, port: 5060 },
};

describe("REFER (RFC 3515)", () => {
  const IGNORING = { onNotify: () => undefined, onEnded: () => undefined };

  /** Bob's REFER; `refuse` says what it is answered at once, by what it requires. */
  function referring(
    parts: { headers?: readonly HeaderField[] } = {},
    refuse: (required: readonly string[]) => Reply | undefined = () => undefined,
  ): {
    two: TwoAgents;
    refer: ReceivedRefer;
  } {
    const refers: ReceivedRefer[] = [];
    const two = new TwoAgents({
      bob: { callMethods: ["REFER"] },
      bobInCall: {
        onRefer: (refer) => {
          const refusal = refuse(refer.request.list("require") ?? []);
          if (refusal === undefined) refers.push(refer);
          else refer.reject(refusal);
        },
      },
    });
    const { alice } = two.establish();
    alice.refer("<sip:carol@192.0.2.3>", parts, {
      onNotify: (request, state) => two.told.push(`${state} ${octetString(request.body).trim()}`),
      onEnded: (response) => two.told.push(`ended ${response?.status ?? ""}`.trim()),
    });
    two.clock.advance(5);
    const [refer] = refers;
    if (refer === undefined) throw new TypeError("Bob got no REFER");
    return { two, refer };
  }

  it("is accepted with a subscription in the dialog, whose NOTIFYs say how it goes (§2.4.4)", () => {
    const { two, refer } = referring();
    expect(refer.referTo.uriText).toBe("sip:carol@192.0.2.3");
    refer.accept();
    two.clock.advance(10);
    refer.report(180);
    two.clock.advance(10);
    refer.report(200);
    two.clock.advance(10);
    expect(two.told).toEqual([
      "active SIP/2.0 100 Trying",
      "active SIP/2.0 180 Ringing",
      "terminated SIP/2.0 200 OK",
      "ended",
    ]);
    const notify = two.request("NOTIFY");
    expect(notify.header("event")).toBe(`refer;id=${two.request("REFER").cseq?.sequenceNumber}`);
    expect(notify.header("content-type")).toBe("message/sipfrag;version=2.0");
    // The call goes on without the subscription (RFC 5057 §4).
    expect([two.alice.dialogs, two.bob.dialogs]).toEqual([1, 1]);
  });

  it("is rejected, and no subscription stays", () => {
    const { two, refer } = referring();
    refer.reject({ status: 603 });
    two.clock.advance(10);
    expect(two.told).toEqual(["ended 603"]);
  });

  it.each<[string, HeaderField[], string | undefined]>([
    ["Refer-Sub: false", [["Refer-Sub", "false"]], "false"],
    ["Require: nosub", [["Require", "nosub"]], undefined],
  ])(
    "makes no subscription with %s: one way is RFC 4488 §4, the other RFC 7614 §4.2",
    (_what, headers, referSub) => {
      const { two, refer } = referring({ headers });
      refer.accept();
      two.clock.advance(10);
      expect(two.response(200, "REFER").header("refer-sub")).toBe(referSub);
      expect(two.trace).not.toContain("< NOTIFY");
      // Its sender waits for none.
      expect(two.told).toEqual(["ended"]);
    },
  );

  it("that is challenged names its subscription by the number of the try that was accepted (§2.4.6)", () => {
    const refers: ReceivedRefer[] = [];
    const challenge = {
      status: 401,
      headers: [["WWW-Authenticate", 'Digest realm="b", nonce="n"']] as const,
    };
    const two = new TwoAgents({
      alice: { authenticator: { answer: () => [["Authorization", 'Digest username="alice"']] } },
      bob: { callMethods: ["REFER"] },
      bobInCall: {
        onRefer: (refer) => {
          refers.push(refer);
          if (refer.request.header("authorization") === undefined) refer.reject(challenge);
          else refer.accept();
        },
      },
    });
    two.establish().alice.refer(
      "<sip:carol@192.0.2.3>",
      {},
      {
        onNotify: (_request, state) => two.told.push(state),
        onEnded: () => two.told.push("ended"),
      },
    );
    two.clock.advance(20);
    refers[1]?.report(200);
    two.clock.advance(20);
    expect(two.told).toEqual(["active", "terminated", "ended"]);
    expect(two.leftovers()).toBe(2);
  });

  it("outside of a call has a dialog of its own, as long as its subscription (§2.4.4)", () => {
    const refers: ReceivedRefer[] = [];
    const two = new TwoAgents({ bobListens: { onRefer: (refer) => refers.push(refer) } });
    two.alice.refer(
      { ...TO_BOB, referTo: "<sip:carol@192.0.2.3>" },
      {
        onNotify: (request, state) => two.told.push(`${state} ${octetString(request.body).trim()}`),
        onEnded: (response) => two.told.push(`ended ${response?.status ?? ""}`.trim()),
      },
    );
    two.clock.advance(5);
    refers[0]?.accept();
    two.clock.advance(20);
    expect([two.alice.dialogs, two.bob.dialogs]).toEqual([1, 1]);
    refers[0]?.report(486);
    two.clock.advance(20);
    expect(two.told).toEqual(["active SIP/2.0 100 Trying", "terminated SIP/2.0 486 Busy Here", "ended"]);
    expect(two.leftovers()).toBe(0);
  });

  it("without exactly one Refer-To is 400 (§2.4.2)", () => {
    const two = new TwoAgents({ bobInCall: { onRefer: () => undefined } });
    const { alice } = two.establish();
    alice.send("REFER", {}, (response) => two.told.push(String(response?.status)));
    alice.send(
      "REFER",
      {
        headers: [
          ["Refer-To", "<sip:a@h>"],
          ["Refer-To", "<sip:b@h>"],
        ],
      },
      (response) => two.told.push(String(response?.status)),
    );
    two.clock.advance(10);
    expect(two.told).toEqual(["400", "400"]);
  });

  describe("with a subscription of its own (RFC 7614)", () => {
    const EXPLICIT: readonly HeaderField[] = [["Require", "explicitsub"]];

    it("is told where to subscribe, and hears from there alone how it goes, in a dialog of its own (§4)", () => {
      const { two, refer } = referring({ headers: EXPLICIT });
      refer.accept();
      two.clock.advance(10);
      const eventsAt = two.response(200, "REFER").header("refer-events-at") ?? "";
      expect(eventsAt).toMatch(new RegExp(`^<sip:[0-9a-f]{20}@${BOB}:5060>$`));
      const subscribe = two.request("SUBSCRIBE");
      expect([`<${subscribe.requestUriText}>`, subscribe.header("event")]).toEqual([eventsAt, "refer"]);
      expect(subscribe.callId).not.toBe(two.request("REFER").callId);
      expect([two.alice.dialogs, two.bob.dialogs]).toEqual([2, 2]);
      refer.report(180);
      two.clock.advance(10);
      refer.report(200);
      two.clock.advance(10);
      expect(two.told).toEqual([
        "active SIP/2.0 100 Trying",
        "active SIP/2.0 180 Ringing",
        "terminated SIP/2.0 200 OK",
        "ended",
      ]);
      expect(two.request("NOTIFY").header("event")).toBe("refer");
      expect(two.bob.references).toBe(1);
      expect(two.leftovers()).toBe(2);
    });

    it("outside of a call, too", () => {
      const refers: ReceivedRefer[] = [];
      const two = new TwoAgents({ bobListens: { onRefer: (refer) => refers.push(refer) } });
      two.alice.refer(
        { ...TO_BOB, referTo: "<sip:carol@192.0.2.3>", headers: EXPLICIT },
        {
          onNotify: (request, state) => two.told.push(`${state} ${octetString(request.body).trim()}`),
          onEnded: () => two.told.push("ended"),
        },
      );
      two.clock.advance(5);
      refers[0]?.accept();
      two.clock.advance(20);
      refers[0]?.report(486);
      two.clock.advance(20);
      expect(two.told).toEqual(["active SIP/2.0 100 Trying", "terminated SIP/2.0 486 Busy Here", "ended"]);
      expect(two.leftovers()).toBe(0);
    });

    const subscribeTo = (two: TwoAgents, requestUri: string): void => {
      two.alice.subscribe(
        { ...TO_BOB, requestUri, event: "refer", expiresS: 60 },
        {
          onNotify: (request, state) => two.told.push(`${state} ${octetString(request.body).trim()}`),
          onEnded: (response) => two.told.push(`ended ${response?.status ?? ""}`.trim()),
        },
      );
      two.clock.advance(20);
    };
    const uriIn = (two: TwoAgents): string =>
      (two.response(200, "REFER").header("refer-events-at") ?? "").slice(1, -1);

    it("tells who subscribes late how it went, for 32 s; then its URI is nobody's: 404", () => {
      const { two, refer } = referring({ headers: EXPLICIT });
      refer.accept();
      two.clock.advance(10);
      refer.report(603);
      two.clock.advance(10);
      const uri = uriIn(two);
      two.mark();
      subscribeTo(two, uri);
      expect(two.told).toEqual(["active SIP/2.0 603 Decline", "terminated SIP/2.0 603 Decline", "ended"]);
      two.clock.advance(32_000);
      two.mark();
      subscribeTo(two, uri);
      expect(two.told).toEqual(["ended 404"]);
      expect(two.bob.references).toBe(0);
    });

    it("is over after its time where nobody says how it goes", () => {
      const { two, refer } = referring({ headers: EXPLICIT });
      refer.accept();
      two.clock.advance(301_000);
      expect(two.bob.references).toBe(0);
      expect(two.told.at(-1)).toBe("ended");
      expect(two.leftovers()).toBe(2);
    });

    it("is 503 where there are as many references as may be", () => {
      const REFERENCES_MAX = 1_000;
      const two = new TwoAgents({ bobListens: { onRefer: (refer) => refer.accept() } });
      for (let count = 0; count <= REFERENCES_MAX; count++)
        two.alice.refer({ ...TO_BOB, referTo: "<sip:carol@192.0.2.3>", headers: EXPLICIT }, IGNORING);
      two.clock.advance(20);
      expect(two.bob.references).toBe(REFERENCES_MAX);
      expect(two.response(503, "REFER").header("retry-after")).toBe("10");
    });

    it("and without any at once is a contradiction: 400", () => {
      const two = new TwoAgents({ bob: { callMethods: ["REFER"] }, bobInCall: { onRefer: () => undefined } });
      const { alice } = two.establish();
      const headers: HeaderField[] = [
        ["Refer-To", "<sip:a@h>"],
        ["Require", "nosub, explicitsub"],
      ];
      alice.send("REFER", { headers }, (response) => two.told.push(String(response?.status)));
      two.clock.advance(10);
      expect(two.told).toEqual(["400"]);
    });

    it("goes on with the implicit one where the peer knows no other: it says 420 first", () => {
      const { two, refer } = referring({ headers: EXPLICIT }, (headers) =>
        headers.includes("explicitsub")
          ? { status: 420, headers: [["Unsupported", "explicitsub"]] }
          : undefined,
      );
      refer.accept();
      two.clock.advance(10);
      refer.report(200);
      two.clock.advance(10);
      expect(two.told).toEqual(["active SIP/2.0 100 Trying", "terminated SIP/2.0 200 OK", "ended"]);
    });
  });

  it("is advertised only where it is wired (§2.4)", () => {
    const { two } = referring();
    expect(two.bob.capabilities).toContainEqual(["Supported", "100rel, norefersub, nosub, explicitsub"]);
    expect(new TwoAgents().bob.capabilities[0]?.[1]).not.toContain("REFER");
  });
});
