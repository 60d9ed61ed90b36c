import type { Ignored } from "../machine-step.ts";

/**
 * One subscription, notifier's side (RFC 6665 §4.2.2, figure 2).
 *
 * | state      | means                                  | leaves by                                            |
 * | ---------- | -------------------------------------- | ---------------------------------------------------- |
 * | pending    | accepted, not decided                  | activate → active, end, timer "expiry" → terminated  |
 * | active     | notifications are sent                 | end, unsubscribed, timer "expiry" → terminated       |
 * | terminated | the last NOTIFY has left               |                                                      |
 */
export interface Notifier {
  readonly name: "pending" | "active" | "terminated";
}

export type NotifierInput =
  | "activate"
  | "notify"
  | "end"
  /** SUBSCRIBE with a duration, in the dialog (§4.2.1.2). */
  | "refreshed"
  /** SUBSCRIBE with Expires: 0 (§4.2.1.4). */
  | "unsubscribed"
  | "timer expiry"
  /** 481, a time-out or another final that ends it (§4.2.2). */
  | "NOTIFY refused";

export type NotifierOutput =
  /** A NOTIFY with the state it says in Subscription-State. */
  | { readonly notify: "pending" | "active" | "terminated"; readonly reason?: "timeout" | undefined }
  | "ended"
  | { readonly start: "expiry"; readonly afterMs: number }
  | { readonly stop: "expiry" };

export interface NotifierStep {
  readonly state: Notifier;
  readonly outputs: readonly NotifierOutput[];
}

const TERMINATED: Notifier = { name: "terminated" };

export const NOTIFIER_IGNORED: Ignored<Notifier["name"], NotifierInput> = [
  [["active"], ["activate"], "RFC 6665 §4.1.2, figure 1: it is active"],
  [["terminated"], "all", "RFC 6665 §4.2.2: the NOTIFY that says terminated was the last"],
];

/** §4.2.2: a NOTIFY follows the 2xx at once, whatever the state is. */
export function startNotifier(name: "pending" | "active", expiresS: number): NotifierStep {
  return { state: { name }, outputs: [{ start: "expiry", afterMs: expiresS * 1_000 }, { notify: name }] };
}

export function stepNotifier(state: Notifier, input: NotifierInput, expiresS = 0): NotifierStep {
  if (state.name === "terminated") return { state, outputs: [] };
  switch (input) {
    case "activate":
      return state.name === "active"
        ? { state, outputs: [] }
        : { state: { name: "active" }, outputs: [{ notify: "active" }] };
    case "notify":
      return { state, outputs: [{ notify: state.name }] };
    case "refreshed":
      return {
        state,
        outputs: [{ stop: "expiry" }, { start: "expiry", afterMs: expiresS * 1_000 }, { notify: state.name }],
      };
    case "end":
      return { state: TERMINATED, outputs: [{ stop: "expiry" }, { notify: "terminated" }, "ended"] };
    case "unsubscribed":
    case "timer expiry":
      return {
        state: TERMINATED,
        outputs: [{ stop: "expiry" }, { notify: "terminated", reason: "timeout" }, "ended"],
      };
    case "NOTIFY refused":
      return { state: TERMINATED, outputs: [{ stop: "expiry" }, "ended"] };
  }
}
