import { headerType } from "./header-type.ts";
import { parseValued } from "./valued.ts";

/** Names one session through all back-to-back user agents (RFC 7989 §5). */
export interface SessionId {
  /** 32 hexadecimal digits, lower case; zeros where unknown. */
  readonly local: string;
  /** Absent in what RFC 7329 senders write. */
  readonly remote: string | undefined;
}

const UUID = /^[0-9a-f]{32}$/i;

export const SESSION_ID = headerType<SessionId>(
  "Session-ID",
  (text) => {
    const valued = parseValued(text, (value) => UUID.test(value));
    const remote = valued?.params.get("remote")?.toLowerCase();
    if (valued === undefined || (remote !== undefined && !UUID.test(remote))) return undefined;
    return { local: valued.value.toLowerCase(), remote };
  },
  ({ local, remote }) => (remote === undefined ? local : `${local};remote=${remote}`),
);
