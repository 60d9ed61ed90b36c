import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildRequest } from "./build-message.ts";
import { editMessage } from "./edit-message.ts";
import type { SipMessage } from "./message.ts";
import { equalOctets, octetsOf, octetString } from "./octets.ts";
import { parseMessage } from "./parse-message.ts";

function message(text: string): SipMessage {
  const parsed = parseMessage(octetsOf(text));
  if (!parsed.ok) throw new TypeError(parsed.error.message);
  return parsed.message;
}

const REQUEST = [
  "INVITE sip:b@b.example SIP/2.0",
  "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1,",
  "  SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK0",
  "X-Odd :  \tkept \u00ff",
  "Route: <sip:p1.example;lr>, <sip:p2.example;lr>",
  "ROUTE: <sip:p3.example;lr>",
  "Max-Forwards: 70",
  "Content-Length: 3",
  "",
  "a\u0000b",
].join("\r\n");
const lines = (octets: Uint8Array): string[] => octetString(octets).split("\r\n");

describe("editMessage", () => {
  it("changes what is named, and no octet of anything else", () => {
    const edited = editMessage(message(REQUEST), {
      requestUri: "sip:c@c.example",
      replace: { "max-forwards": [["Max-Forwards", "69"]], subject: [["Subject", "gr\u00fc\u00df"]] },
      dropFirst: ["route"],
      prepend: [
        ["Via", "SIP/2.0/TCP 192.0.2.5;branch=z9hG4bK2"],
        ["Record-Route", "<sip:192.0.2.5;lr>"],
      ],
      append: [["X-Last", "1"]],
    });
    expect(lines(edited)).toEqual([
      "INVITE sip:c@c.example SIP/2.0",
      "Record-Route: <sip:192.0.2.5;lr>",
      "Via: SIP/2.0/TCP 192.0.2.5;branch=z9hG4bK2",
      "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1,",
      "  SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK0",
      "X-Odd :  \tkept \u00ff",
      "Route: <sip:p2.example;lr>",
      "ROUTE: <sip:p3.example;lr>",
      "Max-Forwards: 69",
      "Content-Length: 3",
      "Subject: gr\u00c3\u00bc\u00c3\u009f",
      "X-Last: 1",
      "",
      "a\u0000b",
    ]);
  });

  it("passes a location on as it came, whatever else is changed (RFC 6442)", () => {
    const location = "Geolocation: <cid:target123@a.example>;x=1,\r\n <https://lis.example/357>";
    const routing = "geolocation-routing:yes";
    const text = ["MESSAGE sip:b@b.example SIP/2.0", location, routing, "l: 0", "", ""].join("\r\n");
    const edited = octetString(editMessage(message(text), { append: [["X-Last", "1"]] }));
    expect(edited).toContain(`${location}\r\n${routing}\r\n`);
  });

  it("removes fields, single values, and writes a new body with its length", () => {
    const edited = editMessage(message(REQUEST), {
      replace: { route: [] },
      dropFirst: ["via"],
      body: Uint8Array.of(255),
    });
    expect(lines(edited)).toEqual([
      "INVITE sip:b@b.example SIP/2.0",
      "v: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK0",
      "X-Odd :  \tkept \u00ff",
      "Max-Forwards: 70",
      "Content-Length: 1",
      "",
      "\u00ff",
    ]);
    const response = message(
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nVia: SIP/2.0/UDP 192.0.2.2\r\nl: 0\r\n\r\n",
    );
    expect(lines(editMessage(response, { dropFirst: ["via"] }))).toEqual([
      ...["SIP/2.0 200 OK", "Via: SIP/2.0/UDP 192.0.2.2", "l: 0", "", ""],
    ]);
  });

  it("adds a Content-Length that is missing, and leaves line ends in front and octets behind out", () => {
    const text = "\r\n\r\nSIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n\r\nabc";
    expect(lines(editMessage(message(text), {}))).toEqual([
      ...["SIP/2.0 200 OK", "Via: SIP/2.0/UDP 192.0.2.1", "Content-Length: 3", "", "abc"],
    ]);
    expect(octetString(editMessage(message(`${REQUEST}extra`), {}))).toBe(REQUEST);
  });

  it("lets no value begin a header field of its own", () => {
    const append = [["Subject", "a\r\nX-Injected: 1\n\r b"]] as const;
    const edited = parseMessage(editMessage(message(REQUEST), { append }));
    expect(edited.ok && edited.message.header("subject")).toBe("a X-Injected: 1 b");
    const headers = [["Subject", "a\r\nX: 1"]] as const;
    const built = parseMessage(buildRequest({ method: "INFO", requestUri: "sip:b@b.example", headers }));
    expect(built.ok && built.message.index.ids).toEqual(["subject", "content-length"]);
  });
});

const ROOT = resolve(import.meta.dirname, "../../../..");
const DIRECTORY = join(resolve(ROOT, process.env["TANDEM_CORPUS"] ?? "../shared/corpus"), "sip");
const isThere = existsSync(join(DIRECTORY, "index.json"));
if (!isThere) console.warn(`SKIPPED: editing the SIP corpus, since there is no ${DIRECTORY} (TANDEM_CORPUS)`);

(isThere ? describe : describe.skip)("the SIP corpus, forwarded", () => {
  it("keeps every header field and body byte for byte, and reads the same again", () => {
    const entries = JSON.parse(readFileSync(join(DIRECTORY, "index.json"), "utf8")) as {
      file: string;
      policy: string;
    }[];
    const changed: string[] = [];
    for (const { file, policy } of entries) {
      if (policy !== "accept") continue;
      const original = message(octetString(readFileSync(join(DIRECTORY, file))));
      const edited = parseMessage(editMessage(original, { append: [["X-Hop", "1"]] }));
      if (!edited.ok) {
        changed.push(file);
        continue;
      }
      const fields = (each: SipMessage): string[] =>
        each.index.ids.map((id, at) => `${id} ${each.rawValue(at)}`);
      const expected = fields(original);
      if (!original.index.ids.includes("content-length"))
        expected.push(`content-length ${original.body.length}`);
      const isSame =
        equalOctets(edited.message.body, original.body) &&
        edited.message.head.split("\r\n")[0] === original.head.replace(/^[\r\n]+/, "").split("\r\n")[0] &&
        fields(edited.message).join("\n") === [...expected, "x-hop 1"].join("\n");
      if (!isSame) changed.push(file);
    }
    expect(changed).toEqual([]);
  });
});
