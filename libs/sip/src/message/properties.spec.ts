import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildRequest, buildResponse, type HeaderField } from "./build-message.ts";
import { checkRequest, checkResponse } from "./check-message.ts";
import type { SipMessage, SipRequest } from "./message.ts";
import { parseNameAddr } from "./name-addr.ts";
import { equalOctets, octetsOf, octetString, utf8OctetString } from "./octets.ts";
import { parseParams } from "./params.ts";
import { parseMessage } from "./parse-message.ts";
import { quote } from "./token.ts";
import { formatUri, isSipUri, parseUri } from "./uri.ts";
import { tagInUsualAddress } from "./usual-address.ts";
import { parseVia } from "./via.ts";

const RUNS = 2_000;
const VECTORS = join(import.meta.dirname, "../../../../test/vectors/sip");
const seeds = ["valid", "invalid"].flatMap((folder) =>
  readdirSync(join(VECTORS, folder))
    .filter((file) => file.endsWith(".sip"))
    .map((file): Uint8Array => readFileSync(join(VECTORS, folder, file))),
);

/** Asks for everything there is, so that a lazy accessor has its chance to fail. */
function readAll(message: SipMessage): void {
  const { topVia, from, to, cseq, callId, fromTag, toTag, contacts, body, extraOctets } = message;
  for (const id of new Set(message.index.ids)) void [message.headers(id), message.list(id)];
  void [topVia, from, to, cseq, callId, fromTag, toTag, contacts, body, extraOctets];
  if (message.kind === "request") void [message.requestUri, checkRequest(message)];
  else checkResponse(message);
}

function takes(octets: Uint8Array): void {
  const parsed = parseMessage(octets);
  if (parsed.ok) readAll(parsed.message);
  else if (parsed.error.partial !== undefined) {
    readAll(parsed.error.partial);
    expect(parsed.error.offset).toBeLessThanOrEqual(octets.length);
    // What is answered is answered with a message that can be read again, whatever was sent.
    const answer = parseMessage(buildResponse(parsed.error.partial, { status: 400, toTag: "t" }));
    expect(answer.ok ? "read" : answer.error.code).toBe("read");
  }
}

/** A change of a message: octets replaced, left out, doubled or put in. */
const mutation = fc.record({
  kind: fc.constantFrom("replace", "remove", "repeat", "insert"),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  count: fc.integer({ min: 1, max: 40 }),
  octets: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc
      .constantFrom(
        "\r\n",
        "\r",
        "\n",
        "\r\n ",
        "\r\n\r\n",
        '"',
        "<",
        ">",
        ";",
        ",",
        ":",
        "%",
        "\\",
        "@",
        " ",
        "\0",
      )
      .map((text) => octetsOf(text)),
  ),
});

function mutate(
  octets: Uint8Array,
  { kind, at, count, octets: piece }: { kind: string; at: number; count: number; octets: Uint8Array },
): Uint8Array {
  const from = Math.floor(at * octets.length);
  const head = octets.subarray(0, from);
  const cut = octets.subarray(from, from + count);
  const tail = octets.subarray(kind === "insert" ? from : from + count);
  if (kind === "replace" || kind === "insert") return Uint8Array.from([...head, ...piece, ...tail]);
  return Uint8Array.from(kind === "remove" ? [...head, ...tail] : [...head, ...cut, ...cut, ...tail]);
}

