import { describe, expect, it } from "@jest/globals";
import { linesOf, readAll } from "./input.ts";

const chunks = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));

async function all(stream: readonly Uint8Array[], octetsMax = 100): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const line of linesOf(stream, octetsMax)) found.push(line);
  return found;
}

describe("linesOf", () => {
  it("ends lines at LF and CRLF alone, wherever the chunks are cut", async () => {
    const text = "one\r\ntwo\n\nthr\u2028ee \u00e4\rx\nlast";
    const octets = Buffer.from(text);
    const expected = ["one", "two", "", "thr\u2028ee \u00e4\rx", "last"];
    for (let size = 1; size <= octets.length; size++) {
      const cut: Uint8Array[] = [];
      for (let at = 0; at < octets.length; at += size) cut.push(octets.subarray(at, at + size));
      expect(await all(cut)).toEqual(expected);
    }
  });

  it("gives no line behind the last line end", async () => {
    expect(await all(chunks("one\n"))).toEqual(["one"]);
    expect(await all([])).toEqual([]);
  });

  it("gives undefined for a line that is too long, and goes on behind it", async () => {
    const long = "x".repeat(11);
    expect(await all(chunks(`a\n${long.slice(0, 6)}`, `${long.slice(6)}\nb`, "\n"), 10)).toEqual([
      "a",
      undefined,
      "b",
    ]);
    expect(await all(chunks(long), 10)).toEqual([undefined]);
    expect(await all(chunks("x".repeat(10)), 10)).toEqual(["x".repeat(10)]);
  });
});

describe("readAll", () => {
  it("gives all octets, or undefined where there are too many", async () => {
    expect((await readAll(chunks("ab", "c"), 3))?.toString()).toBe("abc");
    expect(await readAll(chunks("ab", "cd"), 3)).toBeUndefined();
  });
});
