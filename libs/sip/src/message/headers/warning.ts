import { quote, unquote } from "../token.ts";
import { listType } from "./header-type.ts";

/** RFC 3261 §20.43. */
export interface Warning {
  readonly code: number;
  /** Host and port, or a pseudonym, of who adds it. */
  readonly agent: string;
  readonly text: string;
}

const WARNING = /^([0-9]{3})\s+(\S+)\s+("(?:[^"\\]|\\.)*")$/s;

export const WARNING_TYPE = listType<Warning>(
  "Warning",
  (value) => {
    const [, code, agent, text] = WARNING.exec(value) ?? [];
    if (agent === undefined || text === undefined) return undefined;
    return { code: Number(code), agent, text: unquote(text) };
  },
  ({ code, agent, text }) => `${code} ${agent} ${quote(text)}`,
);
