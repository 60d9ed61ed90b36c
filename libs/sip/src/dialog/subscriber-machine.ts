import type { Ignored } from "../machine-step.ts";
import { TIMEOUT } from "../transaction/timers.ts";

/**
 * One subscription, subscriber's side (RFC 6665 §4.1.2, figure 1).
 *
 * | state      | means                                     | leaves by                                  |
 * | ---------- | ----------------------------------------- | ------------------------------------------ |
 * | notifyWait | SUBSCRIBE or REFER sent, no NOTIFY yet    | NOTIFY, timer N, refused → terminated      |
 * | pending    | the notifier has not decided              | NOTIFY, timer "expiry" → terminated        |
 * | active     | notifications come                        | NOTIFY, timer "expiry" → terminated        |
 * | ending     | Expires: 0 sent, the last NOTIFY awaited  | NOTIFY terminated, timer N → terminated    |
 * | terminated | over                                      |                                            |
 *
 * Until timer N fires, NOTIFYs of other forks make subscriptions of their own (§4.1.2.4), also where this one has ended by
 * a NOTIFY.
 */
export interface Subscriber {
  readonly name: "notifyWait" | "pending" | "active" | "ending" | "terminated";
}

export type SubscriberInput =
  /** 2xx to SUBSCRIBE, with the duration it grants. */
  | "accepted"
  /** 2xx to a REFER that makes no subscription (RFC 4488 §4.1, RFC 7614 §4.2). */
  | "accepted alone"
  /** A final ≥ 300, or none, to the first SUBSCRIBE. */
  | "refused"
  | "NOTIFY pending"
  | "NOTIFY active"
  | "NOTIFY terminated"
  | "timer N"
  | "timer refresh"
  | "timer expiry"
  /** §4.1.2.3: 404, 405, 410, 416, 480 to 485, 489, 501 or 604 end the subscription. */
  | "refresh refused"
  /** Any other final: it stays until it expires. */
  | "refresh lost"
  | "unsubscribe";

export type SubscriberOutput =
  | "notified"
  | "ended"
  | "refresh"
  | "send unsubscribe"
  /** The NOTIFY is of no subscription of ours (§4.1.3: 481). */
  | "481"
  /** NOTIFYs of other forks make no subscriptions any more (§4.1.2.4). */
  | "no more forks"
  | { readonly start: "N" | "refresh" | "expiry"; readonly afterMs: number }
  | { readonly stop: "N" | "refresh" | "expiry" };

export interface SubscriberStep {
  readonly state: Subscriber;
  readonly outputs: readonly SubscriberOutput[];
}

const TERMINATED: Subscriber = { name: "terminated" };
const STOP_DURATIONS: readonly SubscriberOutput[] = [{ stop: "refresh" }, { stop: "expiry" }];
const STOP: readonly SubscriberOutput[] = [{ stop: "N" }, ...STOP_DURATIONS];
const TIMER_N: SubscriberOutput = { start: "N", afterMs: TIMEOUT };

export const SUBSCRIBER_IGNORED: Ignored<Subscriber["name"], SubscriberInput> = [
  [["ending"], ["accepted"], "RFC 6665 §4.1.2.3: the 2xx to Expires: 0, whose NOTIFY is awaited"],
  [
    ["pending", "active", "ending"],
    ["accepted alone", "refused"],
    "RFC 6665 §4.1.2.4: a NOTIFY came, so there is a subscription",
  ],
  [["notifyWait"], ["timer refresh"], "RFC 6665 §4.1.2.2: nothing to refresh before the first NOTIFY"],
  [["ending"], ["timer refresh"], "RFC 6665 §4.1.2.3: who unsubscribes does not refresh"],
  [
    ["notifyWait", "pending", "active", "ending"],
    ["refresh lost"],
    "RFC 6665 §4.1.2.2: it stays until it expires",
  ],
  [["ending"], ["unsubscribe"], "RFC 6665 §4.1.2.3: Expires: 0 is out"],
  [
    ["terminated"],
    [
      ...([
        "accepted",
        "accepted alone",
        "refused",
        "refresh refused",
        "refresh lost",
        "unsubscribe",
      ] as const),
      ...(["timer refresh", "timer expiry"] as const),
    ],
    "RFC 6665 §4.1.2, figure 1: over",
  ],
];

export function startSubscriber(): SubscriberStep {
  return { state: { name: "notifyWait" }, outputs: [TIMER_N] };
}

/** `expiresS`: what the 2xx or the NOTIFY grants; undefined where it says nothing new. */
export function stepSubscriber(state: Subscriber, input: SubscriberInput, expiresS?: number): SubscriberStep {
  if (state.name === "terminated") return { state, outputs: overOutputs(input) };
  switch (input) {
    case "NOTIFY terminated": {
      // Timer N goes on where there may be other forks yet.
      const stops = state.name === "ending" ? STOP : STOP_DURATIONS;
      return { state: TERMINATED, outputs: [...stops, "notified", "ended"] };
    }
    case "NOTIFY pending":
    case "NOTIFY active": {
      if (state.name === "ending") return { state, outputs: ["notified"] };
      const name = input === "NOTIFY pending" ? "pending" : "active";
      return { state: { name }, outputs: [...durations(expiresS), "notified"] };
    }
    case "accepted":
      return { state, outputs: state.name === "ending" ? [] : durations(expiresS) };
    case "accepted alone":
    case "refused":
      return state.name === "notifyWait" ? end() : { state, outputs: [] };
    case "timer N":
      if (state.name === "notifyWait" || state.name === "ending") return end();
      return { state, outputs: ["no more forks"] };
    case "timer refresh":
      return { state, outputs: state.name === "pending" || state.name === "active" ? ["refresh"] : [] };
    case "timer expiry":
    case "refresh refused":
      return end();
    case "refresh lost":
      return { state, outputs: [] };
    case "unsubscribe":
      if (state.name === "ending") return { state, outputs: [] };
      return { state: { name: "ending" }, outputs: [...STOP, TIMER_N, "no more forks", "send unsubscribe"] };
  }
}

function end(): SubscriberStep {
  return { state: TERMINATED, outputs: [...STOP, "no more forks", "ended"] };
}

function overOutputs(input: SubscriberInput): SubscriberOutput[] {
  if (input === "timer N") return ["no more forks"];
  return isNotify(input) ? ["481"] : [];
}

/** Refreshed when half of the time is over, as a lost refresh leaves time for another. */
function durations(expiresS: number | undefined): SubscriberOutput[] {
  if (expiresS === undefined) return [];
  return [
    { stop: "refresh" },
    { stop: "expiry" },
    { start: "refresh", afterMs: expiresS * 500 },
    { start: "expiry", afterMs: expiresS * 1_000 },
  ];
}

function isNotify(input: SubscriberInput): boolean {
  return input.startsWith("NOTIFY");
}

const ENDS_SUBSCRIPTION = new Set([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]);

/** §4.1.2.3: what a refused refresh means; no answer at all is no refusal. */
export function refreshFailure(status: number | undefined): "refresh refused" | "refresh lost" {
  return status !== undefined && ENDS_SUBSCRIPTION.has(status) ? "refresh refused" : "refresh lost";
}
