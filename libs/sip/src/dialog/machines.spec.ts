import { describe, expect, it } from "@jest/globals";
import type { Ignored } from "../machine-step.ts";
import { unlistedPairs, type WalkedPair } from "../testing/machine-table.ts";
import {
  EXCHANGE_IGNORED,
  NO_EXCHANGE,
  stepExchange,
  type Exchange,
  type ExchangeInput,
  type ExchangeVerdict,
} from "./exchange-machine.ts";
import {
  NOTIFIER_IGNORED,
  startNotifier,
  stepNotifier,
  type Notifier,
  type NotifierInput,
} from "./notifier-machine.ts";
import {
  isNextReliable,
  RELIABLE_PROVISIONAL_IGNORED,
  startReliableProvisional,
  stepReliableProvisional,
  type ReliableProvisional,
  type ReliableProvisionalInput,
} from "./reliable-provisional-machine.ts";
import {
  SESSION_TIMER_IGNORED,
  stepSessionTimer,
  type SessionTimer,
  type SessionTimerInput,
} from "./session-timer-machine.ts";
import {
  refreshFailure,
  startSubscriber,
  stepSubscriber,
  SUBSCRIBER_IGNORED,
  type Subscriber,
  type SubscriberInput,
} from "./subscriber-machine.ts";

/** `next state: outputs`, timers as `+name=milliseconds` and `-name`; "-" where nothing happens. */
function cell(before: string, step: { state: { name: string }; outputs: readonly unknown[] }): string {
  const done = step.outputs.map((output) => {
    if (typeof output === "string") return output;
    const { start, stop, afterMs, notify, reason } = output as Record<string, string | undefined>;
    if (start !== undefined) return `+${start}=${afterMs}`;
    if (stop !== undefined) return `-${stop}`;
    return `NOTIFY ${notify}${reason === undefined ? "" : ` ${reason}`}`;
  });
  return step.state.name === before && done.length === 0
    ? "-"
    : `${step.state.name}: ${done.join(" ")}`.trim();
}

/** Every state with every input: an input without a cell does not compile. */
function walk<State extends { name: string }, Input extends string>(
  step: (state: State, input: Input) => { state: State; outputs: readonly unknown[] },
  table: readonly (readonly [State, Readonly<Record<Input, string>>])[],
  ignored: Ignored<State["name"], Input>,
): void {
  it("ignores what it lists, each pair with its clause", () => {
    const pairs = table.flatMap(([state, cells]) =>
      (Object.keys(cells) as Input[]).map((input): WalkedPair => {
        return [state.name, input, cell(state.name, step(state, input)) === "-"];
      }),
    );
    expect(unlistedPairs(pairs, ignored)).toEqual([]);
  });
  for (const [state, cells] of table)
    it.each(Object.entries<string>(cells))(`${state.name}, %s → %s`, (input, expected) => {
      expect(cell(state.name, step(state, input as Input))).toBe(expected);
    });
}

describe("reliable provisional responses, server side (RFC 3262 §3)", () => {
  const idle = startReliableProvisional(7);
  const waiting: ReliableProvisional = { name: "waiting", rseq: 7, intervalMs: 500 };
  const closed: ReliableProvisional = { name: "closed", rseq: 7, intervalMs: 500 };
  const nothing: Record<ReliableProvisionalInput, string> = {
    send: "-",
    PRACK: "-",
    "PRACK of another": "-",
    "timer retransmit": "-",
    "timer give up": "-",
    final: "-",
  };
  walk<ReliableProvisional, ReliableProvisionalInput>(
    stepReliableProvisional,
    [
      [
        idle,
        {
          ...nothing,
          send: "waiting: send +retransmit=500 +give up=32000",
          PRACK: "idle: 481",
          "PRACK of another": "idle: 481",
          final: "closed:",
        },
      ],
      [
        waiting,
        {
          send: "waiting: queue",
          PRACK: "idle: -retransmit -give up acknowledged",
          "PRACK of another": "waiting: 481",
          "timer retransmit": "waiting: send again +retransmit=1000",
          "timer give up": "closed: -retransmit 504",
          final: "closed: -retransmit -give up",
        },
      ],
      [closed, { ...nothing, PRACK: "closed: acknowledged", "PRACK of another": "closed: 481" }],
    ],
    RELIABLE_PROVISIONAL_IGNORED,
  );

  it("has RSeq from what was drawn, and one more each time", () => {
    const first = stepReliableProvisional(idle, "send").state;
    const second = stepReliableProvisional(stepReliableProvisional(first, "PRACK").state, "send").state;
    expect([first.rseq, second.rseq]).toEqual([7, 8]);
  });

  it.each([
    [undefined, 4_711, true],
    [5, 6, true],
    [5, 5, false],
    [5, 7, false],
    [5, 4, false],
  ])("after %s the client takes %s: %s (§4)", (last, rseq, expected) => {
    expect(isNextReliable(last, rseq)).toBe(expected);
  });
});

