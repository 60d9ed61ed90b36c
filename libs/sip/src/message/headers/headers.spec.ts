import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildRequest } from "../build-message.ts";
import { parseCSeq } from "../cseq.ts";
import { knownHeaderId } from "../header-names.ts";
import { parseMessage } from "../parse-message.ts";
import { splitOutside } from "../token.ts";
import { parseVia } from "../via.ts";
import * as addresses from "./addresses.ts";
import * as authentication from "./authentication.ts";
import { DATE } from "./date.ts";
import * as dialogReferences from "./dialog-reference.ts";
import { DIVERSION } from "./diversion.ts";
import * as events from "./event.ts";
import { headerField, type HeaderType } from "./header-type.ts";
import { HISTORY_INFO } from "./history-info.ts";
import * as media from "./media.ts";
import * as network from "./network.ts";
import { PRIVACY } from "./privacy.ts";
import { RACK, RSEQ } from "./rack.ts";
import { REASON } from "./reason.ts";
import { RETRY_AFTER } from "./retry-after.ts";
import * as seconds from "./seconds.ts";
import { SESSION_EXPIRES } from "./session-expires.ts";
import { SESSION_ID } from "./session-id.ts";
import * as tokens from "./tokens.ts";
import { WARNING_TYPE } from "./warning.ts";

const isType = (value: unknown): value is HeaderType<unknown> =>
  typeof value === "object" && value !== null && "parse" in value && "print" in value;

/** Every type of this folder, by its id. */
const TYPES = new Map(
  [
    ...[addresses, authentication, dialogReferences, events, media, network, seconds, tokens].flatMap(
      (file) => Object.values<unknown>({ ...file }),
    ),
    ...[DATE, DIVERSION, HISTORY_INFO, PRIVACY, RACK, RSEQ, REASON, RETRY_AFTER, SESSION_EXPIRES, SESSION_ID],
    WARNING_TYPE,
  ]
    .filter(isType)
    .map((type) => [type.id, type]),
);

/** Reads, prints, and reads again what was printed. */
function reading<T>(type: HeaderType<T>, text: string): T | undefined {
  const value = type.parse(text);
  if (value !== undefined) expect(type.parse(type.print(value))).toEqual(value);
  return value;
}

