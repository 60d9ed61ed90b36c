/** Where an input leads, and what is done about it, in order. */
export interface MachineStep<State extends string, Output extends string> {
  readonly state: State;
  readonly outputs: readonly Output[];
}

/** A cell of a machine's table, made once. */
export function step<State extends string, Output extends string = never>(
  state: State,
  ...outputs: readonly Output[]
): MachineStep<State, Output> {
  return { state, outputs };
}
