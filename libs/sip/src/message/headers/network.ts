import { splitOutside } from "../token.ts";
import { parseUri } from "../uri.ts";
import { headerType, listType, type HeaderType } from "./header-type.ts";
import { valuedListType } from "./valued.ts";

/** What a network passes along and an edge rarely reads: parts kept as they were sent. */
export type Parts = readonly string[];

function parseParts(text: string): Parts | undefined {
  const parts = splitOutside(text, ";")?.map((part) => part.trim());
  return parts === undefined || parts[0] === "" ? undefined : parts;
}

const printParts = (parts: Parts): string => parts.join(";");

/** RFC 7315 §4.4: access type, then parameters of any kind. */
export const P_ACCESS_NETWORK_INFO = listType("P-Access-Network-Info", parseParts, printParts);
/** RFC 7315 §4.5, §4.6: parameters alone, names may come twice. */
export const P_CHARGING_FUNCTION_ADDRESSES = headerType(
  "P-Charging-Function-Addresses",
  parseParts,
  printParts,
);
export const P_CHARGING_VECTOR = headerType("P-Charging-Vector", parseParts, printParts);

/** RFC 3329 §2.2: a mechanism with its parameters. */
export const SECURITY_CLIENT = valuedListType("Security-Client");
export const SECURITY_SERVER = valuedListType("Security-Server");
export const SECURITY_VERIFY = valuedListType("Security-Verify");

const urn = (name: string): HeaderType<string> =>
  listType(
    name,
    (text) => (parseUri(text)?.scheme === "urn" ? text : undefined),
    (value) => value,
  );
/** RFC 6050 §4.1, §4.2. */
export const P_ASSERTED_SERVICE = urn("P-Asserted-Service");
export const P_PREFERRED_SERVICE = urn("P-Preferred-Service");

/** RFC 3261 §20.38: seconds since the sender's epoch, and what the receiver waited. */
export interface Timestamp {
  readonly seconds: number;
  readonly delay: number | undefined;
}
const TIMESTAMP = /^([0-9]+(?:\.[0-9]*)?)(?:\s+([0-9]*(?:\.[0-9]*)?))?$/;
export const TIMESTAMP_TYPE = headerType<Timestamp>(
  "Timestamp",
  (text) => {
    const [, seconds, delay] = TIMESTAMP.exec(text) ?? [];
    if (seconds === undefined) return undefined;
    return { seconds: Number(seconds), delay: delay === undefined ? undefined : Number(delay) };
  },
  ({ seconds, delay }) => (delay === undefined ? String(seconds) : `${seconds} ${delay}`),
);
