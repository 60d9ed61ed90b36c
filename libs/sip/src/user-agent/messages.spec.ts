import { describe, expect, it } from "@jest/globals";
import type { SipRequest } from "../message/message.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import { BOB, TwoAgents } from "../testing/two-agents.ts";

describe("MESSAGE (RFC 3428)", () => {
  const text = { headers: [["Content-Type", "text/plain"]] as const, body: octetsOf("hi") };

  it("is a request of its own, without a dialog: no Contact in it (RFC 3428 §4), none in its answer (§7)", () => {
    const seen: SipRequest[] = [];
    const two = new TwoAgents({
      bobListens: {
        requests: {
          MESSAGE: (request, respond) => {
            seen.push(request);
            respond({ status: 200 });
          },
        },
      },
    });
    const final: (number | undefined)[] = [];
    two.alice.request(
      "MESSAGE",
      {
        requestUri: `sip:bob@${BOB}`,
        from: "<sip:alice@192.0.2.1>",
        to: `<sip:bob@${BOB}>`,
        target: { listener: "udp", address: BOB, port: 5060 },
        ...text,
      },
      { onFinal: (response) => final.push(response?.status) },
    );
    two.clock.advance(20);
    expect([final, two.alice.dialogs, two.bob.dialogs]).toEqual([[200], 0, 0]);
    expect(seen.map((request) => octetString(request.body))).toEqual(["hi"]);
    const answer = two.response(200, "MESSAGE");
    expect([seen[0]?.header("contact"), answer.header("contact"), answer.body.length]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  });

  it("goes along in a call whose listener takes it, and is 405 in others (RFC 3428 §4)", () => {
    const heard: string[] = [];
    const inCall = (two: TwoAgents): void => {
      two.establish().alice.send("MESSAGE", text, (response) => two.told.push(`${response?.status}`));
      two.clock.advance(20);
    };
    const taking = new TwoAgents({
      bobInCall: {
        onMessage: (request, respond) => {
          heard.push(octetString(request.body));
          respond({ status: 200 });
        },
      },
    });
    inCall(taking);
    const other = new TwoAgents();
    inCall(other);
    expect([heard, taking.told, other.told]).toEqual([["hi"], ["200"], ["405"]]);
  });
});
