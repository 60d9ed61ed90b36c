import { hexOf, octetsOfHex } from "@tandem/isup";
import { decodeKind, type DecodeDefaults, type Kind } from "./decode-kind.ts";
import type { DecodeError } from "./decode-octets.ts";
import { linesOf } from "./input.ts";
import { printLine } from "./output.ts";

/** Hex of the longest SIP message is 128 KiB; the rest is room for what stands beside it. */
const LINE_OCTETS_MAX = 1_048_576;

/** One line of `--ndjson`. */
interface Asked {
  readonly id?: unknown;
  readonly hex?: unknown;
  readonly variant?: unknown;
  readonly contentType?: unknown;
}

/** Answers each line of the input with one line, in order, as they come. */
export async function decodeLines(
  kind: Kind,
  input: AsyncIterable<Uint8Array>,
  defaults: DecodeDefaults,
): Promise<void> {
  for await (const line of linesOf(input, LINE_OCTETS_MAX))
    if (line?.trim() !== "") await printLine(JSON.stringify(answerTo(line, kind, defaults)));
}

function answerTo(line: string | undefined, kind: Kind, defaults: DecodeDefaults): object {
  if (line === undefined)
    return failure(null, "line-too-long", `a line of more than ${LINE_OCTETS_MAX} octets`);
  const asked = askedOf(line);
  if (asked === undefined) return failure(null, "bad-json", "the line is no JSON object");
  const { id = null, hex, variant, contentType } = asked;
  const octets = typeof hex === "string" ? octetsOfHex(hex) : undefined;
  if (octets === undefined) return failure(id, "bad-hex", "hex is missing, or no hexadecimal digits");
  const decoded = decodeKind(kind, octets, {
    variant: typeof variant === "string" ? variant : defaults.variant,
    contentType: typeof contentType === "string" ? contentType : defaults.contentType,
  });
  if (!decoded.ok) {
    const { code, message, offset, status } = decoded.error;
    return { id, ok: false, error: { code, message, offset, ...(status !== undefined && { status }) } };
  }
  const { message, warnings } = decoded;
  return { id, ok: true, message, warnings, hex: hexOf(decoded.octets) };
}

function askedOf(line: string): Asked | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // Said in the answer to this line; the next lines are read on.
    return undefined;
  }
}

function failure(id: unknown, code: string, message: string): object {
  const error: DecodeError = { code, message, offset: 0 };
  return { id, ok: false, error };
}
