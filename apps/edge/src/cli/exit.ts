/** Exit codes of every command. */
export const OK = 0;
export const FAULT = 1;
export const USAGE = 2;

/** Ends a command with one line for a person. */
export class CommandError extends Error {
  readonly exitCode: typeof FAULT | typeof USAGE;

  constructor(message: string, exitCode: typeof FAULT | typeof USAGE = FAULT) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface Command {
  readonly summary: string;
  readonly help: string;
  /** Gives the exit code; throws a CommandError for a line on stderr. */
  run(args: readonly string[]): Promise<number> | number;
}
