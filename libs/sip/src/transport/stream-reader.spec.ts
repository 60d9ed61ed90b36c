import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isAnswerable } from "../message/check-message.ts";
import { MESSAGE_OCTETS_MAX } from "../message/limits.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import type { ParseError } from "../message/parse-message.ts";
import { StreamReader } from "./stream-reader.ts";

interface Reading {
  readonly messages: string[];
  pings: number;
  pongs: number;
  errors: { readonly code: string; readonly status: number | undefined; readonly isAnswerable: boolean }[];
}

function reader(): { reading: Reading; reader: StreamReader } {
  const reading: Reading = { messages: [], pings: 0, pongs: 0, errors: [] };
  const onError = ({ code, status, partial }: ParseError): void => {
    reading.errors.push({
      code,
      status,
      isAnswerable: partial !== undefined && isAnswerable(partial),
    });
  };
  return {
    reading,
    reader: new StreamReader({
      onMessage: (octets) => reading.messages.push(octetString(octets)),
      onPing: () => reading.pings++,
      onPong: () => reading.pongs++,
      onError,
    }),
  };
}

function read(...pieces: readonly Uint8Array[]): Reading {
  const { reading, reader: stream } = reader();
  for (const piece of pieces) stream.push(piece);
  return reading;
}

/** What was read, in short: for a million readings. */
function outline(...pieces: readonly Uint8Array[]): string {
  let text = "";
  const stream = new StreamReader({
    onMessage: ({ length }) => (text += `${length} `),
    onPing: () => (text += "ping "),
    onPong: () => (text += "pong "),
    onError: ({ code, status }) => (text += `${code} ${status}`),
  });
  for (const piece of pieces) stream.push(piece);
  return text;
}

const inPiecesOf = (octets: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(octets.length / size) }, (_, at) =>
    octets.subarray(at * size, (at + 1) * size),
  );

const HEAD = [
  "OPTIONS sip:b@192.0.2.2 SIP/2.0",
  "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1",
  "From: <sip:a@192.0.2.1>;tag=1",
  "To: <sip:b@192.0.2.2>",
  "Call-ID: 1",
  "CSeq: 1 OPTIONS",
];
const message = (...lines: string[]): string => [...HEAD, ...lines, "", ""].join("\r\n");
const WHOLE = `${message("Content-Length: 4")}\r\n\r\n`;

describe("StreamReader", () => {
  it("reads messages, pings and pongs the same in every cut into two, and octet by octet", () => {
    const text = `\r\n\r\n${WHOLE}\r\n${message("l : 0")}\r\n\r\n\r\n\r\n${message("CONTENT-LENGTH:\r\n\t3")}abc`;
    const octets = octetsOf(text);
    const whole = read(octets);
    expect(whole.messages).toEqual([WHOLE, message("l : 0"), `${message("CONTENT-LENGTH:\r\n\t3")}abc`]);
    expect(whole).toMatchObject({ pings: 3, pongs: 7, errors: [] });
    for (let cut = 1; cut < octets.length; cut++)
      expect(read(octets.subarray(0, cut), octets.subarray(cut))).toEqual(whole);
    expect(read(...inPiecesOf(octets, 1))).toEqual(whole);
  });

  it("answers a ping only for two line ends in a row, and is not deaf after one (RFC 5626 §4.4.1)", () => {
    const { reading, reader: stream } = reader();
    stream.push(octetsOf("\r"));
    expect(reading).toMatchObject({ pings: 0, pongs: 0 });
    stream.push(octetsOf("\n"));
    expect(reading).toMatchObject({ pings: 0, pongs: 1 });
    stream.push(octetsOf(WHOLE));
    stream.push(octetsOf("\r\n"));
    expect(reading).toMatchObject({ pings: 0, messages: [WHOLE] });
    stream.push(octetsOf("\r\n"));
    expect(reading.pings).toBe(1);
    expect(read(octetsOf("\n\n\r\r\n")).pings).toBe(0);
  });

  it("takes CRLFs inside a body for octets of the body", () => {
    const first = `${message("Content-Length: 8")}\r\n\r\n\r\n\r\n`;
    expect(read(octetsOf(first + WHOLE))).toMatchObject({ messages: [first, WHOLE], pings: 0 });
  });

  it.each([
    ["no Content-Length", message()],
    ["a negative one", message("Content-Length: -1")],
    ["one that is no number", message("Content-Length: 0x10")],
    ["an empty one", message("Content-Length:")],
    ["two different ones", message("Content-Length: 4", "l: 5")],
    ["one above 999,999,999", message("Content-Length: 12345678901234567890")],
  ])("ends with an answer where there is %s (RFC 3261 §18.3)", (_, text) => {
    const reading = read(octetsOf(text), octetsOf(WHOLE));
    expect(reading.messages).toEqual([]);
    expect(reading.errors).toEqual([{ code: "bad-content-length", status: 400, isAnswerable: true }]);
    expect(read(...inPiecesOf(octetsOf(text + WHOLE), 1))).toEqual(reading);
  });

  it("takes two Content-Length that agree", () => {
    expect(read(octetsOf(`${message("Content-Length: 4", "l: 04")}abcd`)).messages).toHaveLength(1);
  });

  it("answers 513 to a message above the limit, before its body is there (RFC 3261 §21.4.11)", () => {
    const { reading, reader: stream } = reader();
    stream.push(octetsOf(message(`Content-Length: ${MESSAGE_OCTETS_MAX}`)));
    expect(reading.errors).toEqual([{ code: "too-large", status: 513, isAnswerable: true }]);
    expect(stream.capacity).toBe(0);
  });

  it("answers 513 to header fields of a megabyte, and holds no more than two messages' worth", () => {
    const head = octetsOf(`${HEAD.join("\r\n")}\r\n`);
    const line = octetsOf(`X: ${"x".repeat(995)}\r\n`);
    const { reading, reader: stream } = reader();
    stream.push(head);
    let most = 0;
    for (let count = 0; count < 1_000; count++) {
      stream.push(line);
      most = Math.max(most, stream.capacity);
    }
    expect(reading.errors).toEqual([{ code: "too-large", status: 513, isAnswerable: true }]);
    expect(most).toBeLessThanOrEqual(2 * 65_536);
    const whole = new Uint8Array(head.length + 70 * line.length);
    whole.set(head);
    for (let at = 0; at < 70; at++) whole.set(line, head.length + at * line.length);
    expect(read(whole).errors).toEqual(reading.errors);
  });

  it("ends without an answer where the start line has no end, however it comes", () => {
    const octets = octetsOf(`INVITE sip:${"b".repeat(9_000)}@192.0.2.2 SIP/2.0\r\nl: 0\r\n\r\n`);
    const expected = [{ code: "bad-start-line", status: undefined, isAnswerable: false }];
    expect(read(octets).errors).toEqual(expected);
    expect(read(...inPiecesOf(octets, 100)).errors).toEqual(expected);
  });

  it("reserves what has come, not what Content-Length promises", () => {
    const { reader: stream } = reader();
    stream.push(octetsOf(message("Content-Length: 60000")));
    expect(stream.capacity).toBeLessThanOrEqual(1_024);
    expect(stream.isInMessage).toBe(true);
    stream.push(new Uint8Array(60_000));
    expect([stream.isInMessage, stream.capacity]).toEqual([false, 0]);
  });

  it("gives messages that do not change when the piece they came in is used again", () => {
    const octets = Buffer.from(WHOLE);
    const kept: Uint8Array[] = [];
    const stream = new StreamReader({
      onMessage: (each) => kept.push(each),
      onPing() {},
      onPong() {},
      onError() {},
    });
    stream.push(octets);
    octets.fill(0);
    expect(kept.map((each) => octetString(each))).toEqual([WHOLE]);
  });
});

