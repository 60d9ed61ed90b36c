/** Exit codes of every command. */
export const OK = 0;
export const FAULT = 1;
export const USAGE = 2;

/** What a command has of the process. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Aborted when the command is to end: SIGINT, SIGTERM. */
  readonly stop: AbortSignal;
}

export interface Command {
  readonly summary: string;
  readonly help: string;
  /** Gives the exit code; throws a CommandError for a line on stderr. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** Ends a command with one line for a person. */
export class CommandError extends Error {
  readonly exitCode: typeof FAULT | typeof USAGE;

  constructor(message: string, exitCode: typeof FAULT | typeof USAGE = FAULT) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What the system says of a socket, in words of what to do. */
export function socketFault(error: unknown, where: string): CommandError {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "EADDRINUSE":
      return new CommandError(`${where} is in use: stop what listens there, or choose another --listen`);
    case "EADDRNOTAVAIL":
      return new CommandError(`${where} is no address of this machine: choose another --listen`);
    case "EACCES":
      return new CommandError(`${where}: no permission to listen there`);
    default:
      return new CommandError(`${where}: ${message}`);
  }
}
