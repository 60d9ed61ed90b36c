import { ACCEPTED_TYPES, isCircuitMessage, readBody } from "@tandem/interworking";
import type { Reply, SipRequest } from "@tandem/sip";
import type { TrunkConfig } from "../config/config.ts";
import type { Counters } from "../telemetry/counters.ts";
import { readIsup, type ReadIsup } from "./leg-isup.ts";

/** What the body of a request holds for a leg. */
export interface LegBody {
  readonly sdp: Uint8Array | undefined;
  readonly isup: ReadIsup | undefined;
  /** SAMs behind an IAM (RFC 3578 §3.2), and its segment. */
  readonly subsequent: readonly ReadIsup[];
}

/** A body that cannot be dealt with, and how that is answered. */
export interface UnreadableBody {
  readonly ok: false;
  readonly reply: Reply;
  readonly reason: string;
  readonly detail: string;
}

/**
 * Reads a body as its trunk has it. One that cannot be read is 400, one that must be understood and is not 415 (RFC 5621
 * §4). Circuit messages are counted and not there: inside SIP is no circuit (RFC 3398 §11). `hidesCaller`: SIP restricts
 * the caller.
 */
export function readLegBody(
  request: SipRequest,
  trunk: TrunkConfig,
  counters: Counters,
  hidesCaller = false,
): { readonly ok: true; readonly body: LegBody } | UnreadableBody {
  const read = readBody(request.header("content-type"), request.body, request.header("content-disposition"), {
    acceptsAnyIsupVersion: trunk.isup.acceptsAnyVersion,
  });
  if (!read.ok) {
    const { status, code, message } = read.error;
    return { ok: false, reply: { status }, reason: code, detail: message };
  }
  const { sdp, isup, subsequent, unsupportedRequired } = read.body;
  const [foreign] = unsupportedRequired;
  if (foreign !== undefined) {
    const reply: Reply = { status: 415, headers: [["Accept", ACCEPTED_TYPES.join(", ")]] };
    return { ok: false, reply, reason: "unsupported-media-type", detail: foreign.mediaType };
  }
  const whole = isup && readIsup(isup, trunk, hidesCaller);
  const messageType = whole?.message?.messageType;
  const isCircuit = messageType !== undefined && isCircuitMessage(messageType);
  if (isCircuit) counters.add("tandem_isup_ignored_total", "circuit-message", messageType);
  return {
    ok: true,
    body: {
      sdp,
      isup: isCircuit ? undefined : whole,
      subsequent: subsequent.map((part) => readIsup(part, trunk, hidesCaller)),
    },
  };
}
