/** Compact forms, RFC 3261 §7.3.3 and the RFCs that added one. */
const COMPACT: Readonly<Record<string, string>> = {
  a: "accept-contact",
  b: "referred-by",
  c: "content-type",
  d: "request-disposition",
  e: "content-encoding",
  f: "from",
  i: "call-id",
  j: "reject-contact",
  k: "supported",
  l: "content-length",
  m: "contact",
  n: "identity-info",
  o: "event",
  r: "refer-to",
  s: "subject",
  t: "to",
  u: "allow-events",
  v: "via",
  x: "session-expires",
  y: "identity",
};

/** Spellings seen on the wire, so that the usual ones cost one map look-up. */
const known = new Map<string, string>();
for (const name of [
  ...["Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards", "Contact", "Content-Type", "Content-Length"],
  ...["Allow", "Supported", "Require", "Proxy-Require", "Unsupported", "Accept", "Route", "Record-Route"],
  ...["User-Agent", "Server", "Subject", "Expires", "Reason", "P-Asserted-Identity", "Privacy", "Diversion"],
  ...["History-Info", "Session-Expires", "Min-SE", "MIME-Version", "Content-Disposition", "Warning"],
  ...["Retry-After", "Date", "RSeq", "RAck", "Referred-By", "Refer-To", "Replaces", "Event", "Call-Id"],
]) {
  known.set(name, name.toLowerCase());
}
for (const [short, long] of Object.entries(COMPACT)) {
  known.set(short, long);
  known.set(short.toUpperCase(), long);
}

interface KnownName {
  readonly spelling: Uint8Array;
  readonly id: string;
}

const SHAPES = 2_048;
/** Names by length, first and last octet: nearly always one, which a comparison confirms without a copy. */
const byShape: KnownName[][] = Array.from({ length: SHAPES }, () => []);
const shapeOf = (length: number, first: number, last: number): number =>
  (length * 61 + first * 17 + last) & (SHAPES - 1);
for (const [name, id] of known) {
  const spelling = Uint8Array.from(name, (character) => character.charCodeAt(0));
  byShape[shapeOf(name.length, spelling[0] ?? 0, spelling[name.length - 1] ?? 0)]?.push({ spelling, id });
}

function liesAt({ spelling }: KnownName, octets: Uint8Array, at: number): boolean {
  for (let index = 0; index < spelling.length; index++)
    if (spelling[index] !== octets[at + index]) return false;
  return true;
}

/** As {@link knownHeaderId}, for a name that lies in the octets of a head. */
export function headerIdAt(octets: Uint8Array, at: number, end: number): string | undefined {
  const names = byShape[shapeOf(end - at, octets[at] ?? 0, octets[end - 1] ?? 0)];
  if (names !== undefined)
    for (const name of names)
      if (name.spelling.length === end - at && liesAt(name, octets, at)) return name.id;
  return undefined;
}

/** Lower-case long form of a header field name in one of its usual spellings. */
export function knownHeaderId(name: string): string | undefined {
  return known.get(name);
}