describe("parsers never throw", () => {
  it("whatever the octets are", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), takes), { numRuns: RUNS });
  });

  it("on octets that look like SIP", () => {
    const piece = fc.constantFrom(
      ...[
        "INVITE ",
        "sip:a@b",
        " SIP/2.0",
        "SIP/2.0 200 OK",
        "\r\n",
        "\r\n ",
        "\r\n\r\n",
        "Via: ",
        "SIP/2.0/UDP ",
        "h",
      ],
      ...[
        ";branch=",
        "z9hG4bK",
        "From: ",
        "To: ",
        '"',
        "<",
        ">",
        ";tag=",
        "CSeq: ",
        "1 INVITE",
        "Call-ID: ",
        ",",
        "l: 5",
      ],
    );
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 3, unit: "binary-ascii" })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (parts) => {
        takes(octetsOf(`INVITE sip:a@b SIP/2.0\r\n${parts.join("")}`));
        takes(octetsOf(parts.join("")));
      }),
      { numRuns: RUNS },
    );
  });

  it("on messages that were good before they were changed", () => {
    const changes = fc.array(mutation, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), changes, (octets, list) => {
        takes(list.reduce(mutate, octets));
      }),
      { numRuns: 4 * RUNS },
    );
  });

  it("on values alone", () => {
    const value = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc
        .array(
          fc.constantFrom(
            "sip:",
            "tel:",
            "a",
            "@",
            "h",
            ":",
            "5060",
            ";",
            "=",
            '"',
            "\\",
            "<",
            ">",
            "[",
            "::1",
            "]",
            "%",
            "41",
            "?",
            " ",
            "SIP/2.0/UDP ",
          ),
          { maxLength: 20 },
        )
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(value, (text) => {
        const uri = parseUri(text);
        // What is read and printed is read again as the same.
        if (uri !== undefined && isSipUri(uri)) expect(parseUri(formatUri(uri))).toEqual(uri);
        void [parseNameAddr(text), parseVia(text), parseParams(text), parseVia(`SIP/2.0/UDP ${text}`)];
      }),
      { numRuns: 4 * RUNS },
    );
  });
});

const token = fc.string({ unit: fc.constantFrom(..."abcXYZ019-.!%*_+`'~"), minLength: 1, maxLength: 12 });
const text = fc.string({
  unit: fc.oneof(fc.constantFrom(...'abc "\\<>;,:@'), fc.constantFrom("ü", "→", "港", "😀")),
  maxLength: 16,
});
const host = fc.constantFrom("h", "a.example", "192.0.2.7", "[2001:db8::7]");
const cseq = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const via = fc.tuple(host, fc.option(fc.integer({ min: 1, max: 65_535 })), token, fc.boolean());
const parts = fc.record({
  method: token,
  user: fc.string({ unit: fc.constantFrom(..."abc019-_.!~*'()&=+$,;?/"), minLength: 1, maxLength: 12 }),
  host,
  vias: fc.array(via, { minLength: 1, maxLength: 4 }),
  name: text,
  fromTag: token,
  toTag: token,
  callId: token,
  cseq,
  subject: text.map((value) => value.trim()),
  body: fc.uint8Array({ maxLength: 60 }),
});

type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

function headersOf({
  vias,
  name,
  user,
  host: at,
  fromTag,
  callId,
  cseq: number,
  method,
  subject,
}: Parts): HeaderField[] {
  const lines = vias.map(([viaHost, port, branch, hasRport]): HeaderField => [
    "Via",
    `SIP/2.0/UDP ${viaHost}${port === null ? "" : `:${port}`};branch=z9hG4bK${branch}${hasRport ? ";rport" : ""}`,
  ]);
  return [
    ...lines,
    ["From", `${quote(name)} <sip:${user}@${at}>;tag=${fromTag}`],
    ["To", `<sip:${user}@${at}>`],
    ["Call-ID", callId],
    ["CSeq", `${number} ${method}`],
    ["Subject", subject],
  ];
}

function read(octets: Uint8Array): SipMessage {
  const parsed = parseMessage(octets);
  if (!parsed.ok) throw new TypeError(`${parsed.error.code}: ${parsed.error.message}`);
  return parsed.message;
}

