import type { Ignored } from "../machine-step.ts";

/**
 * When a session is refreshed and when it is given up (RFC 4028 §7.2, §10).
 *
 * | state     | means                   | leaves by                                            |
 * | --------- | ----------------------- | ---------------------------------------------------- |
 * | off       | no session timer        | agreed                                               |
 * | refresher | we refresh at the half  | agreed, timer "refresh", timer "expiry" → ended      |
 * | awaiting  | the peer refreshes      | agreed, timer "expiry" → ended                       |
 * | ended     | BYE was asked for       |                                                      |
 */
export interface SessionTimer {
  readonly name: "off" | "refresher" | "awaiting" | "ended";
  readonly intervalS: number;
}

export type SessionTimerInput =
  | "agreed: we refresh"
  | "agreed: they refresh"
  /** A 2xx without Session-Expires (§7.2): the session does not expire any more. */
  | "agreed: none"
  | "timer refresh"
  | "timer expiry"
  /** The refresh timed out, or was answered 408 or 481 (§7.3, RFC 3261 §12.2.1.2). */
  | "refresh lost"
  | "stop";

export type SessionTimerOutput =
  | "refresh"
  | "bye"
  | { readonly start: "refresh" | "expiry"; readonly afterMs: number }
  | { readonly stop: "refresh" | "expiry" };

export interface SessionTimerStep {
  readonly state: SessionTimer;
  readonly outputs: readonly SessionTimerOutput[];
}

export const SESSION_TIMER_OFF: SessionTimer = { name: "off", intervalS: 0 };
const ENDED: SessionTimer = { name: "ended", intervalS: 0 };
const STOP: readonly SessionTimerOutput[] = [{ stop: "refresh" }, { stop: "expiry" }];

export const SESSION_TIMER_IGNORED: Ignored<SessionTimer["name"], SessionTimerInput> = [
  [["off"], ["agreed: none"], "RFC 4028 §7.2: no timer runs"],
  [["off"], ["timer refresh", "timer expiry"], "RFC 4028 §7.2: no timer runs"],
  [["off"], ["refresh lost"], "RFC 4028 §7.3: no refresh of a session timer was out"],
  [["awaiting"], ["timer refresh"], "RFC 4028 §7.2: the peer is the refresher"],
  [["ended"], "all", "RFC 4028 §10: BYE was asked for"],
];

/** `intervalS` is what was agreed on; it counts for the `agreed` inputs alone. */
export function stepSessionTimer(
  state: SessionTimer,
  input: SessionTimerInput,
  intervalS = 0,
): SessionTimerStep {
  if (state.name === "ended") return { state, outputs: [] };
  switch (input) {
    case "agreed: we refresh":
      return {
        state: { name: "refresher", intervalS },
        outputs: [...STOP, { start: "refresh", afterMs: intervalS * 500 }, expiry(intervalS)],
      };
    case "agreed: they refresh":
      return { state: { name: "awaiting", intervalS }, outputs: [...STOP, expiry(intervalS)] };
    case "agreed: none":
      return state.name === "off" ? { state, outputs: [] } : { state: SESSION_TIMER_OFF, outputs: STOP };
    case "timer refresh":
      return { state, outputs: state.name === "refresher" ? ["refresh"] : [] };
    case "timer expiry":
    case "refresh lost":
      return state.name === "off" ? { state, outputs: [] } : { state: ENDED, outputs: [...STOP, "bye"] };
    case "stop":
      return { state: ENDED, outputs: state.name === "off" ? [] : STOP };
  }
}

/** §10: BYE "slightly before" the session expires: a third of the interval, at most 32 s. */
function expiry(intervalS: number): SessionTimerOutput {
  return { start: "expiry", afterMs: (intervalS - Math.min(32, intervalS / 3)) * 1_000 };
}