describe("typed header fields", () => {
  it("are read from a message when asked for, first or all, and fail alone", () => {
    const octets = buildRequest({
      method: "PRACK",
      requestUri: "sip:b@192.0.2.1",
      headers: [
        headerField(RACK, { responseNumber: 1, sequenceNumber: 2, method: "INVITE" }),
        headerField(tokens.SUPPORTED, "100rel", "timer"),
        ["Supported", "replaces"],
        ["Event", "no token;"],
      ],
    });
    const parsed = parseMessage(octets);
    if (!parsed.ok) throw new TypeError("no message");
    const { message } = parsed;
    expect(message.get(RACK)).toEqual({ responseNumber: 1, sequenceNumber: 2, method: "INVITE" });
    expect(message.get(tokens.SUPPORTED)).toBe("100rel");
    expect(message.all(tokens.SUPPORTED)).toEqual(["100rel", "timer", "replaces"]);
    expect([message.get(events.EVENT), message.all(events.EVENT)]).toEqual([undefined, undefined]);
    expect([message.get(RSEQ), message.all(RSEQ)]).toEqual([undefined, []]);
  });

  it("read RAck and RSeq (RFC 3262 §7)", () => {
    expect(reading(RACK, "776656 1 INVITE")).toEqual({
      responseNumber: 776_656,
      sequenceNumber: 1,
      method: "INVITE",
    });
    for (const bad of ["", "1", "1 INVITE", "0 1 INVITE", "4294967296 1 INVITE", "1 4294967296 INVITE"])
      expect(RACK.parse(bad)).toBeUndefined();
    expect([reading(RSEQ, "1"), RSEQ.parse("0"), RSEQ.parse("x")]).toEqual([1, undefined, undefined]);
  });

  it("read Session-Expires and Min-SE (RFC 4028 §4, §5)", () => {
    expect(reading(SESSION_EXPIRES, "1800;refresher=UAS;x=1")).toEqual({
      seconds: 1_800,
      refresher: "uas",
      params: new Map([["x", "1"]]),
    });
    expect(reading(SESSION_EXPIRES, "1800;refresher=proxy")).toMatchObject({
      seconds: 1_800,
      refresher: undefined,
    });
    expect(SESSION_EXPIRES.parse("soon;refresher=uac")).toBeUndefined();
    expect(SESSION_EXPIRES.parse("-1")).toBeUndefined();
    expect(reading(seconds.MIN_SE, "90;lr")?.seconds).toBe(90);
  });

  it("read numbers of seconds and hops, and cap what no clock has (RFC 3261 §20.19, §20.22)", () => {
    expect(seconds.EXPIRES.parse("99999999999999999999")).toBe(4_294_967_295);
    expect([seconds.EXPIRES.parse("soon"), seconds.EXPIRES.parse("-1")]).toEqual([undefined, undefined]);
    expect([reading(seconds.MAX_FORWARDS, "0"), seconds.MAX_FORWARDS.parse("256")]).toEqual([0, undefined]);
  });

  it("read references to dialogs, each from its receiver's side (RFC 3891, RFC 3911, RFC 4538)", () => {
    const { REPLACES, JOIN, TARGET_DIALOG } = dialogReferences;
    expect(reading(REPLACES, "98732@x.example;to-tag=1;from-tag=2;early-only")).toEqual({
      callId: "98732@x.example",
      toTag: "1",
      fromTag: "2",
      isEarlyOnly: true,
      params: new Map(),
    });
    expect(reading(JOIN, "1;from-tag=a;to-tag=b;y")).toMatchObject({ toTag: "b", fromTag: "a" });
    expect(reading(TARGET_DIALOG, "1;local-tag=theirs;remote-tag=ours")).toMatchObject({
      toTag: "ours",
      fromTag: "theirs",
    });
    expect(REPLACES.parse("a b;to-tag=1")).toBeUndefined();
  });

  it("read addresses and print them with angle brackets (RFC 3261 §20.10)", () => {
    const { REFERRED_BY, REFER_TO, P_ASSERTED_IDENTITY } = addresses;
    const referred = reading(REFERRED_BY, 'sip:a@b.example;cid="1@b.example"');
    expect(referred?.params.get("cid")).toBe("1@b.example");
    expect(referred && REFERRED_BY.print(referred)).toBe('<sip:a@b.example>;cid="1@b.example"');
    const target = reading(REFER_TO, "<sip:a@b.example?Replaces=1%3Bto-tag%3D2>;x");
    expect(target?.uri).toMatchObject({ headers: "Replaces=1%3Bto-tag%3D2" });
    expect(reading(P_ASSERTED_IDENTITY, '"A \\"B\\"" <tel:+1555>')?.displayName).toBe('A "B"');
    expect(REFER_TO.parse("<no uri>")).toBeUndefined();
  });

  it("read events and states of subscriptions (RFC 6665 §8.2)", () => {
    expect(reading(events.EVENT, "refer;id=93809824")).toEqual({
      value: "refer",
      params: new Map([["id", "93809824"]]),
    });
    expect(reading(events.SUBSCRIPTION_STATE, "Terminated;reason=NoResource;retry-after=5;x=1")).toEqual({
      state: "terminated",
      reason: "noresource",
      expires: undefined,
      retryAfter: 5,
      params: new Map([["x", "1"]]),
    });
    expect(reading(events.RECV_INFO, "foo;a=1")?.value).toBe("foo");
  });

  it("read media types and dispositions (RFC 3261 §20.1, §20.11, §20.15)", () => {
    expect(reading(media.CONTENT_TYPE, "Application/ISUP ; version=itu-t92+")).toEqual({
      value: "application/isup",
      params: new Map([["version", "itu-t92+"]]),
    });
    expect(media.CONTENT_TYPE.parse("text")).toBeUndefined();
    const optional = reading(media.CONTENT_DISPOSITION, "signal;handling=Optional");
    expect([media.isHandlingRequired(optional), media.isHandlingRequired(undefined)]).toEqual([false, true]);
  });

  it("read reasons and warnings (RFC 3326 §2, RFC 8606 §4, RFC 3261 §20.43)", () => {
    expect(reading(REASON, 'Q.850;cause=17;text="User \\"busy\\"";location=LN')).toEqual({
      protocol: "Q.850",
      cause: 17,
      text: 'User "busy"',
      params: new Map([["location", "LN"]]),
    });
    expect(reading(REASON, "SIP;cause=abc")?.cause).toBeUndefined();
    expect(reading(WARNING_TYPE, '399 a.example:5060 "a, \\"b\\""')).toEqual({
      code: 399,
      agent: "a.example:5060",
      text: 'a, "b"',
    });
    expect(WARNING_TYPE.parse("399 a.example text")).toBeUndefined();
  });

  it("read Retry-After with comment and parameters (RFC 3261 §20.33)", () => {
    expect(reading(RETRY_AFTER, "120 (I'm in a \\(meeting\\));duration=3600")).toMatchObject({
      seconds: 120,
      comment: "I'm in a (meeting)",
    });
    expect(reading(RETRY_AFTER, "5")).toMatchObject({ seconds: 5, comment: undefined });
    expect(RETRY_AFTER.parse("soon")).toBeUndefined();
  });

  it("read diversions and histories (RFC 5806 §4, RFC 7044 §5)", () => {
    expect(reading(DIVERSION, "<sip:+1555@a.example>;reason=User-Busy;counter=2;privacy=full")).toMatchObject(
      {
        reason: "user-busy",
        counter: 2,
        privacy: "full",
      },
    );
    const history = reading(
      HISTORY_INFO,
      "<sip:b@b.example?Reason=SIP%3Bcause%3D302&Privacy=history>;index=1.2;rc=1",
    );
    expect(history).toMatchObject({
      index: [1, 2],
      change: { kind: "rc", from: [1] },
      reasons: [{ protocol: "SIP", cause: 302 }],
      privacy: ["history"],
    });
    expect(HISTORY_INFO.parse("<sip:b@b.example>")).toBeUndefined();
    expect(HISTORY_INFO.parse("<sip:b@b.example>;index=1..2")).toBeUndefined();
  });

  it("read privacy, session identifiers and dates (RFC 3323 §4.2, RFC 7989 §5, RFC 3261 §20.17)", () => {
    expect(reading(PRIVACY, "ID; critical")).toEqual(["id", "critical"]);
    const [one, other] = ["a".repeat(32), "0".repeat(32)];
    expect(reading(SESSION_ID, `${one.toUpperCase()};remote=${other}`)).toEqual({
      local: one,
      remote: other,
    });
    expect(SESSION_ID.parse("abc")).toBeUndefined();
    expect(reading(DATE, "Sat, 13 Nov 2010 23:29:00 GMT")?.getTime()).toBe(1_289_690_940_000);
    expect(DATE.parse("Sat, 31 Jun 2010 23:29:00 GMT")).toBeUndefined();
    expect(DATE.parse("Fri, 01 Jan 2010 16:00:00 EST")).toBeUndefined();
  });
});

