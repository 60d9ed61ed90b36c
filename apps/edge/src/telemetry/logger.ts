/** Severity, as an operator reads it: error = act, warn = may lead there, info = rare lifecycle, debug = per message. */
export type Level = "error" | "warn" | "info" | "debug";

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  log(level: Level, message: string, fields?: Fields): void;
  child(name: string): Logger;
}

const RANK: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** One line per entry: time, level, name, message, then fields as key=value. */
export function createLogger(write: (line: string) => void, least: Level, name = "edge"): Logger {
  return {
    log(level, message, fields = {}) {
      if (RANK[level] > RANK[least]) return;
      let line = `${new Date().toISOString()} ${level} ${name}: ${message}`;
      for (const [key, value] of Object.entries(fields)) {
        if (value !== undefined)
          line += ` ${key}=${typeof value === "string" && /[\s"]/.test(value) ? JSON.stringify(value) : value}`;
      }
      write(line);
    },
    child: (child) => createLogger(write, least, `${name}.${child}`),
  };
}
