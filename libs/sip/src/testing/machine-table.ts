import type { MachineStep } from "../machine-step.ts";

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

/** Where every sequence of so many inputs leads, and all that is done on the way. */
export function machineHistories<State extends string, Input extends string>(
  step: StepOf<State, Input>,
  start: State,
  table: MachineTable<State, Input>,
  length: number,
): { readonly state: State; readonly outputs: readonly string[] }[] {
  const inputs = Object.keys(table[start]) as Input[];
  let all: { state: State; outputs: readonly string[] }[] = [{ state: start, outputs: [] }];
  for (let count = 0; count < length; count++)
    all = all.flatMap(({ state, outputs }) =>
      inputs.map((input) => {
        const next = step(state, input);
        return { state: next.state, outputs: [...outputs, ...next.outputs] };
      }),
    );
  return all;
}
