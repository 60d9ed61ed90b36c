import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { buildBody, NESTING_MAX, readBody, type BodyOptions, type SipBody } from "./bodies.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const hex = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString("hex");
const REL = "\u000c\u0002\u0000\u0002\u0080\u0090";

function read(contentType: string, body: string, disposition?: string, options?: BodyOptions): SipBody {
  const result = readBody(contentType, latin1(body), disposition, options);
  if (!result.ok) throw new Error(result.error.message);
  return result.body;
}

function part(type: string, disposition: string, content: string): string {
  const field = disposition === "" ? "" : `Content-Disposition: ${disposition}\r\n`;
  return `--b\r\nContent-Type: ${type}\r\n${field}\r\n${content}\r\n`;
}

const mixed = (...parts: string[]): SipBody =>
  read("multipart/mixed;boundary=b", `${parts.join("")}--b--\r\n`);

describe("readBody", () => {
  it("finds SDP and ISUP in any order, by type in any case (RFC 3204 §3.1)", () => {
    const sdp = part("application/SDP", "", "v=0\r\n");
    const isup = part("Application/ISUP; version=nxv3; base=etsi121", "signal;handling=optional", REL);
    for (const body of [mixed(sdp, isup), mixed(isup, sdp)]) {
      expect(hex(body.sdp)).toBe(hex(latin1("v=0\r\n")));
      expect(body.isup).toMatchObject({
        version: "nxv3",
        base: "etsi121",
        handling: "optional",
        disposition: "signal",
      });
      expect(hex(body.isup?.octets)).toBe("0c0200028090");
      expect(body).toMatchObject({ others: [], unsupportedRequired: [], problems: [] });
    }
  });

  it("takes signal and required where a part says nothing (RFC 3204 §3.1, RFC 3261 §20.11)", () => {
    const { isup } = mixed(part("application/isup;version=itu-t92+", "", REL));
    expect(isup).toMatchObject({ disposition: "signal", handling: "required" });
  });

  it("reads a bare body with the disposition of the message", () => {
    const { isup } = read("application/isup; version=itu-t92+", REL, "signal; handling=optional");
    expect(isup).toMatchObject({ version: "itu-t92+", handling: "optional" });
    expect(hex(read("application/sdp", "v=0\r\n").sdp)).toBe(hex(latin1("v=0\r\n")));
    expect(readBody(undefined, new Uint8Array(0))).toMatchObject({ ok: true, body: { others: [] } });
  });

  it("lists what it does not understand, and what of it must be understood (RFC 5621 §8.4)", () => {
    const body = mixed(
      part("application/sdp", "session", "v=0\r\n"),
      part("application/qsig;version=iso", "signal;handling=optional", "q"),
      part("application/x-new", "", "n"),
    );
    expect(body.others.map(({ mediaType }) => mediaType)).toEqual(["application/qsig", "application/x-new"]);
    expect(body.unsupportedRequired.map(({ mediaType }) => mediaType)).toEqual(["application/x-new"]);
  });

  it("does not take ISUP of a version that no standard names, unless that was agreed", () => {
    const type = "application/isup;version=xyz;base=xyz";
    const required = mixed(part(type, "signal;handling=required", REL));
    expect(required).toMatchObject({ isup: undefined, problems: [{ code: "isup-version-unknown" }] });
    expect(required.unsupportedRequired).toHaveLength(1);
    const optional = mixed(part(type, "signal;handling=optional", REL));
    expect(optional).toMatchObject({ isup: undefined, unsupportedRequired: [] });
    const agreed = read(type, REL, "signal;handling=required", { acceptsAnyIsupVersion: true });
    expect(agreed.isup).toMatchObject({ version: "xyz", base: "xyz" });
  });

  it("reports ISUP that was written as hexadecimal text", () => {
    const body = mixed(part("application/isup;version=itu-t92+", "signal;handling=optional", "0c0200028090"));
    expect(body).toMatchObject({
      isup: undefined,
      problems: [{ code: "isup-hex-text" }],
      unsupportedRequired: [],
    });
    expect(mixed(part("application/isup;version=itu-t92+", "", "0")).isup).toBeDefined();
  });

  it("takes the session description only for SDP: early-session is another part (RFC 3261 §20.11)", () => {
    const early = part("application/sdp", "early-session;handling=optional", "v=1\r\n");
    const session = part("application/sdp", "session", "v=0\r\n");
    expect(hex(mixed(early, session).sdp)).toBe(hex(latin1("v=0\r\n")));
    expect(mixed(session, session).problems).toMatchObject([{ code: "repeated" }]);
  });

  it("takes the last part it understands of an alternative, whatever the handling of the others (RFC 5621 §8.3)", () => {
    const inner = (...parts: string[]) => `${parts.join("")}--b--`.replaceAll("--b", "--i");
    const alternative = (...parts: string[]) =>
      mixed(part("multipart/alternative;boundary=i", "", inner(...parts)));
    const sdp0 = part("application/sdp", "", "v=0\r\n");
    const sdp1 = part("application/sdp", "", "v=1\r\n");
    const foreign = part("application/x-new", "", "n");
    expect(hex(alternative(sdp0, sdp1, foreign).sdp)).toBe(hex(latin1("v=1\r\n")));
    expect(alternative(sdp0, foreign)).toMatchObject({ others: [], unsupportedRequired: [] });
    expect(alternative(foreign).unsupportedRequired).toMatchObject([{ mediaType: "multipart/alternative" }]);
  });

  it("reads multiparts in multiparts, and stops at its limit", () => {
    let body = part("application/isup;version=itu-t92+", "", REL);
    let boundary = "b";
    const nest = () => {
      const inner = `n${boundary}`;
      const content = `${body}--${boundary}--`.replaceAll(`--${boundary}`, `--${inner}`);
      body = `--b\r\nContent-Type: multipart/mixed;boundary=${inner}\r\n\r\n${content}\r\n`;
      boundary = "b";
    };
    const read1 = () => readBody("multipart/mixed;boundary=b", latin1(`${body}--b--`));
    expect(read1()).toMatchObject({ ok: true });
    nest();
    const nested = read1();
    expect(nested.ok && nested.body.isup).toBeDefined();
    let deep = "--d\r\n\r\nx\r\n--d--";
    for (let depth = 0; depth <= NESTING_MAX; depth++) {
      deep = `--d${depth}\r\nContent-Type: multipart/mixed;boundary=d${depth === 0 ? "" : depth - 1}\r\n\r\n${deep}\r\n--d${depth}--`;
    }
    expect(readBody(`multipart/mixed;boundary=d${NESTING_MAX}`, latin1(deep))).toMatchObject({
      ok: false,
      error: { code: "nested-too-deep", status: 400 },
    });
  });

  it("answers 400 to a body that cannot be read, with the octet", () => {
    expect(readBody("multipart/mixed;boundary=b", latin1("nothing"))).toMatchObject({
      ok: false,
      error: { code: "delimiterMissing", status: 400, offset: 0 },
    });
    expect(readBody(undefined, latin1("x"))).toMatchObject({ ok: false, error: { status: 400 } });
  });

  it("never throws", () => {
    const piece = fc.constantFrom(
      "--b",
      "--b--",
      "\r\n",
      "Content-Type: ",
      "application/isup",
      "multipart/mixed;boundary=b",
      ";",
      "\u00ff",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.string(), (pieces, type) => {
        readBody("multipart/alternative;boundary=b", latin1(pieces.join("")), type);
        readBody(type, latin1(pieces.join("")));
      }),
    );
  });
});