describe("session timer (RFC 4028 §7.2, §10)", () => {
  const agreed = {
    "agreed: we refresh": "refresher: -refresh -expiry +refresh=45000 +expiry=60000",
    "agreed: they refresh": "awaiting: -refresh -expiry +expiry=60000",
  };
  const nothing: Record<SessionTimerInput, string> = {
    "agreed: we refresh": "-",
    "agreed: they refresh": "-",
    "agreed: none": "-",
    "timer refresh": "-",
    "timer expiry": "-",
    "refresh lost": "-",
    stop: "-",
  };
  const running = {
    ...agreed,
    "agreed: none": "off: -refresh -expiry",
    "timer refresh": "-",
    "timer expiry": "ended: -refresh -expiry bye",
    "refresh lost": "ended: -refresh -expiry bye",
    stop: "ended: -refresh -expiry",
  };
  walk<SessionTimer, SessionTimerInput>(
    (state, input) => stepSessionTimer(state, input, 90),
    [
      [
        { name: "off", intervalS: 0 },
        { ...nothing, ...agreed, stop: "ended:" },
      ],
      [
        { name: "refresher", intervalS: 90 },
        { ...running, "timer refresh": "refresher: refresh" },
      ],
      [{ name: "awaiting", intervalS: 90 }, running],
      [{ name: "ended", intervalS: 0 }, nothing],
    ],
    SESSION_TIMER_IGNORED,
  );

  it("gives up 32 s before the end of a long session", () => {
    expect(
      stepSessionTimer({ name: "off", intervalS: 0 }, "agreed: they refresh", 1_800).outputs,
    ).toContainEqual({
      start: "expiry",
      afterMs: 1_768_000,
    });
  });
});

describe("subscriber (RFC 6665 §4.1.2)", () => {
  const durations = "-refresh -expiry +refresh=30000 +expiry=60000";
  const over = "terminated: -N -refresh -expiry no more forks ended";
  const nothing: Record<SubscriberInput, string> = {
    accepted: "-",
    "accepted alone": "-",
    refused: "-",
    "NOTIFY pending": "-",
    "NOTIFY active": "-",
    "NOTIFY terminated": "-",
    "timer N": "-",
    "timer refresh": "-",
    "timer expiry": "-",
    "refresh refused": "-",
    "refresh lost": "-",
    unsubscribe: "-",
  };
  const open = (name: string): Record<SubscriberInput, string> => ({
    ...nothing,
    accepted: `${name}: ${durations}`,
    "NOTIFY pending": `pending: ${durations} notified`,
    "NOTIFY active": `active: ${durations} notified`,
    "NOTIFY terminated": "terminated: -refresh -expiry notified ended",
    "timer N": `${name}: no more forks`,
    "timer expiry": over,
    "refresh refused": over,
    unsubscribe: "ending: -N -refresh -expiry +N=32000 no more forks send unsubscribe",
  });
  walk<Subscriber, SubscriberInput>(
    (state, input) => stepSubscriber(state, input, 60),
    [
      [
        { name: "notifyWait" },
        { ...open("notifyWait"), "accepted alone": over, refused: over, "timer N": over },
      ],
      [{ name: "pending" }, { ...open("pending"), "timer refresh": "pending: refresh" }],
      [{ name: "active" }, { ...open("active"), "timer refresh": "active: refresh" }],
      [
        { name: "ending" },
        {
          ...nothing,
          "NOTIFY pending": "ending: notified",
          "NOTIFY active": "ending: notified",
          "NOTIFY terminated": "terminated: -N -refresh -expiry notified ended",
          "timer N": over,
          "timer expiry": over,
          "refresh refused": over,
        },
      ],
      [
        { name: "terminated" },
        {
          ...nothing,
          "NOTIFY pending": "terminated: 481",
          "NOTIFY active": "terminated: 481",
          "NOTIFY terminated": "terminated: 481",
          "timer N": "terminated: no more forks",
        },
      ],
    ],
    SUBSCRIBER_IGNORED,
  );

  it("waits 64·T1 for the first NOTIFY (timer N)", () => {
    expect(cell("", startSubscriber())).toBe("notifyWait: +N=32000");
  });

  it.each([
    [481, "refresh refused"],
    [404, "refresh refused"],
    [500, "refresh lost"],
    [undefined, "refresh lost"],
  ])("a refresh answered %s is %s (§4.1.2.3)", (status, expected) => {
    expect(refreshFailure(status)).toBe(expected);
  });
});

