import { describe, expect, it } from "@jest/globals";
import { causeIndicatorsOf, editIsup, isupMessage, type IsupMessage } from "@tandem/isup";
import { acmFrom18x, anmFrom200, iamFrom, relFromCause, rlc } from "./answers.ts";
import type { IsupToSipInput, IsupToSipOptions } from "./isup-to-sip-call.ts";
import { ISUP_TO_SIP_IDLE, stepIsupToSip } from "./isup-to-sip-machine.ts";
import { SIP_TO_ISUP_IDLE, stepSipToIsup, type SipToIsupInput } from "./sip-to-isup-machine.ts";

const variant = "itu-t92+" as const;
const cause = causeIndicatorsOf(17, 0);
const iam = iamFrom({ called: "+493022", calling: "+493011" }, variant);
const checkedIam = editIsup(iam, {
  natureOfConnectionIndicators: { continuityCheck: 1 },
  forwardCallIndicators: { interworking: 1 },
});
const cpg = isupMessage("CPG", { eventInformation: { value: 1 } });
const message = isupMessage("SUS", { suspendResumeIndicators: { networkInitiated: 0 } });
const failing = isupMessage("CPG", { eventInformation: { value: 2 }, causeIndicators: cause });
const isup = (...messages: readonly IsupMessage[]): { type: "isup"; message: IsupMessage }[] =>
  messages.map((each) => ({ type: "isup", message: each }));

const TO_ISUP: readonly SipToIsupInput[] = [
  { type: "invite", iam },
  { type: "preconditions", areMet: true },
  { type: "infoEnded" },
  { type: "ack" },
  { type: "ackTimeout" },
  { type: "cancel", cause },
  { type: "bye", cause },
  { type: "hold", notification: cpg },
  { type: "info", message },
  { type: "timer", name: "T7" },
  { type: "timer", name: "T9" },
  { type: "timer", name: "interwork" },
  ...isup(acmFrom18x(180, variant), acmFrom18x(183, variant), failing, cpg, anmFrom200(true, variant)),
  ...isup(relFromCause(cause, variant), rlc(variant), message, isupMessage("RSC", {})),
];
const TO_SIP: readonly IsupToSipInput[] = [
  { type: "response", status: 100 },
  { type: "response", status: 180 },
  { type: "response", status: 183 },
  { type: "response", status: 200 },
  { type: "response", status: 486, cause },
  { type: "timeout" },
  { type: "bye", cause },
  { type: "hold", notification: cpg },
  { type: "info", message },
  { type: "infoEnded" },
  ...(["T8", "T10", "T11", "T35", "tone"] as const).map((name) => ({ type: "timer", name }) as const),
  ...isup(isupMessage("COT", { continuityIndicators: { continuityCheckSuccessful: 1 } })),
  ...isup(isupMessage("RSC", {}), isupMessage("SAM", { subsequentNumber: { digits: "1", stSignal: false } })),
  ...isup(iam, checkedIam, relFromCause(cause, variant), rlc(variant), message, cpg),
];

/** Every state that can be reached, each once, with how much of what counts has left on the way to it. */
function explore<S extends { readonly name: string }, O>(
  idle: S,
  steps: (state: S) => readonly { readonly state: S; readonly outputs: readonly O[] }[],
  counted: readonly ((output: O) => boolean)[],
): { readonly names: Set<string>; readonly counts: readonly (readonly number[])[] } {
  const seen = new Map<string, readonly number[]>();
  const names = new Set<string>();
  const waiting = [{ state: idle, counts: counted.map(() => 0) }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { state, counts } = next;
    const key = JSON.stringify([{ ...state, iam: undefined, cause: undefined, infos: [] }, counts]);
    if (seen.has(key) || counts.some((value) => value > 1)) {
      seen.set(key, counts);
      continue;
    }
    seen.set(key, counts);
    names.add(state.name);
    for (const { state: after, outputs } of steps(state))
      waiting.push({
        state: after,
        counts: counts.map((value, at) => value + outputs.filter((output) => counted[at]?.(output)).length),
      });
  }
  return { names, counts: [...seen.values()] };
}

const isRel = (output: { readonly to: string; readonly message?: IsupMessage }): boolean =>
  output.to === "isup" && output.message?.messageType === "REL";

describe("every state and input of a call's machine", () => {
  it("gives a SIP caller one final response and the ISUP side one REL at most", () => {
    const { names, counts } = explore(
      SIP_TO_ISUP_IDLE,
      (state) => TO_ISUP.map((input) => stepSipToIsup(state, input, 0, { variant })),
      [(output) => output.to === "sip" && output.type === "response" && output.status >= 200, isRel],
    );
    expect(names.size).toBe(9);
    expect(counts.filter((each) => each.some((value) => value > 1))).toEqual([]);
  });

  const options: IsupToSipOptions = { variant, digitsMin: 5, digitsMax: 9, toneMs: 1, T11Ms: 1 };

  it("places one INVITE and sends the ISUP side one REL at most", () => {
    const { names, counts } = explore(
      ISUP_TO_SIP_IDLE,
      (state) => TO_SIP.map((input) => stepIsupToSip(state, input, 0, options)),
      [(output) => output.to === "sip" && output.type === "invite", isRel],
    );
    expect(names.size).toBe(11);
    expect(counts.filter((each) => each.some((value) => value > 1))).toEqual([]);
  });

  it("sends the ISUP side one REL at most where SIP hears each digit, too (RFC 3578 §3)", () => {
    const overlap: IsupToSipOptions = { ...options, digitsMin: 9, digitsMax: 12, isOverlapInSip: true };
    const { names, counts } = explore(
      ISUP_TO_SIP_IDLE,
      (state) => TO_SIP.map((input) => stepIsupToSip(state, input, 0, overlap)),
      [isRel],
    );
    expect(names.size).toBe(11);
    expect(counts.filter((each) => each.some((value) => value > 1))).toEqual([]);
  });
});