describe("buildBody", () => {
  const isup = { octets: latin1(REL), version: "itu-t92+", base: undefined, handling: "optional" as const };

  it("writes multipart/mixed that reads back the same, whatever the octets (RFC 3372 §5.3)", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (octets) => {
        // Octets that happen to be hexadecimal text are reported, not taken.
        fc.pre(octets.some((octet) => octet > 0x7f));
        const built = buildBody({ sdp: latin1("v=0\r\n"), isup: { ...isup, octets, base: "itu-t92+" } });
        const contentType = built?.headers.find(([name]) => name === "Content-Type")?.[1];
        const result = readBody(contentType, built?.octets ?? new Uint8Array(0));
        expect(result.ok && hex(result.body.isup?.octets)).toBe(hex(octets));
        expect(result.ok && result.body.isup).toMatchObject({ base: "itu-t92+", handling: "optional" });
        expect(result.ok && hex(result.body.sdp)).toBe(hex(latin1("v=0\r\n")));
      }),
    );
  });

  it("writes one part without multipart, and nothing where there is nothing", () => {
    expect(buildBody({ isup })?.headers).toEqual([
      ["Content-Type", "application/isup;version=itu-t92+"],
      ["Content-Disposition", "signal;handling=optional"],
    ]);
    expect(buildBody({ sdp: latin1("v=0\r\n") })?.headers).toEqual([["Content-Type", "application/sdp"]]);
    expect(buildBody({})).toBeUndefined();
  });
});
