/** Where an input leads, and what is done about it, in order. */
export interface MachineStep<State extends string, Output extends string> {
  readonly state: State;
  readonly outputs: readonly Output[];
}

/**
 * The pairs in which nothing happens: in these states, with these inputs (or whatever comes), and the clause that has it
 * so or keeps the input from coming. A machine's test compares it with what its step function does.
 */
export type Ignored<State extends string, Input extends string> = readonly (readonly [
  states: readonly State[],
  inputs: readonly Input[] | "all",
  clause: string,
])[];

/** A cell of a machine's table, made once. */
export function step<State extends string, Output extends string = never>(
  state: State,
  ...outputs: readonly Output[]
): MachineStep<State, Output> {
  return { state, outputs };
}