const ROOT = resolve(import.meta.dirname, "../../../..");
const STREAMS = resolve(ROOT, process.env["TANDEM_CORPUS"] ?? "../shared/corpus", "sip");
const isThere = existsSync(join(STREAMS, "streams/index.json"));
if (!isThere) console.warn(`SKIPPED: the corpus of streams, since there is no ${STREAMS} (TANDEM_CORPUS)`);

interface Stream {
  readonly file: string;
  readonly expectMessages: readonly { readonly file?: string; readonly callId?: string }[];
  readonly connectionMustClose: boolean | string;
}

(isThere ? describe : describe.skip)("the corpus of streams", () => {
  const streams = isThere
    ? (JSON.parse(readFileSync(join(STREAMS, "streams/index.json"), "utf8")) as Stream[])
    : [];
  const fileText = (file: string): string => octetString(readFileSync(join(STREAMS, file)));

  it.each(streams.map((stream) => [stream.file, stream] as const))(
    "%s is framed as labelled",
    (file, stream) => {
      const octets = readFileSync(join(STREAMS, file));
      const { reading, reader: whole } = reader();
      whole.push(octets);
      expect(reading.messages).toHaveLength(stream.expectMessages.length);
      for (const [at, { file: source, callId }] of stream.expectMessages.entries()) {
        const text = reading.messages[at] ?? "";
        // Octets behind a Content-Length were taken out of some of them when the streams were made.
        if (source !== undefined) expect(fileText(source).startsWith(text)).toBe(true);
        expect(text).toContain(callId);
      }
      // The body of its second request is longer than its Content-Length, and what is behind that is no message.
      const isUnframed = stream.connectionMustClose === true || file === "streams/dblreq-as-stream.bin";
      expect(reading.errors).toHaveLength(isUnframed ? 1 : 0);
      expect(whole.isInMessage).toBe(stream.connectionMustClose === "after timeout");
      const cuts = octets.length > 10_000 ? 500 : octets.length;
      for (let index = 1; index < cuts; index++) {
        const cut = Math.floor((index * octets.length) / cuts);
        expect(read(octets.subarray(0, cut), octets.subarray(cut))).toEqual(reading);
      }
      for (const size of [1, 2, 3, 7, 61, 1_460]) expect(read(...inPiecesOf(octets, size))).toEqual(reading);
    },
  );

  it("gives each message of the corpus the same in any cut, where it is framed at all", () => {
    const entries = JSON.parse(readFileSync(join(STREAMS, "index.json"), "utf8")) as { file: string }[];
    const different: string[] = [];
    for (const { file } of entries) {
      const octets = readFileSync(join(STREAMS, file));
      const whole = outline(octets);
      for (let cut = 1; cut < octets.length; cut++)
        if (outline(octets.subarray(0, cut), octets.subarray(cut)) !== whole)
          different.push(`${file} at ${cut}`);
      const reading = JSON.stringify(read(octets));
      if (JSON.stringify(read(...inPiecesOf(octets, 1))) !== reading) different.push(`${file} by octets`);
    }
    expect(entries.length).toBeGreaterThan(1_000);
    expect(different).toEqual([]);
  });
});
