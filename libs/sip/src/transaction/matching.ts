import type { SipRequest, SipResponse } from "../message/message.ts";
import { BRANCH_COOKIE } from "../message/via.ts";

/**
 * Keys are kept for 32 s. They are joined, not concatenated: what V8 concatenates of parts of a head refers to the
 * whole head until somebody flattens it.
 */
function keyOf(...parts: readonly (string | number | undefined)[]): string {
  return parts.join(" ");
}

/**
 * Key of the server transaction a request belongs to (RFC 3261 §17.2.3). ACK matches its INVITE; CANCEL is a
 * transaction of its own, and names the one it cancels by {@link cancelledKey}.
 */
export function serverKey(request: SipRequest): string {
  return keyFor(request, request.method === "ACK" ? "INVITE" : request.method);
}

export function cancelledKey(cancel: SipRequest): string {
  return keyFor(cancel, "INVITE");
}

function keyFor(request: SipRequest, method: string): string {
  const via = request.topVia;
  const branch = via?.branch;
  const [host, port] = [via?.host, via?.port];
  if (branch !== undefined && branch.startsWith(BRANCH_COOKIE) && branch.length > BRANCH_COOKIE.length) {
    return keyOf(branch, host, port, method);
  }
  // RFC 2543 peers, and the bare cookie of RFC 4475 §3.2.1: no branch that could be relied on. The To tag and the
  // Request-URI stay out, since an ACK to our final has a tag that its INVITE had not.
  const { callId, fromTag, cseq } = request;
  return keyOf("2543", callId, fromTag, cseq?.sequenceNumber, host, port, method);
}

/**
 * What two copies of one request have in common that came by two ways (RFC 3261 §8.2.2.2): all but the branch.
 * Undefined inside a dialog, where the sequence number tells.
 */
export function mergeKey(request: SipRequest, method = request.method): string | undefined {
  if (request.toTag !== undefined) return undefined;
  return keyOf(request.callId, request.fromTag, request.cseq?.sequenceNumber, method);
}

/** Whether a request with this branch can be of the transaction with that key. */
export function hasBranch(key: string, branch: string | undefined): boolean {
  return branch !== undefined && key.startsWith(`${branch} `);
}

/**
 * Key of the client transaction a response belongs to (RFC 3261 §17.1.3): branches are our own and differ, but that a
 * CANCEL has its INVITE's. Whether the methods match is for the transaction to say.
 */
export function clientKey(branch: string, method: string): string {
  return method === "CANCEL" ? keyOf(branch, method) : branch;
}

export function clientKeyOf(response: SipResponse): string {
  return clientKey(response.topVia?.branch ?? "", response.cseq?.method ?? "");
}