describe("notifier (RFC 6665 §4.2.2)", () => {
  const gone = "terminated: -expiry NOTIFY terminated";
  const open = (name: string): Record<NotifierInput, string> => ({
    activate: "-",
    notify: `${name}: NOTIFY ${name}`,
    end: `${gone} ended`,
    refreshed: `${name}: -expiry +expiry=60000 NOTIFY ${name}`,
    unsubscribed: `${gone} timeout ended`,
    "timer expiry": `${gone} timeout ended`,
    "NOTIFY refused": "terminated: -expiry ended",
  });
  walk<Notifier, NotifierInput>(
    (state, input) => stepNotifier(state, input, 60),
    [
      [{ name: "pending" }, { ...open("pending"), activate: "active: NOTIFY active" }],
      [{ name: "active" }, open("active")],
      [
        { name: "terminated" },
        {
          activate: "-",
          notify: "-",
          end: "-",
          refreshed: "-",
          unsubscribed: "-",
          "timer expiry": "-",
          "NOTIFY refused": "-",
        },
      ],
    ],
    NOTIFIER_IGNORED,
  );

  it("notifies at once (§4.2.1.2)", () => {
    expect(cell("", startNotifier("pending", 60))).toBe("pending: +expiry=60000 NOTIFY pending");
  });
});

