import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  PART_HEADER_OCTETS_MAX,
  PARTS_MAX,
  buildMultipart,
  parseMultipart,
  type MultipartResult,
} from "./multipart.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const text = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");

function parse(contentType: string, body: string): Extract<MultipartResult, { ok: true }> {
  const result = parseMultipart(contentType, latin1(body));
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result;
}

function errorOf(contentType: string, body: string): string {
  const result = parseMultipart(contentType, latin1(body));
  return result.ok ? "ok" : result.error.code;
}

describe("parseMultipart", () => {
  it("keeps preamble, parts in order and epilogue apart (RFC 2046 §5.1.1)", () => {
    const result = parse(
      "Multipart/Mixed; boundary=b1",
      "ignore me\r\n--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b1  \r\nContent-Type: text/plain\r\n\r\nx\r\n--b1--\r\nand me",
    );
    expect(result.parts.map((part) => [part.mediaType, text(part.octets)])).toEqual([
      ["application/sdp", "v=0\r\n"],
      ["text/plain", "x"],
    ]);
    expect(text(result.preamble)).toBe("ignore me");
    expect(text(result.epilogue)).toBe("and me");
    expect(result.isClosed).toBe(true);
  });

  it("reads a quoted boundary with characters that no token has", () => {
    const result = parse('multipart/mixed ;boundary="?(b;1)*"', "--?(b;1)*\r\n\r\nx\r\n--?(b;1)*--");
    expect(text(result.parts[0]!.octets)).toBe("x");
  });

  it("unfolds part headers and reads parameters and handling in any case (RFC 3204 §4.1)", () => {
    const [part] = parse(
      "multipart/mixed;boundary=b",
      "--b\r\nCONTENT-TYPE: application/ISUP; version=nxv3;\r\n base=etsi121\r\ncontent-disposition: Signal ; Handling=Optional\r\n\r\n\u0001\r\n--b--",
    ).parts;
    expect(part).toMatchObject({
      contentType: "application/ISUP; version=nxv3; base=etsi121",
      mediaType: "application/isup",
      disposition: "signal",
      handling: "optional",
    });
    expect(Object.fromEntries(part!.parameters)).toEqual({ version: "nxv3", base: "etsi121" });
  });

  it("takes a missing handling parameter as required and a missing type as text/plain (RFC 3261 §20.11)", () => {
    const [part] = parse("multipart/mixed;boundary=b", "--b\r\n\r\nhello\r\n--b--\r\n").parts;
    expect(part).toMatchObject({ handling: "required", mediaType: "text/plain", headers: [] });
    expect(part).not.toHaveProperty("disposition");
  });

  it("delimits by the boundary only: CRLF, dashes and other boundaries stay in the octets", () => {
    const content = "\r\n\r\n--\r\n--bb\r\n--b2--\r\n-";
    const [part] = parse("multipart/mixed;boundary=b", `--b\r\n\r\n${content}\r\n--b--\r\n`).parts;
    expect(text(part!.octets)).toBe(content);
  });

  it("reads empty parts and a part of headers only", () => {
    const result = parse("multipart/mixed;boundary=b", "--b\r\n\r\n\r\n--b\r\nX-A: 1\r\n--b\r\n--b--");
    expect(result.parts.map((part) => part.octets.length)).toEqual([0, 0, 0]);
    expect(result.parts[1]!.headers).toEqual([{ name: "X-A", value: "1" }]);
  });

  it("lets the last part reach to the end where the close delimiter is missing", () => {
    const result = parse("multipart/mixed;boundary=b", "--b\r\n\r\nabc");
    expect(result.isClosed).toBe(false);
    expect(text(result.parts[0]!.octets)).toBe("abc");
  });

  it("undoes base64, folded too, and keeps binary as it is (RFC 2045 §6)", () => {
    const part = (encoding: string, content: string) =>
      parse(
        "multipart/mixed;boundary=b",
        `--b\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}\r\n--b--`,
      ).parts[0]!;
    expect([...part("Base64", "AQBg\r\n AQo=").octets]).toEqual([1, 0, 0x60, 1, 10]);
    expect(text(part("binary", "AQBg").octets)).toBe("AQBg");
    expect(part("quoted-printable", "=41")).toMatchObject({ unknownEncoding: "quoted-printable" });
  });

  it("says what is wrong, and where", () => {
    expect(errorOf("application/sdp", "v=0")).toBe("notMultipart");
    expect(errorOf("multipart/mixed", "--b")).toBe("boundaryInvalid");
    expect(errorOf(`multipart/mixed;boundary=${"x".repeat(71)}`, "")).toBe("boundaryInvalid");
    expect(errorOf("multipart/mixed;boundary=b", "no delimiter, --b in a line\r\n--bb\r\n")).toBe(
      "delimiterMissing",
    );
    expect(errorOf("multipart/mixed;boundary=b", "--b\r\nno colon\r\n\r\n--b--")).toBe("partHeaderInvalid");
    expect(
      parseMultipart(
        "multipart/mixed;boundary=b",
        latin1("--b\r\nContent-Transfer-Encoding: base64\r\n\r\nA!\r\n--b--"),
      ),
    ).toMatchObject({ ok: false, error: { code: "transferEncodingInvalid", offset: 43 } });
  });

  it("stops at its limits", () => {
    const many = "--b\r\n\r\n\r\n".repeat(PARTS_MAX + 1);
    expect(errorOf("multipart/mixed;boundary=b", `${many}--b--`)).toBe("tooManyParts");
    const long = `X: ${"y".repeat(PART_HEADER_OCTETS_MAX)}`;
    expect(errorOf("multipart/mixed;boundary=b", `--b\r\n${long}\r\n\r\n--b--`)).toBe("partHeadersTooLong");
  });

  it("never throws, whatever the octets", () => {
    const pieces = fc.constantFrom(
      "--b",
      "--b--",
      "\r\n",
      " ",
      ":",
      "Content-Type",
      "a",
      ";",
      "=",
      '"',
      "\u00ff",
      "-",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), fc.string(), (body, type) => {
        parseMultipart("multipart/mixed;boundary=b", latin1(body.join("")));
        parseMultipart(`multipart/mixed;${type}`, latin1(body.join("")));
      }),
    );
  });
});

describe("buildMultipart", () => {
  it("writes parts that parse to the same octets and headers, whatever the octets hold", () => {
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .constantFrom("\r\n--unique-boundary-1\r\n", "--unique-boundary-1--", "--unique-boundary-2")
        .map(latin1),
    );
    fc.assert(
      fc.property(fc.array(octets, { minLength: 1, maxLength: 5 }), (contents) => {
        const headers = [{ name: "Content-Type", value: "application/isup;version=itu-t92+" }];
        const { contentType, body } = buildMultipart(
          contents.map((content) => ({ headers, octets: content })),
        );
        const result = parseMultipart(contentType, body);
        expect(result.ok && result.parts.map((part) => [...part.octets])).toEqual(
          contents.map((content) => [...content]),
        );
        expect(result.ok && result.parts.every((part) => part.headers[0]?.value === headers[0]?.value)).toBe(
          true,
        );
      }),
    );
  });

  it("drops the transfer encoding that parsing has undone", () => {
    const { parts } = parse(
      "multipart/mixed;boundary=b",
      "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==\r\n--b--",
    );
    const built = buildMultipart(parts, "related");
    expect(built.contentType).toBe("multipart/related;boundary=unique-boundary-1");
    expect(text(built.body)).toBe(
      "--unique-boundary-1\r\nContent-Type: a/b\r\n\r\nA\r\n--unique-boundary-1--\r\n",
    );
  });
});
