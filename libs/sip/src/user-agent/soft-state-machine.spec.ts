import { describe, expect, it } from "@jest/globals";
import { stepSoftState, type SoftState, type SoftStateInput } from "./soft-state-machine.ts";

const state = (name: SoftState["name"], more: Partial<SoftState> = {}): SoftState => ({
  name,
  failures: 0,
  isRemovalDue: false,
  ...more,
});

/** `next state: outputs`; "-" where nothing happens. */
function cell(before: SoftState, input: SoftStateInput): string {
  const step = stepSoftState(before, input, 60);
  const done = step.outputs.map((output) => {
    if (typeof output === "string") return output;
    return "start" in output ? `+${output.start}=${output.afterMs}` : `-${output.stop}`;
  });
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
      { ...NOTHING, accepted: HELD, refused: WAITING, forgotten: WAITING, remove: "removing:" },
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
      { ...NOTHING, accepted: HELD, refused: WAITING, forgotten: "sending: send whole", remove: "removing:" },
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
      state("removing", { isRemovalDue: true }),
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

  it("waits 30 s after a failure, twice as long after each more, half an hour at most (RFC 5626 §4.5)", () => {
    const waits = [0, 1, 2, 6, 40].map((failures) => cell(state("sending", { failures }), "refused"));
    expect(waits.map((text) => Number(/=(\d+)/.exec(text)?.[1]))).toEqual([
      ...[30_000, 60_000, 120_000, 1_800_000, 1_800_000],
    ]);
  });
});
