import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tandem } from "../helpers/tandem.ts";

const REL = "0c0200028091";
const IAM = "010020000a03020a0884903321436587090a08841344021732540600";
/** Each command is two processes, which a busy machine takes seconds to start. */
jest.setTimeout(60_000);

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-map-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function sip(start: string, cseq: string, fields: readonly string[] = [], body = ""): Buffer {
  const lines = [
    start,
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:+493011@a.example>;tag=1",
    "To: <sip:+493022@b.example>",
    "Call-ID: c",
    `CSeq: 1 ${cseq}`,
    ...fields,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`, "latin1");
}

const toIsup = (input: Buffer, ...options: readonly string[]) =>
  tandem(["map", "--from", "sip", "--to", "isup", ...options], { input });
const toSip = (hex: string, ...options: readonly string[]) =>
  tandem(["map", "--from", "isup", "--to", "sip", hex, ...options]);

describe("tandem encode isup", () => {
  it("gives the octets of what decode gave, from a file or standard input", async () => {
    const decoded = await tandem(["decode", "isup", "--ndjson"], { input: JSON.stringify({ hex: IAM }) });
    const { message } = JSON.parse(decoded.stdout) as { message: object };
    const json = JSON.stringify(message);
    const ways = [
      tandem(["encode", "isup", file("iam.json", json)]),
      tandem(["encode", "isup"], { input: json }),
    ];
    for (const ended of await Promise.all(ways))
      expect(ended).toEqual({ code: 0, stdout: `${IAM}\n`, stderr: "" });
  });

  it("answers each line with --ndjson, faults included", async () => {
    const cause = { causeIndicators: { causeValue: 17, locationValue: 0 } };
    const lines = [
      JSON.stringify({ id: 1, message: { messageType: "REL", parameters: cause } }),
      JSON.stringify({ id: 2, message: { messageType: "XXX" } }),
      "no json",
      JSON.stringify({ id: 4 }),
    ];
    const { code, stdout } = await tandem(["encode", "isup", "--ndjson"], { input: lines.join("\n") });
    expect(code).toBe(0);
    const answers = stdout.trimEnd().split("\n");
    expect(answers.map((line) => JSON.parse(line) as object)).toMatchObject([
      { id: 1, ok: true, hex: REL, warnings: [] },
      { id: 2, ok: false, error: { code: "bad-json" } },
      { id: null, ok: false, error: { code: "bad-json" } },
      { id: 4, ok: false, error: { code: "bad-json", message: "message is missing" } },
    ]);
  });

  it.each([
    [["encode", "isup"], "{", 1, "tandem: standard input: bad-json: the input is no JSON\n"],
    [["encode", "isup"], '{"messageType":"XXX"}', 1, "has no message XXX"],
    [["encode"], "", 2, "say what to encode"],
    [["encode", "isop"], "", 2, "did you mean isup?"],
    [["encode", "isup", "/no/such"], "", 2, "no such file"],
    [["encode", "isup", "--ndjsn"], "", 2, "did you mean --ndjson?"],
  ] as const)("%j of %j ends with %i", async (args, input, expected, text) => {
    const { code, stderr } = await tandem(args, { input });
    expect(code).toBe(expected);
    expect(stderr).toContain(text);
  });
});

describe("tandem map --from isup --to sip", () => {
  it("says the INVITE of an IAM, and the rules", async () => {
    const { code, stdout, stderr } = await toSip(IAM);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n")).toEqual([
      "IAM → INVITE",
      "  INVITE sip:+33123456789@target.invalid;user=phone SIP/2.0",
      "  From: <sip:+44207123456@gateway.invalid;user=phone>",
      "  To: <sip:+33123456789@target.invalid;user=phone>",
      "  Max-Forwards: 70",
      "  P-Asserted-Identity: <sip:+44207123456@gateway.invalid;user=phone>",
      "  offer: PCMA, PCMU",
      "rules",
      "  RFC 3398 §8.2.1.1: Request-URI from called party number",
      "  RFC 3398 §12.1: From, P-Asserted-Identity from calling party number",
      "",
    ]);
    const untrusted = await toSip(IAM, "--untrusted");
    expect(untrusted.stdout).not.toContain("P-Asserted-Identity");
  });

  it.each([
    ["ACM, alerting", "06160400", "180", "RFC 3398 §7.2.6: ACM, subscriber free → 180"],
    ["CPG, progress", "2c0200", "183", "RFC 3398 §7.2.9: CPG, event 2 → 183"],
    ["ANM", "0900", "200", "RFC 3398 §7.2.7: ANM → 200"],
    ["REL, busy", REL, "486 or BYE", "RFC 3398 §7.2.4.1: 17 → 486"],
    ["SUS", "0d0000", "INFO", "RFC 3398 §9.1, RFC 3372: SUS in INFO, to a peer with ISUP"],
  ])("%s: as JSON, with the row", async (_what, hex, to, row) => {
    const { code, stdout } = await toSip(hex, "--json");
    expect(code).toBe(0);
    const answer = JSON.parse(stdout) as { to: string; rows: readonly string[] };
    expect(answer.to).toBe(to);
    expect(answer.rows[0]).toBe(row);
  });

  it("says the REL that an IAM gets which SIP cannot carry", async () => {
    const { code, stdout } = await toSip("010020000a08020005839003220200", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ from: "IAM", to: "REL 65" });
  });
});

describe("tandem map --from sip --to isup", () => {
  it("says the IAM of an INVITE, and the rules", async () => {
    const path = file("invite.sip", sip("INVITE sip:+493022@b.example SIP/2.0", "INVITE"));
    const args = ["map", "--from", "sip", "--to", "isup", "--country", "49", path];
    const { code, stdout, stderr } = await tandem(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^INVITE → IAM\n {2}IAM \(initial address\)\n {4}called: 3022 \(national, E\.164\)\n/,
    );
    expect(stdout).toContain("  RFC 3398 §7.2.1.1: calling party number from From\n");
  });

  it("takes the medium from the offer", async () => {
    const sdp = [
      "v=0",
      "o=- 1 1 IN IP4 192.0.2.1",
      "s=-",
      "c=IN IP4 192.0.2.1",
      "t=0 0",
      "m=audio 9000 RTP/AVP 97",
      "a=rtpmap:97 CLEARMODE/8000",
      "",
    ].join("\r\n");
    const fields = ["Content-Type: application/sdp"];
    const { stdout } = await toIsup(sip("INVITE tel:+493022 SIP/2.0", "INVITE", fields, sdp), "--json");
    const parameters = { transmissionMediumRequirement: { value: 2 } };
    expect(JSON.parse(stdout)).toMatchObject({ result: { messages: [{ message: { parameters } }] } });
  });

  it("starts from the encapsulated IAM", async () => {
    const isup = Buffer.from(IAM, "hex").toString("latin1");
    const fields = ["Content-Type: application/isup;version=itu-t92+"];
    const message = sip("INVITE sip:+33123456789@b.example SIP/2.0", "INVITE", fields, isup);
    const { stdout } = await toIsup(message, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      rows: [
        "RFC 3398 §7.2.1.1: calling party number from From",
        "RFC 3398 §7.2.1.1: original called number from To",
      ],
    });
  });

  it("carries a ported number as the network does", async () => {
    const ported = sip("INVITE tel:+493022;npdi;rn=+49190 SIP/2.0", "INVITE");
    const joined = await toIsup(ported, "--country", "49");
    expect(joined.stdout).toContain("called: 1903022 (network routing with called directory, E.164)");
    expect(joined.stdout).toContain("RFC 3398 §7.2.1.1: ported number from rn, concatenated");
    const beside = await toIsup(ported, "--country", "49", "--ported-number", "called-directory-number");
    expect(beside.stdout).toContain("called: 190 ");
    expect(beside.stdout).toContain("calledDirectoryNumber");
  });

  it.each([
    ["BYE", sip("BYE sip:b SIP/2.0", "BYE", ["Reason: Q.850;cause=31"]), "REL", "RFC 3398 §7.2.3: Reason"],
    ["CANCEL", sip("CANCEL sip:b SIP/2.0", "CANCEL"), "REL", "RFC 3398 §7.2.3: default 16"],
    ["180", sip("SIP/2.0 180 Ringing", "INVITE"), "ACM", "RFC 3398 §8.2.3: the first 18x → ACM"],
    ["200", sip("SIP/2.0 200 OK", "INVITE"), "ANM", "RFC 3398 §8.1.1: 200 after an ACM → ANM"],
    ["486", sip("SIP/2.0 486 Busy Here", "INVITE"), "REL", "RFC 3398 §8.2.6.1: 486 → 17"],
  ] as const)("%s: as JSON, with the row", async (from, message, to, row) => {
    const { code, stdout } = await toIsup(message, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ from, to, rows: [row] });
  });

  it("goes by the tables of another profile, both ways", async () => {
    const busy = await toIsup(sip("SIP/2.0 480 X", "INVITE"), "--json", "--profile", "q1912.5");
    expect(JSON.parse(busy.stdout)).toMatchObject({ rows: ["OpenSIPS sip_i (after Q.1912.5): 480 → 20"] });
    const released = await toSip("0c02000284af", "--json", "--profile", "q1912.5");
    const { rows } = JSON.parse(released.stdout) as { rows: string[] };
    expect(rows[0]).toBe("Q.1912.5 (01/2018) p. 54, as quoted: 47 → 503");
  });
});

describe("tandem map refuses", () => {
  const bothWays = ["map", "--from", "isup", "--to", "sip"];
  it.each([
    [["map"], 2, "--from isup|sip is missing"],
    [["map", "--from", "isup", "--to", "isup"], 2, "one isup and one sip"],
    [["map", "--from", "x", "--to", "sip"], 2, "--from x: isup or sip"],
    [[...bothWays, "zz"], 2, "neither hexadecimal digits"],
    [[...bothWays, REL, "--variant", "itu-t29"], 2, "one of"],
    [[...bothWays, REL, "--country", "+49"], 2, "digits, without +"],
    [[...bothWays, REL, "--ported-number", "joined"], 2, "--ported-number joined: one of concatenated"],
    [[...bothWays, "0c0200"], 1, "isup: bad-pointer at octet 1"],
    [[...bothWays, "1000"], 1, "RLC alone has no counterpart in SIP"],
    [["map", "--from", "sip", "--to", "isup", "/no/such"], 2, "no such file"],
  ] as const)("%j with %i", async (args, expected, text) => {
    const { code, stdout, stderr } = await tandem(args);
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
    expect(stderr).toContain(text);
  });

  it.each([
    ["what is no SIP", Buffer.from("hello"), "sip: not-sip at octet 0"],
    ["a Request-URI without a number", sip("INVITE sip:alice@b.example SIP/2.0", "INVITE"), "→ 484"],
    ["a response to another method", sip("SIP/2.0 200 OK", "BYE"), "a response to BYE"],
    ["a request without ISUP", sip("OPTIONS sip:b SIP/2.0", "OPTIONS"), "OPTIONS has no counterpart"],
    ["100", sip("SIP/2.0 100 Trying", "INVITE"), "100 has no counterpart"],
  ])("%s with 1", async (_what, message, text) => {
    const { code, stderr } = await toIsup(message);
    expect(code).toBe(1);
    expect(stderr).toContain(text);
  });

  it.each(["encode", "map"])("nothing of %s --help", async (command) => {
    const { code, stdout } = await tandem([command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`tandem ${command} `);
  });
});
