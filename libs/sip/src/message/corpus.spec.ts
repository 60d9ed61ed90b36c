import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkRequest, checkResponse } from "./check-message.ts";
import type { SipMessage } from "./message.ts";
import { equalOctets } from "./octets.ts";
import { parseMessage } from "./parse-message.ts";
import { parseUri } from "./uri.ts";

/** Messages of many stacks, labelled; a folder beside the repository that need not be there. */
const ROOT = resolve(import.meta.dirname, "../../../..");
const DIRECTORY = resolve(ROOT, process.env["TANDEM_CORPUS"] ?? "../shared/corpus", "sip");
const isThere = existsSync(join(DIRECTORY, "index.json"));
if (!isThere) console.warn(`SKIPPED: the SIP corpus, since there is no ${DIRECTORY} (TANDEM_CORPUS)`);

interface Expected {
  readonly kind?: string;
  readonly method?: string;
  readonly requestUri?: string;
  readonly status?: number;
  readonly reason?: string;
  readonly headerLines: number;
  readonly headerCounts: Readonly<Record<string, number>>;
  readonly callId?: string | null;
  readonly cseq?: { readonly seq: number; readonly method: string } | null;
  readonly fromTag?: string | null;
  readonly toTag?: string | null;
  readonly viaCount?: number;
  readonly topVia?: {
    readonly transport: string;
    readonly host: string;
    readonly port?: number | null;
    readonly branch?: string | null;
  };
  readonly maxForwards?: number | null;
  readonly contactCount?: number;
  readonly routeCount?: number;
  readonly recordRouteCount?: number;
  readonly contentType?: string | null;
  readonly contentLength?: number | null;
  readonly bodyBytes: number;
  readonly extraOctets?: number;
}

interface Entry {
  readonly file: string;
  readonly policy: "accept" | "reject" | "either";
  readonly verdict?: string;
  readonly expect: Expected;
}

const read = (file: string): Uint8Array => readFileSync(join(DIRECTORY, file));
const entries = isThere ? (JSON.parse(readFileSync(join(DIRECTORY, "index.json"), "utf8")) as Entry[]) : [];
const withPolicy = (policy: Entry["policy"]): Entry[] => entries.filter((entry) => entry.policy === policy);

type Verdict =
  | { readonly message: SipMessage }
  | { readonly code: string; readonly status: number | undefined; readonly kind: string | undefined };

/** What the stack makes of a datagram before any state is asked: parse, then the checks of its kind. */
function judge(octets: Uint8Array): Verdict {
  const parsed = parseMessage(octets);
  if (!parsed.ok) {
    const { code, status, partial } = parsed.error;
    return { code, status, kind: partial?.kind };
  }
  const { message } = parsed;
  if (message.kind === "response") {
    const fault = checkResponse(message);
    return fault === undefined ? { message } : { code: fault.code, status: undefined, kind: "response" };
  }
  const fault = checkRequest(message);
  return fault === undefined ? { message } : { code: fault.code, status: fault.status, kind: "request" };
}

/** The fields of `expected`, as our parser reads them. */
function readingOf(message: SipMessage, expected: Expected): Expected {
  const counts: Record<string, number> = {};
  for (const id of message.index.ids) counts[id] = (counts[id] ?? 0) + 1;
  const via = message.topVia;
  const number = (id: string): number | null => {
    const value = message.header(id);
    return value === undefined ? null : Number(value);
  };
  const all = {
    kind: message.kind,
    ...(message.kind === "request"
      ? { method: message.method, requestUri: message.requestUriText }
      : { status: message.status, reason: message.reasonPhrase }),
    headerLines: message.index.ids.length,
    headerCounts: counts,
    callId: message.callId ?? null,
    cseq:
      message.cseq === undefined ? null : { seq: message.cseq.sequenceNumber, method: message.cseq.method },
    fromTag: message.fromTag ?? null,
    toTag: message.toTag ?? null,
    viaCount: message.list("via")?.length,
    topVia:
      via === undefined
        ? undefined
        : {
            transport: via.transport,
            // Ours keeps the brackets of an IPv6 reference.
            host: via.host.replace(/^\[|\]$/g, ""),
            port: via.port ?? null,
            branch: via.branch ?? null,
          },
    maxForwards: number("max-forwards"),
    contactCount: message.header("contact") === "*" ? 1 : message.contacts?.length,
    routeCount: message.list("route")?.length,
    recordRouteCount: message.list("record-route")?.length,
    contentType: message.header("content-type") ?? null,
    contentLength: number("content-length"),
    bodyBytes: message.body.length + message.extraOctets,
    extraOctets: message.extraOctets,
  };
  const asked = Object.entries(all).filter(([name]) => name in expected);
  return Object.fromEntries(asked) as unknown as Expected;
}

