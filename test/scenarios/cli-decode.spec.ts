import { describe, expect, it, jest } from "@jest/globals";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tandem, Tandem } from "../helpers/tandem.ts";

const REL = "0c020002839f";
const IAM = "010020000a03020a0884903321436587090a08841344021732540600";
const LINES = 5_000;
/** Each command is two processes, which a busy machine takes seconds to start. */
jest.setTimeout(60_000);

const hex = (text: string): string => Buffer.from(text, "latin1").toString("hex");
const request = (start: string, changes: Readonly<Record<string, string>> = {}, body = ""): string => {
  const fields = {
    Via: "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    From: '"A" <sip:a@192.0.2.1>;tag=1',
    To: "<sip:b@192.0.2.2>",
    "Call-ID": "1@192.0.2.1",
    CSeq: `1 ${start.split(" ")[0]}`,
    "Max-Forwards": "70",
    Contact: "<sip:a@192.0.2.1>",
    "Content-Length": String(body.length),
    ...changes,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${start} SIP/2.0\r\n${lines.join("")}\r\n${body}`;
};
const INVITE = "INVITE sip:b@192.0.2.2";
const ISUP_TYPE = { "Content-Type": "application/isup;version=itu-t92+" };

interface Answer {
  readonly id: unknown;
  readonly ok: boolean;
  readonly message: Readonly<Record<string, unknown>>;
  readonly warnings: readonly { readonly code: string; readonly status?: number }[];
  readonly hex: string;
  readonly error: { readonly code: string; readonly offset: number; readonly status?: number };
}

/** The answers to objects, or to lines as they are. */
async function answers(kind: string, asked: readonly (object | string)[]): Promise<Answer[]> {
  const lines = asked.map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
  const { code, stdout, stderr } = await tandem(["decode", kind, "--ndjson"], { input: lines.join("\n") });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
}

describe("tandem decode", () => {
  it("says an ISUP message in words and by its octets, from digits in any grouping", async () => {
    for (const digits of [[REL], ["0c 02", "0002", "83 9F"]]) {
      const { code, stdout, stderr } = await tandem(["decode", "isup", ...digits]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout.split("\n").slice(0, 4)).toEqual([
        "REL (release)",
        "  cause: 31 Normal, unspecified, location transit network, coding itu",
        "octets",
        "     0  message type                             0c",
      ]);
      expect(stdout).toContain("     3  causeIndicators                          02 | 83 9f\n");
    }
  });

  it("says what is odd about one that can be read all the same", async () => {
    const { code, stdout } = await tandem(["decode", "isup", `${REL}ff`]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning: trailing-octets at octet 6: /m);
  });

  it("reads a file or standard input, octets or digits, where no digits are given", async () => {
    const directory = mkdtempSync(join(tmpdir(), "tandem-decode-"));
    const file = join(directory, "rel.hex");
    writeFileSync(file, `${REL.slice(0, 6)}\n${REL.slice(6)}\n`);
    const ways = [
      tandem(["decode", "isup", file]),
      tandem(["decode", "isup"], { input: REL }),
      tandem(["decode", "isup"], { input: Buffer.from(REL, "hex") }),
    ];
    for (const { code, stdout } of await Promise.all(ways)) {
      expect({ code, first: stdout.split("\n")[0] }).toEqual({ code: 0, first: "REL (release)" });
    }
    rmSync(directory, { recursive: true });
  });

  it("says a SIP message with the ISUP and the SDP inside", async () => {
    const sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
    const isup = Buffer.from(IAM, "hex").toString("latin1");
    const parts = [
      `--x\r\nContent-Type: application/sdp\r\n\r\n${sdp}\r\n`,
      `--x\r\nContent-Type: application/isup;version=nxv3;base=itu-t92+\r\n\r\n${isup}\r\n--x--\r\n`,
    ];
    const text = request(INVITE, { "Content-Type": "multipart/mixed;boundary=x" }, parts.join(""));
    const { code, stdout } = await tandem(["decode", "sip"], { input: Buffer.from(text, "latin1") });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^INVITE sip:b@192\.0\.2\.2 SIP\/2\.0\nVia: /);
    expect(stdout).toContain("application/sdp\n  v=0\n");
    expect(stdout).toContain(
      "application/isup version=nxv3 base=itu-t92+ handling=required\n  IAM (initial address)\n",
    );
  });

  it("recognises a body, or is told its type", async () => {
    const multipart = `--x\r\nContent-Type: application/isup;version=ansi88\r\n\r\n\x0c\r\n--x--\r\n`;
    const type = ["--content-type", "application/isup;version=itu-t92+"];
    const [recognised, told] = await Promise.all([
      tandem(["decode", "body", hex(multipart)]),
      tandem(["decode", "body", REL, ...type]),
    ]);
    expect(recognised.stdout).toContain("application/isup version=ansi88");
    expect(told.stdout).toContain("  REL (release)\n");
    expect([recognised.code, told.code]).toEqual([0, 0]);
  });

  it.each([
    ["isup", "0c0200", "isup: bad-pointer at octet 1: "],
    ["sip", hex("hello"), "sip: not-sip at octet 0: "],
    ["sip", hex(request("INVITE sip:b@192.0.2.2", { CSeq: "1 BYE" })), "(a server answers 400)"],
    ["body", REL, "body: no-content-type at octet 0: a body without Content-Type (a server answers 400)"],
  ])("ends by 1 with one line for a %s it cannot decode", async (kind, digits, message) => {
    const { code, stdout, stderr } = await tandem(["decode", kind, digits]);
    expect({ code, stdout, lines: stderr.trimEnd().split("\n").length }).toEqual({
      code: 1,
      stdout: "",
      lines: 1,
    });
    expect(stderr).toContain(message);
  });
});

describe("tandem decode --ndjson", () => {
  it("answers ISUP with the message, what is odd, and its octets again", async () => {
    const [rel, odd, ansi, cut] = await answers("isup", [
      { id: 7, hex: REL },
      { id: "odd", hex: `${REL}ff` },
      { id: null, hex: REL, variant: "ansi88" },
      { id: { a: 1 }, hex: "0c0200" },
    ]);
    expect(rel).toMatchObject({ id: 7, ok: true, warnings: [], hex: REL });
    expect(rel?.message).toMatchObject({
      messageType: "REL",
      variant: "itu-t92+",
      parameters: { causeIndicators: { causeValue: 31 } },
    });
    expect(odd).toMatchObject({
      id: "odd",
      ok: true,
      hex: `${REL}ff`,
      warnings: [{ code: "trailing-octets", offset: 6 }],
    });
    expect(ansi).toMatchObject({ id: null, ok: true, message: { variant: "ansi88" } });
    expect(cut).toMatchObject({ id: { a: 1 }, ok: false, error: { code: "bad-pointer" } });
    expect(cut).not.toHaveProperty("error.status");
  });

  it("answers SIP with what is in it, and its octets again", async () => {
    const text = request(INVITE, ISUP_TYPE, Buffer.from(REL, "hex").toString("latin1"));
    const [invite] = await answers("sip", [{ id: "i", hex: hex(text) }]);
    expect(invite).toMatchObject({ id: "i", ok: true, warnings: [], hex: hex(text) });
    expect(invite?.message).toMatchObject({
      ...{ kind: "request", method: "INVITE", requestUri: "sip:b@192.0.2.2", callId: "1@192.0.2.1" },
      cseq: { sequenceNumber: 1, method: "INVITE" },
      from: { displayName: "A", uri: "sip:a@192.0.2.1", params: { tag: "1" } },
      topVia: { host: "192.0.2.1", params: { branch: "z9hG4bK1" } },
      body: { isup: { version: "itu-t92+", message: { messageType: "REL" } } },
    });
  });

  it.each([
    ["a version that is not 2.0 (RFC 4475 §3.1.2.16)", "INVITE sip:b@192.0.2.2 SIP/7.0\r\n\r\n", 505],
    ["methods that differ (§3.1.2.17)", request(INVITE, { CSeq: "1 OPTIONS" }), 400],
    ["a CSeq out of range (§3.1.2.4)", request(INVITE, { CSeq: "4294967296 INVITE" }), 400],
    ["no Call-ID (§3.3.1)", request(INVITE, {}).replace(/Call-ID.*\r\n/, ""), 400],
    ["a Content-Length beyond the datagram (§3.1.2.2)", request(INVITE, { "Content-Length": "9999" }), 400],
    ["a negative Content-Length (§3.1.2.3)", request(INVITE, { "Content-Length": "-999" }), 400],
    [
      "ISUP that must be understood, of a version nobody knows (RFC 3204 §3.1)",
      request(
        INVITE,
        { "Content-Type": "application/isup;version=xyz", "Content-Disposition": "signal;handling=required" },
        "\x0c\x02",
      ),
      415,
    ],
  ])("has the status a server answers to %s", async (_what, text, status) => {
    const [answer] = await answers("sip", [{ id: 1, hex: hex(text) }]);
    expect(answer).toMatchObject({ id: 1, ok: false, error: { status } });
  });

  it("has no status for a response, which nobody answers", async () => {
    const text = request("OPTIONS sip:b@192.0.2.2").replace(/^.*SIP\/2.0\r\n/, "SIP/2.0 200 OK\r\n");
    const [good, broken] = await answers("sip", [
      { id: 1, hex: hex(text) },
      { id: 2, hex: hex(text.replace("CSeq: 1", "CSeq: x")) },
    ]);
    expect(good).toMatchObject({ ok: true, message: { kind: "response", status: 200, reasonPhrase: "OK" } });
    expect(broken).toMatchObject({ ok: false, error: { code: "bad-header-value" } });
    expect(broken).not.toHaveProperty("error.status");
  });

  it("warns, with the status, of what can be read and is not gone along with (RFC 3261 §8.2)", async () => {
    const [scheme, extension, type] = await answers("sip", [
      { hex: hex(request("INVITE nobodyKnowsThisScheme:x")) },
      { hex: hex(request(INVITE, { Require: "nothingSupportsThis" })) },
      { hex: hex(request(INVITE, { "Content-Type": "application/unknownformat" }, "x")) },
    ]);
    expect(scheme?.warnings).toMatchObject([{ code: "unknown-uri-scheme", status: 416 }]);
    expect(extension?.warnings).toMatchObject([{ code: "extension-required", status: 420 }]);
    expect(type?.warnings).toMatchObject([{ code: "unsupported-media-type", status: 415 }]);
  });

  it("answers bodies, whose type a line may say", async () => {
    const [told, unknown] = await answers("body", [
      { id: 1, hex: REL, contentType: "application/isup;version=itu-t92+" },
      { id: 2, hex: REL },
    ]);
    expect(told).toMatchObject({
      ok: true,
      hex: REL,
      message: { isup: { message: { messageType: "REL" } } },
    });
    expect(unknown).toMatchObject({ ok: false, error: { code: "no-content-type", offset: 0, status: 400 } });
  });

  it("answers broken lines as such and goes on", async () => {
    const given = ["{", "7", "null", "", '{"id":1}', '{"id":2,"hex":"0"}', '{"id":3,"hex":7}'];
    const found = await answers("isup", [
      ...given,
      { id: 4, hex: REL, x: "\u2028" },
      { id: 5, hex: REL, variant: "?" },
    ]);
    expect(found.map(({ id, ok, error }) => [id, ok ? "ok" : error.code])).toEqual([
      ...[null, null, null].map((id) => [id, "bad-json"]),
      ...[1, 2, 3].map((id) => [id, "bad-hex"]),
      ...[4, 5].map((id) => [id, "ok"]),
    ]);
    expect(found.at(-1)?.warnings).toMatchObject([{ code: "unknown-variant" }]);
  });

  it("gives up a line that is too long, and only that", async () => {
    const found = await answers("isup", [
      { id: 1, hex: "00".repeat(600_000) },
      { id: 2, hex: REL },
    ]);
    expect(found.map(({ id, ok, error }) => [id, ok ? undefined : error.code])).toEqual([
      [null, "line-too-long"],
      [2, undefined],
    ]);
  });

  it(`answers ${LINES} lines in order, also to who reads late`, async () => {
    const lines = Array.from({ length: LINES }, (_, id) =>
      JSON.stringify({ id, hex: id % 2 === 0 ? REL : IAM }),
    );
    const decoding = new Tandem(["decode", "isup", "--ndjson"], { input: lines.join("\n") });
    decoding.child.stdout?.pause();
    await new Promise<void>((resolve) => decoding.child.stdout?.once("readable", () => resolve()));
    decoding.child.stdout?.resume();
    const { code, stdout } = await decoding.ended;
    expect(code).toBe(0);
    const ids = stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as Answer).id);
    expect(ids).toEqual(Array.from({ length: LINES }, (_, id) => id));
  });

  it("ends quietly when its reader is gone", async () => {
    const lines = Array.from({ length: LINES }, (_, id) => JSON.stringify({ id, hex: IAM }));
    const decoding = new Tandem(["decode", "isup", "--ndjson"], { input: lines.join("\n") });
    await decoding.says(/"id":0/);
    decoding.child.stdout?.destroy();
    expect(await decoding.ended).toMatchObject({ code: 0, stderr: "" });
  });
});
