import { describe, expect, it } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Fuzzer, TARGETS, type Finding } from "./fuzz.ts";
import { faultOf, type FuzzTarget } from "./target.ts";

const FOUND = join(import.meta.dirname, "../vectors/found");
const SEED = 20_261_126;
/** The user agent lives through minutes of protocol for each message. */
const RUNS = 4_000;

function findingsOf(target: FuzzTarget, runs: number, seed = SEED): readonly Finding[] {
  const fuzzer = new Fuzzer(target, seed);
  return Array.from({ length: runs }, () => fuzzer.next()).filter((finding) => finding !== undefined);
}

describe("fuzzing", () => {
  it.each(TARGETS)(
    `$name takes its seeds and mutations of them, ${RUNS} messages`,
    (target) => {
      const faults = findingsOf(target, RUNS).map(
        ({ octets, fault }) => `${fault}: ${Buffer.from(octets).toString("hex")}`,
      );
      expect(faults).toEqual([]);
    },
    60_000,
  );

  it.each(TARGETS)("$name takes what was found before", (target) => {
    const directory = join(FOUND, target.name);
    const files = existsSync(directory) ? readdirSync(directory) : [];
    const faults = files.flatMap((file) => faultOf(target, readFileSync(join(directory, file))) ?? []);
    expect(faults).toEqual([]);
  });

  it("finds a fault, makes it small, finds it again by its seed, and tells it once", () => {
    const seed = Buffer.from("a message that is long enough to hide something in it");
    const target: FuzzTarget = {
      name: "planted",
      seeds: () => [seed],
      check: (octets) => {
        if (octets.includes(0x25)) throw new RangeError("a per cent sign");
        return undefined;
      },
    };
    const findings = findingsOf(target, 2_000);
    expect(findings).toEqual([
      { target: "planted", octets: Uint8Array.of(0x25), fault: "throws RangeError: a per cent sign" },
    ]);
    expect(findingsOf(target, 2_000)).toEqual(findings);
  });
});