const ROOT = resolve(import.meta.dirname, "../../../../..");
const FILE = join(resolve(ROOT, process.env["TANDEM_CORPUS"] ?? "../shared/corpus"), "sip/headers.json");
if (!existsSync(FILE)) console.warn(`SKIPPED: header values, since there is no ${FILE} (TANDEM_CORPUS)`);

/** What one stack takes and RFC 3261 §25.1 does not, or has no type here. */
const NOT_BY_GRAMMAR = new Set([
  // Authentication-Info has no scheme.
  'NTLM opaque="O",snum="N",srand="*",realm="R",targetname="T",rspauth="hello"',
  // Alert-Info is a URI in angle brackets.
  "PolycomSpecialBug;param=blah",
  // A URI has no blank.
  "foobar at com<sip:4855@166.34.120.100 >;tag=1024181795",
]);

(existsSync(FILE) ? describe : describe.skip)("the corpus of header values", () => {
  interface Value {
    readonly name: string;
    readonly value: string;
    readonly rfc2543Comment: boolean;
  }

  it("is read, and what is printed reads the same", () => {
    const values = JSON.parse(readFileSync(FILE, "utf8")) as Value[];
    expect(values).toHaveLength(214);
    const refused: string[] = [];
    let read = 0;
    for (const { name, value, rfc2543Comment } of values) {
      const id = knownHeaderId(name) ?? name.toLowerCase();
      // RFC 2543 allowed comments in Via; RFC 3261 §25.1 does not.
      if (rfc2543Comment || NOT_BY_GRAMMAR.has(value) || id === "references") continue;
      read++;
      const texts = id === "contact" && value === "*" ? [] : (splitOutside(value, ",") ?? [value]);
      const type = TYPES.get(id);
      const isRead =
        id === "via"
          ? texts.every((text) => parseVia(text.trim()) !== undefined)
          : id === "cseq"
            ? parseCSeq(value) !== undefined
            : type?.isList === true
              ? texts.every((text) => text.trim() === "" || reading(type, text.trim()) !== undefined)
              : type !== undefined && reading(type, value.trim()) !== undefined;
      if (!isRead) refused.push(`${name}: ${value}`);
    }
    expect(refused).toEqual([]);
    expect(read).toBeGreaterThan(200);
  });
});
