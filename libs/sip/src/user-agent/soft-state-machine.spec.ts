import { describe, expect, it } from "@jest/globals";
import { unlistedPairs, type WalkedPair } from "../testing/machine-table.ts";
import {
  SOFT_STATE_IGNORED,
  stepSoftState,
  type SoftState,
  type SoftStateInput,
} from "./soft-state-machine.ts";

const state = (name: SoftState["name"], more: Partial<SoftState> = {}): SoftState => ({
  name,
  failures: 0,
  due: "nothing",
  ...more,
});

/** `next state: outputs`; "-" where nothing happens. */
function cell(before: SoftState, input: SoftStateInput): string {
  const step = stepSoftState(before, input, 60);
  const done = step.outputs.map((output) => {
    if (typeof output === "string") return output;
    return "start" in output ? `+${output.start}=${output.afterMs}` : `-${output.stop}`;
  });
  if (step.state.due !== before.due && step.state.due !== "nothing") done.push(`${step.state.due} due`);
  return step.state === before && done.length === 0 ? "-" : `${step.state.name}: ${done.join(", ")}`.trim();
}

const NOTHING: Readonly<Record<SoftStateInput, string>> = {
  start: "-",
  accepted: "-",
  refused: "-",
  forgotten: "-",
  change: "-",
  remove: "-",
  "flow ended": "-",
  "timer refresh": "-",
  "timer retry": "-",
};
const HELD = "held: +refresh=30000, held";
const WAITING = "waiting: +retry=30000, failed";

describe("a registration or publication (RFC 3261 §10.2, RFC 3903 §4, RFC 5626 §4.5)", () => {
  const table: readonly (readonly [SoftState, Readonly<Record<SoftStateInput, string>>])[] = [
    [state("idle"), { ...NOTHING, start: "sending: send whole", remove: "ended: ended" }],
    [
      state("sending"),
      {
        ...NOTHING,
        accepted: HELD,
        refused: WAITING,
        forgotten: WAITING,
        change: "sending: change due",
        remove: "removing: removal due",
      },
    ],
    [
      state("held"),
      {
        ...NOTHING,
        change: "renewing: -refresh, send",
        "flow ended": "renewing: -refresh, send",
        "timer refresh": "renewing: -refresh, send",
        remove: "removing: -refresh, send removal",
      },
    ],
    [
      state("renewing"),
      {
        ...NOTHING,
        accepted: HELD,
        refused: WAITING,
        forgotten: "sending: send whole",
        change: "renewing: change due",
        remove: "removing: removal due",
      },
    ],
    [
      state("renewing", { due: "change" }),
      {
        ...NOTHING,
        accepted: "renewing: held, send",
        refused: WAITING,
        forgotten: "sending: send whole",
        change: "renewing:",
        remove: "removing: removal due",
      },
    ],
    [
      state("waiting"),
      {
        ...NOTHING,
        change: "sending: -retry, send whole",
        "timer retry": "sending: -retry, send whole",
        remove: "ended: -retry, ended",
      },
    ],
    [
      state("removing", { due: "removal" }),
      { ...NOTHING, accepted: "removing: send removal", refused: "ended: ended", forgotten: "ended: ended" },
    ],
    [
      state("removing"),
      { ...NOTHING, accepted: "ended: ended", refused: "ended: ended", forgotten: "ended: ended" },
    ],
    [state("ended"), NOTHING],
  ];
  for (const [before, cells] of table)
    it.each(Object.entries(cells))(`${before.name}, %s → %s`, (input, expected) => {
      expect(cell(before, input as SoftStateInput)).toBe(expected);
    });

  it("ignores what it lists, each pair with its clause", () => {
    const pairs = table.flatMap(([before, cells]) =>
      (Object.keys(cells) as SoftStateInput[]).map((input): WalkedPair => {
        return [before.name, input, cell(before, input) === "-"];
      }),
    );
    expect(unlistedPairs(pairs, SOFT_STATE_IGNORED)).toEqual([]);
  });

  it("waits 30 s after a failure, twice as long after each more, half an hour at most (RFC 5626 §4.5)", () => {
    const waits = [0, 1, 2, 6, 40].map((failures) => cell(state("sending", { failures }), "refused"));
    expect(waits.map((text) => Number(/=(\d+)/.exec(text)?.[1]))).toEqual([
      ...[30_000, 60_000, 120_000, 1_800_000, 1_800_000],
    ]);
  });
});