describe("exchanges of one dialog (RFC 3261 §14, RFC 3311 §5, RFC 6337)", () => {
  const inputs: Record<ExchangeInput, true> = {
    "receive INVITE": true,
    "receive INVITE+offer": true,
    "receive UPDATE": true,
    "receive UPDATE+offer": true,
    "receive PRACK+offer": true,
    "receive offer": true,
    "receive answer": true,
    "send INVITE": true,
    "send INVITE+offer": true,
    "send UPDATE": true,
    "send UPDATE+offer": true,
    "send offer": true,
    "send answer": true,
    "their INVITE accepted": true,
    "their INVITE rejected": true,
    "our INVITE accepted": true,
    "our INVITE rejected": true,
    "their UPDATE ended": true,
    "our UPDATE ended": true,
    "offer refused": true,
  };
  const ALL = Object.keys(inputs) as ExchangeInput[];

  /** Every state that any inputs lead to. */
  function reachable(): Exchange[] {
    const found = new Map([[JSON.stringify(NO_EXCHANGE), NO_EXCHANGE]]);
    for (const state of found.values())
      for (const input of ALL) {
        const next = stepExchange(state, input).state;
        found.set(JSON.stringify(next), next);
      }
    return [...found.values()];
  }
  const states = reachable();
  const pairs = states.flatMap((state) => ALL.map((input) => ({ state, input, ...step(state, input) })));

  function step(state: Exchange, input: ExchangeInput): { next: Exchange; verdict: ExchangeVerdict } {
    const { state: next, verdict } = stepExchange(state, input);
    return { next, verdict };
  }
  const brief = ({ state, input }: { state: Exchange; input: string }): string =>
    `${JSON.stringify(state)} ${input}`;

  it("are finite, and every pair has an answer", () => {
    expect(states.length).toBeGreaterThan(20);
    expect(states.length).toBeLessThanOrEqual(120);
    expect(pairs.filter(({ verdict }) => !["ok", 491, 500, "wait", "ignored"].includes(verdict))).toEqual([]);
  });

  it("ignore what is listed, each input with its clause", () => {
    const found = new Set(pairs.filter(({ verdict }) => verdict === "ignored").map(({ input }) => input));
    expect(Object.keys(EXCHANGE_IGNORED).sort()).toEqual([...found].sort());
    for (const clause of Object.values(EXCHANGE_IGNORED)) expect(clause).toMatch(/^RFC \d+ §\d/);
  });

  it("answer 491 only to what meets something of ours, 500 only to what meets something of theirs", () => {
    const glare = pairs.filter(({ verdict }) => verdict === 491);
    const early = pairs.filter(({ verdict }) => verdict === 500);
    expect(glare.filter(({ state }) => state.invite !== "ours" && state.offer !== "ours").map(brief)).toEqual(
      [],
    );
    const hasTheirs = ({ state }: { state: Exchange }): boolean =>
      state.invite !== "none" || state.isUpdateTheirs || state.offer !== "none";
    expect(early.filter((pair) => !hasTheirs(pair)).map(brief)).toEqual([]);
    expect([...glare, ...early].filter(({ input }) => !input.startsWith("receive")).map(brief)).toEqual([]);
    expect(glare.length * early.length).toBeGreaterThan(0);
  });

  it("change nothing where they refuse, wait or ignore", () => {
    const changed = pairs.filter(({ verdict, state, next }) => verdict !== "ok" && state !== next);
    expect(changed.map(brief)).toEqual([]);
  });

  it("never have an offer of the INVITE without an offer, and never two INVITEs", () => {
    expect(states.filter(({ offer, isOfferOfInvite }) => isOfferOfInvite && offer === "none")).toEqual([]);
    const second = pairs.filter(({ state, input, verdict }) => {
      return state.invite !== "none" && /^(send|receive) INVITE/.test(input) && verdict === "ok";
    });
    expect(second.map(brief)).toEqual([]);
  });

  it("all come back to nothing open once everything has ended", () => {
    const ends: ExchangeInput[] = ["our INVITE rejected", "their INVITE rejected", "our UPDATE ended"];
    ends.push("their UPDATE ended", "offer refused");
    const left = states.filter((state) => {
      let at = state;
      for (const input of ends) at = stepExchange(at, input).state;
      return JSON.stringify(at) !== JSON.stringify(NO_EXCHANGE);
    });
    expect(left).toEqual([]);
  });

  const after = (...done: ExchangeInput[]): Exchange => {
    let state = NO_EXCHANGE;
    for (const input of done) {
      const next = stepExchange(state, input);
      expect([input, next.verdict]).toEqual([input, "ok"]);
      ({ state } = next);
    }
    return state;
  };

  it.each<[string, ExchangeInput[], ExchangeInput, ExchangeVerdict]>([
    ["re-INVITE against ours is glare (§14.2)", ["send INVITE+offer"], "receive INVITE+offer", 491],
    [
      "a second re-INVITE before the first is answered (§14.2)",
      ["receive INVITE+offer"],
      "receive INVITE",
      500,
    ],
    ["ours waits for theirs (§14.1)", ["receive INVITE+offer"], "send INVITE+offer", "wait"],
    ["UPDATE with an offer against ours (RFC 3311 §5.2)", ["send INVITE+offer"], "receive UPDATE+offer", 491],
    ["UPDATE with an offer on top of theirs", ["receive INVITE+offer"], "receive UPDATE+offer", 500],
    ["UPDATE without an offer beside an INVITE of ours", ["send INVITE+offer"], "receive UPDATE", "ok"],
    ["a second UPDATE before the first is answered", ["receive UPDATE"], "receive UPDATE+offer", 500],
    [
      "UPDATE in an early dialog once a reliable 18x had the answer (RFC 3262 §5)",
      ["receive INVITE+offer", "send answer"],
      "receive UPDATE+offer",
      "ok",
    ],
    [
      "PRACK with a new offer after the answer",
      ["receive INVITE+offer", "send answer"],
      "receive PRACK+offer",
      "ok",
    ],
    [
      "a re-INVITE while our late offer waits for its ACK",
      ["receive INVITE", "send offer", "their INVITE accepted"],
      "receive INVITE+offer",
      491,
    ],
    [
      "a re-INVITE after the ACK of a late offer",
      ["receive INVITE", "send offer", "their INVITE accepted", "receive answer"],
      "receive INVITE+offer",
      "ok",
    ],
    ["our UPDATE while ours is out", ["send UPDATE"], "send UPDATE+offer", "wait"],
    ["their re-INVITE against our UPDATE with an offer", ["send UPDATE+offer"], "receive INVITE+offer", 491],
    ["an answer to nothing", [], "receive answer", "ignored"],
  ])("%s", (_what, before, input, verdict) => {
    expect(stepExchange(after(...before), input).verdict).toBe(verdict);
  });

  it("roll back an offer that is refused, and keep what an UPDATE has settled meanwhile", () => {
    const rejected = after("send INVITE+offer", "our INVITE rejected");
    expect(rejected).toEqual(NO_EXCHANGE);
    const both = after("receive INVITE+offer", "send answer", "send UPDATE+offer", "their INVITE rejected");
    expect(both).toMatchObject({ offer: "ours", isUpdateOurs: true, invite: "none" });
  });
});
