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

/** As nearly everybody writes it, the most usual first. */
const USUAL = ["UDP", "TCP", "TLS", "WSS"].map((name) => ({ name, written: `SIP/2.0/${name} ` }));
const USUAL_LENGTH = "SIP/2.0/UDP ".length;

export function parseVia(text: string): Via | undefined {
  const usual = USUAL.find(({ written }) => text.startsWith(written))?.name;
  const match = usual === undefined ? SENT_PROTOCOL.exec(text) : undefined;
  const transport = usual ?? match?.[1]?.toUpperCase();
  if (transport === undefined) return undefined;
  const start = match?.[0].length ?? USUAL_LENGTH;
  const semicolon = text.indexOf(";", start);
  const sentBy = parseHostPort(text.slice(start, semicolon < 0 ? text.length : semicolon));
  const params = semicolon < 0 ? parseParams("") : parseParams(text, semicolon);
  if (sentBy === undefined || params === undefined) return undefined;
  const branch = params.get("branch");
  if (branch !== undefined && !isToken(branch)) return undefined;
  return { transport, host: sentBy.host, port: sentBy.port, params, branch };
}