/** Expectations in the same spelling: absent is null, transport in capitals, hosts in small letters. */
function normalised(expected: Expected): Expected {
  const { topVia: via } = expected;
  if (via === undefined) return expected;
  const topVia = {
    transport: via.transport.toUpperCase(),
    host: via.host.toLowerCase(),
    port: via.port ?? null,
    branch: via.branch ?? null,
  };
  return { ...expected, topVia };
}

const NOT_READ = new Set(["rfc2543", "leadingCrlfBytes", "startLine"]);

(isThere ? describe : describe.skip)("the SIP corpus", () => {
  it("is read as labelled: of the accepted messages none is refused, and every field is equal", () => {
    const refused: unknown[] = [];
    const different: unknown[] = [];
    for (const entry of withPolicy("accept")) {
      const verdict = judge(read(entry.file));
      if (!("message" in verdict)) {
        refused.push([entry.file, verdict.code]);
        continue;
      }
      const expected = Object.entries(normalised(entry.expect)).filter(([name]) => !NOT_READ.has(name));
      const reading = readingOf(verdict.message, entry.expect);
      for (const [name, value] of expected) {
        const ours = reading[name as keyof Expected];
        try {
          expect(ours).toEqual(value);
        } catch {
          different.push([entry.file, name, ours, value]);
        }
      }
    }
    expect(withPolicy("accept").length).toBeGreaterThan(1_000);
    expect({ refused, different }).toEqual({ refused: [], different: [] });
  });

  it("is kept byte for byte: head and body are the datagram's own octets", () => {
    const changed = withPolicy("accept").filter(({ file, expect: expected }) => {
      const octets = read(file);
      const parsed = parseMessage(octets);
      if (!parsed.ok) return true;
      const { message } = parsed;
      const body = octets.subarray(octets.length - expected.bodyBytes, octets.length - message.extraOctets);
      return !equalOctets(message.octets, octets) || !equalOctets(message.body, body);
    });
    expect(changed.map(({ file }) => file)).toEqual([]);
  });

  it("is refused as labelled: requests with the status of the verdict, responses in silence", () => {
    const taken: unknown[] = [];
    for (const { file, verdict, expect: expected } of withPolicy("reject")) {
      const ours = judge(read(file));
      if ("message" in ours) {
        taken.push([file, verdict]);
        continue;
      }
      const wanted = verdict?.match(/\b[45][0-9]{2}\b/g)?.map(Number) ?? [];
      const isAnswered = ours.kind === "request" && ours.status !== undefined;
      if (expected.kind === "request" && wanted.length > 0 && isAnswered && !wanted.includes(ours.status))
        taken.push([file, verdict, ours]);
      if (expected.kind === "response" && ours.status !== undefined) taken.push([file, verdict, ours]);
    }
    expect(withPolicy("reject").length).toBeGreaterThan(100);
    expect(taken).toEqual([]);
  });

  // Some 900,000 readings.
  it("never throws, whichever octet a message is cut at, and takes no cut message for whole", () => {
    const mistaken: string[] = [];
    for (const { file, policy } of entries) {
      const octets = read(file);
      judge(octets);
      for (let end = 0; end < octets.length; end++) {
        const verdict = judge(octets.subarray(0, end));
        // Without Content-Length the body ends where the datagram ends (RFC 3261 §18.3), and behind it nothing counts.
        if (policy !== "accept" || !("message" in verdict)) continue;
        const { message } = verdict;
        const whole = parseMessage(octets);
        const isFramed = message.header("content-length") !== undefined;
        if (isFramed && whole.ok && !equalOctets(whole.message.body, message.body))
          mistaken.push(`${file} at ${end}`);
      }
    }
    expect(mistaken).toEqual([]);
  });

  it("judges URIs as labelled", () => {
    interface LabelledUri {
      readonly uri: string;
      readonly valid: boolean | "unknown";
    }
    const uris = JSON.parse(readFileSync(join(DIRECTORY, "uris.json"), "utf8")) as LabelledUri[];
    // Its label says what one stack does; the grammar has "/" in a user part (RFC 3261 §25.1 user-unreserved).
    const byGrammar = "sip://alice@localhost:5060";
    expect(parseUri(byGrammar)).toMatchObject({ user: "//alice" });
    const wrong = uris.filter(
      ({ uri, valid }) => valid !== "unknown" && uri !== byGrammar && (parseUri(uri) !== undefined) !== valid,
    );
    expect(uris.length).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});
