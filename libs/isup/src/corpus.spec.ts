import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { decodeIsup, encodeIsup } from "./decode.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import { decodeContent, encodeContent } from "./parameter-row.ts";
import { PARAMETER_ROWS } from "./parameters.ts";
import { parameterName } from "./variants.ts";

/** Messages and parameters of other implementations: read where the folder is, never copied here. */
const root = resolve(import.meta.dirname, "../../..", process.env["TANDEM_CORPUS"] ?? "../shared/corpus");
const file = `${root}/isup/vectors.json`;

interface Vector {
  readonly id: string;
  readonly kind: "message" | "parameter";
  readonly name: string;
  readonly messageType?: string;
  readonly paramCode?: number | null;
  readonly hex: string;
  readonly roundtrip?: boolean;
  readonly expect: Readonly<Record<string, unknown>>;
}

/** Types that the corpus names otherwise. */
const TYPE_NAMES: Readonly<Record<string, string>> = { APT: "APM" };

const vectors: readonly Vector[] = existsSync(file)
  ? (JSON.parse(readFileSync(file, "utf8")) as Vector[])
  : [];
const messages = vectors.filter(({ kind }) => kind === "message");
const parameters = vectors.filter(
  ({ kind, paramCode }) => kind === "parameter" && typeof paramCode === "number",
);
const suite = vectors.length > 0 ? describe : describe.skip;
const title = vectors.length > 0 ? "corpus of ISUP" : `SKIPPED corpus of ISUP: no ${file}`;

/** COT without its octet, and a length that leads outside: what cannot be represented. */
const REFUSED = new Set(["m078", "m092"]);

suite(title, () => {
  it.each(messages)("$id $name", ({ id, hex, messageType = "", expect: expected }) => {
    const octets = octetsOfHex(hex) ?? new Uint8Array(0);
    const result = decodeIsup(octets);
    if (REFUSED.has(id)) {
      expect(result).toMatchObject({ ok: false, error: { code: "truncated" } });
      return;
    }
    if (!result.ok) throw new Error(result.error.message);
    expect(result.message.messageType).toBe(TYPE_NAMES[messageType] ?? messageType);
    expect(hexOf(encodeIsup(result.message))).toBe(hex);
    const { calledPartyNumber, causeIndicators } = result.message.parameters;
    const { digits, nai } = (expected["CalledPartyNumber"] ?? {}) as { digits?: string; nai?: number };
    if (digits !== undefined) {
      expect(`${calledPartyNumber?.digits}${calledPartyNumber?.stSignal === true ? "F" : ""}`).toBe(digits);
    }
    if (nai !== undefined) expect(calledPartyNumber?.natureOfAddressIndicator).toBe(nai);
    const cause = (expected["CauseIndicators"] ?? {}) as {
      cause?: number;
      causeValue?: number;
      location?: number;
    };
    const value = cause.cause ?? cause.causeValue;
    if (value !== undefined) expect(causeIndicators?.causeValue).toBe(value);
    if (cause.location !== undefined) expect(causeIndicators?.locationValue).toBe(cause.location);
  });

  it.each(parameters)("$id $name $hex: encoded over itself it stays the same", ({ paramCode, hex }) => {
    const name = parameterName(paramCode ?? 0);
    if (name === undefined) throw new Error(`no name for parameter ${paramCode ?? 0}`);
    const { part } = PARAMETER_ROWS[name];
    const content = octetsOfHex(hex) ?? new Uint8Array(0);
    expect(hexOf(encodeContent(part, decodeContent<object>(part, content), content))).toBe(hex);
  });
});
