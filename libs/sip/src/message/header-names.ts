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

/** Lower-case long form of a header field name in one of its usual spellings. */
export function knownHeaderId(name: string): string | undefined {
  return known.get(name);
}