describe("a usual From or To", () => {
  const piece = fc.constantFrom(
    ...['"', "\\", "A", " ", "<", "sip:", "6000", "@", "h", ".", "-", ":", "5060", "65535", "65536"],
    ...["0", "%", ">", ";tag=", "t", ";", "=", ",", "ü"],
  );
  const near = fc
    .tuple(fc.constantFrom("", "A ", "A", '"A, B" ', '"'), fc.constantFrom("6000", "a%41", ""), piece)
    .map(([name, user, odd]) => `${name}<sip:${user}@h.example:${odd}>;tag=t${odd}`);
  const any = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(""));

  /** Between other octets, as in a message. */
  const tagIn = (value: string): string | undefined => {
    const octets = octetsOf(utf8OctetString(`>a${value}h>`));
    const end = octets.length - 2;
    const tag = tagInUsualAddress(octets, 2, end);
    return tag < 0 ? undefined : octetString(octets, tag, end);
  };

  it("can be read with all its parts", () => {
    fc.assert(
      fc.property(fc.oneof(near, any), (value) => {
        const tag = tagIn(value);
        if (tag !== undefined) expect(parseNameAddr(value)?.params.get("tag") ?? "").toBe(tag);
      }),
      { numRuns: 4 * RUNS },
    );
  });

  it("is one as user agents write it, and no other", () => {
    const usual = ["<sip:a@h>", "A <sip:a@192.0.2.7:65535>;tag=t", '"A <B>" <sip:+1@a.example>;tag=1-2.3'];
    const others = [
      "sip:a@h",
      "<sip:h>",
      "<sip:a@h:65536>",
      "<sip:a@h>;tag=",
      "<sip:a@h>;x=1",
      "<tel:1>",
      "",
    ];
    expect(usual.map(tagIn)).toEqual(["", "t", "1-2.3"]);
    expect(others.filter((value) => tagIn(value) !== undefined)).toEqual([]);
  });
});

describe("what is built is read again with equal fields", () => {
  it("a request", () => {
    fc.assert(
      fc.property(parts, (all) => {
        const requestUri = `sip:${all.user}@${all.host}`;
        const message = read(
          buildRequest({ method: all.method, requestUri, headers: headersOf(all), body: all.body }),
        ) as SipRequest;
        expect(checkRequest(message)).toBeUndefined();
        expect([message.method, message.requestUriText, message.callId]).toEqual([
          all.method,
          requestUri,
          all.callId,
        ]);
        expect(message.from).toMatchObject({ displayName: all.name, uriText: requestUri });
        expect([message.fromTag, message.cseq]).toEqual([
          all.fromTag,
          { sequenceNumber: all.cseq, method: all.method },
        ]);
        expect(message.header("subject")).toBe(all.subject);
        expect(message.headers("via")).toHaveLength(all.vias.length);
        expect(message.topVia?.branch).toBe(`z9hG4bK${all.vias[0]?.[2]}`);
        expect(equalOctets(message.body, all.body)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it("a response, with the request's own Via, From, Call-ID and CSeq (RFC 3261 §8.2.6.2)", () => {
    const status = fc.integer({ min: 100, max: 699 });
    fc.assert(
      fc.property(parts, status, (all, code) => {
        const request = read(
          buildRequest({ method: all.method, requestUri: "sip:x@h", headers: headersOf(all) }),
        ) as SipRequest;
        const source = { address: "192.0.2.200", port: 5_099 };
        const response = read(
          buildResponse(request, { status: code, toTag: all.toTag, body: all.body }, source),
        );
        expect(response).toMatchObject({ kind: "response", status: code });
        expect(checkResponse(response as never)).toBeUndefined();
        for (const id of ["from", "call-id", "cseq"]) expect(response.header(id)).toBe(request.header(id));
        expect([response.toTag, response.to?.uriText]).toEqual([all.toTag, request.to?.uriText]);
        expect(response.headers("via").slice(1)).toEqual(request.headers("via").slice(1));
        expect(response.topVia).toMatchObject({ branch: request.topVia?.branch, host: request.topVia?.host });
        const [, , , hasRport] = all.vias[0] ?? [];
        expect(response.topVia?.params.get("rport")).toBe(hasRport === true ? "5099" : undefined);
        expect(response.topVia?.params.get("received")).toBe("192.0.2.200");
        expect(equalOctets(response.body, all.body)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});
