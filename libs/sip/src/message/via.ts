import { parseParams, type Params } from "./params.ts";
import { isToken } from "./token.ts";
import { parseHostPort } from "./uri.ts";

/** RFC 3261 §8.1.1.7: a branch that begins so is unique over space and time. */
export const BRANCH_COOKIE = "z9hG4bK";

/** One Via value (RFC 3261 §20.42). */
export interface Via {
  /** UDP, TCP, TLS, … upper case. */
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly params: Params;
  readonly branch: string | undefined;
}

const SENT_PROTOCOL = /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+/i;

export function parseVia(text: string): Via | undefined {
  const match = SENT_PROTOCOL.exec(text);
  if (match?.[1] === undefined) return undefined;
  const semicolon = text.indexOf(";", match[0].length);
  const sentBy = parseHostPort(text.slice(match[0].length, semicolon < 0 ? text.length : semicolon));
  const params = semicolon < 0 ? parseParams("") : parseParams(text, semicolon);
  if (sentBy === undefined || params === undefined) return undefined;
  const branch = params.get("branch");
  if (branch !== undefined && !isToken(branch)) return undefined;
  return { transport: match[1].toUpperCase(), host: sentBy.host, port: sentBy.port, params, branch };
}
