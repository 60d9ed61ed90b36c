/** What a transaction's machine wants done; the layer does it. */
export type Output =
  /** Send the transaction's message: the response last given, or the request. */
  | { readonly type: "send" }
  | { readonly type: "start"; readonly timer: string; readonly afterMs: number }
  | { readonly type: "stop"; readonly timer: string }
  /** Hand the message that was the input to the transaction user. */
  | { readonly type: "pass" }
  /** Send the ACK of a non-2xx final response (RFC 3261 §17.1.1.3). */
  | { readonly type: "ack" }
  /** Tell the transaction user that no answer came: RFC 3261 §17.1.1.2, §17.2.1. */
  | { readonly type: "timeout" }
  | { readonly type: "transportError" }
  /** Send a 100 that the transaction user did not give in time (RFC 3261 §17.2.1, RFC 4320 §4.1). */
  | { readonly type: "trying" };

export interface Step<State> {
  readonly state: State;
  readonly outputs: readonly Output[];
}

export const SEND: Output = { type: "send" };
export const PASS: Output = { type: "pass" };
export const ACK: Output = { type: "ack" };
export const TIMED_OUT: Output = { type: "timeout" };
export const TRANSPORT_ERROR: Output = { type: "transportError" };
export const TRYING: Output = { type: "trying" };

export function start(timer: string, afterMs: number): Output {
  return { type: "start", timer, afterMs };
}

export function stop(timer: string): Output {
  return { type: "stop", timer };
}

const NO_OUTPUTS: readonly Output[] = [];

export function stay<State>(state: State): Step<State> {
  return { state, outputs: NO_OUTPUTS };
}

export function go<State>(state: State, ...outputs: Output[]): Step<State> {
  return { state, outputs };
}
