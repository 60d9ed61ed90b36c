import type { Ignored, MachineStep } from "../machine-step.ts";

type StepOf<State extends string, Input extends string> = (
  state: State,
  input: Input,
) => MachineStep<State, string>;

/**
 * What a machine does in every state with every input, as `next state: outputs`; "-" where nothing happens. An input
 * without a cell does not compile.
 */
export type MachineTable<State extends string, Input extends string> = Readonly<
  Record<State, Readonly<Record<Input, string>>>
>;

/** Every pair with what the table says and what the machine does: `[state, input, said, done]`. */
export function machineRows<State extends string, Input extends string>(
  step: StepOf<State, Input>,
  table: MachineTable<State, Input>,
): [string, string, string, string][] {
  return (Object.keys(table) as State[]).flatMap((state) =>
    (Object.keys(table[state]) as Input[]).map((input): [string, string, string, string] => {
      const { state: next, outputs } = step(state, input);
      const isNothing = next === state && outputs.length === 0;
      const done = isNothing ? "-" : `${next}: ${outputs.join(", ")}`.trim();
      return [state, input, table[state][input], done];
    }),
  );
}

/** The pairs of such rows. */
export const walkedPairs = (rows: readonly [string, string, string, string][]): WalkedPair[] =>
  rows.map(([state, input, , done]) => [state, input, done === "-"]);

/** Where every sequence of so many inputs leads, and all that is done on the way. */
export function machineHistories<State extends string, Input extends string>(
  step: StepOf<State, Input>,
  start: State,
  table: MachineTable<State, Input>,
  length: number,
): { readonly state: State; readonly inputs: readonly Input[]; readonly outputs: readonly string[] }[] {
  const inputs = Object.keys(table[start]) as Input[];
  let all: { state: State; inputs: readonly Input[]; outputs: readonly string[] }[] = [
    { state: start, inputs: [], outputs: [] },
  ];
  for (let count = 0; count < length; count++)
    all = all.flatMap(({ state, inputs: before, outputs }) =>
      inputs.map((input) => {
        const next = step(state, input);
        return { state: next.state, inputs: [...before, input], outputs: [...outputs, ...next.outputs] };
      }),
    );
  return all;
}

/** A pair of a walk, and whether nothing happens in it. */
export type WalkedPair = readonly [state: string, input: string, isIgnored: boolean];

/**
 * Where a machine's list of ignored pairs is not what its walk has found: pairs that do nothing without a clause,
 * pairs listed twice, and pairs with a clause that do something. Nothing, if all is well.
 */
export function unlistedPairs<State extends string, Input extends string>(
  pairs: readonly WalkedPair[],
  list: Ignored<State, Input>,
): string[] {
  const found = new Set(
    pairs.filter(([, , isIgnored]) => isIgnored).map(([state, input]) => `${state}, ${input}`),
  );
  const listed = list.flatMap(([states, inputs]) =>
    states.flatMap((state) => {
      const every = pairs.filter(([each]) => each === state).map(([, input]) => input);
      const those = inputs === "all" ? [...new Set(every)] : inputs;
      return those.map((input) => `${state}, ${input}`);
    }),
  );
  return [
    ...[...found].filter((pair) => !listed.includes(pair)).map((pair) => `without a clause: ${pair}`),
    ...listed.filter((pair) => !found.has(pair)).map((pair) => `does something: ${pair}`),
    ...listed.filter((pair, at) => listed.indexOf(pair) !== at).map((pair) => `twice: ${pair}`),
    ...list
      .filter(([, , clause]) => !/^RFC \d+ §\d/.test(clause))
      .map(([, , clause]) => `no clause: ${clause}`),
  ];
}
