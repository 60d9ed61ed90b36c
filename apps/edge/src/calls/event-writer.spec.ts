import { describe, expect, it } from "@jest/globals";
import { topicsOf, type CallReleased } from "@tandem/call-events";
import { causeOf } from "../sip/cause.ts";
import { EventWriter } from "./event-writer.ts";

const CALL_ID = "019a1b2c-3d4e-7f50-8a61-728394a5b6c7";
const STARTED = Date.UTC(2026, 10, 25, 12);

/** What the journal has of a call that an earlier run has left open. */
function openCall(answeredAt?: number): string {
  return JSON.stringify({
    callId: CALL_ID,
    partition: 3,
    sequence: 2,
    common: {
      direction: "inbound",
      trunkId: "acme",
      legId: "a",
      sip: { callId: "1@192.0.2.1", fromTag: "a", toTag: "b", cseq: 1 },
    },
    createdAt: STARTED,
    ringingAt: STARTED + 0.25,
    ...(answeredAt !== undefined && { answeredAt }),
  });
}

const shutdown = causeOf({ side: "gateway", mapping: "derived", status: 503, q850: 31 });

function released(state: string): CallReleased {
  const writer = new EventWriter({ cluster: "demo", node: "edge-1", topics: topicsOf() }, 12);
  return JSON.parse(writer.recovered(state, shutdown, STARTED + 2_000.5).value) as CallReleased;
}

describe("call.released", () => {
  it("has the status of the final response where the call was not answered (RFC 3261 §13.3.1)", () => {
    expect(released(openCall())).toMatchObject({
      sequence: 3,
      cause: { sip: { code: 503, phrase: "Service Unavailable" }, q850: { value: 31 } },
      finalState: "failed",
      durationMs: 2_000.5,
      billableMs: 0,
    });
  });

  it("has no SIP status where the call was answered: a BYE ends it (RFC 3261 §15)", () => {
    expect(released(openCall(STARTED + 1_000))).toMatchObject({
      cause: { sip: null, q850: { value: 31 } },
      finalState: "answered",
      billableMs: 1_000.5,
      times: { ringingAt: "2026-11-25T12:00:00.000250Z", answeredAt: "2026-11-25T12:00:01.000000Z" },
    });
  });
});
