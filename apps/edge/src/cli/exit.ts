/** Exit codes of every command. */
export const OK = 0;
export const FAULT = 1;
export const USAGE = 2;

export type FailureCode = typeof FAULT | typeof USAGE;

/** Ends a command with lines for a person. */
export class CommandError extends Error {
  readonly exitCode: FailureCode;

  constructor(message: string, exitCode: FailureCode = FAULT) {
    super(message);
    this.exitCode = exitCode;
  }

  /** What stderr gets. */
  get text(): string {
    return `tandem: ${this.message}`;
  }
}

export function usage(message: string): CommandError {
  return new CommandError(message, USAGE);
}

export interface Command {
  readonly help: string;
  /** Runs until it is told to stop: by a signal, or by the end of who reads its output. Others just end. */
  readonly isService?: boolean;
  /** A service that takes SIGHUP itself where it has no terminal: it reads files again. */
  readonly reloads?: boolean;
  /** Gives the exit code; throws a CommandError for a line on stderr. `stop` is aborted when a service is to end. */
  run(args: readonly string[], stop: AbortSignal): Promise<number> | number;
}
