import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { hexOf } from "@tandem/isup";
import { PYTHON } from "./pycrate/pycrate.mjs";

/** A field as pycrate shows it: innermost name, place in its list, value. */
export type PycrateField = readonly [name: string, index: number, value: number | string];

/** What pycrate makes of the content of a parameter. `hex` is what it encodes again. */
export interface PycrateParameter {
  readonly fields: readonly PycrateField[];
  readonly hex: string;
}

/** What pycrate makes of a message: the content of each parameter by its code, in pycrate's order. */
export interface PycrateMessage {
  readonly parameters: readonly (readonly [code: number, hex: string])[];
  readonly hex: string;
}

export interface PycrateError {
  readonly error: string;
}

const OUTPUT_OCTETS_MAX = 1 << 28;

/** One run of Python over all of them, each answered in its place. */
export function readParameters(
  contents: readonly { readonly code: number; readonly octets: Uint8Array }[],
): readonly (PycrateParameter | PycrateError)[] {
  return ask(contents.map(({ code, octets }) => ({ code, hex: hexOf(octets) }))) as (
    PycrateParameter | PycrateError
  )[];
}

export function readMessages(messages: readonly Uint8Array[]): readonly (PycrateMessage | PycrateError)[] {
  return ask(messages.map((octets) => ({ hex: hexOf(octets) }))) as (PycrateMessage | PycrateError)[];
}

function ask(questions: readonly object[]): readonly unknown[] {
  const input = questions.map((each) => `${JSON.stringify(each)}\n`).join("");
  const script = join(import.meta.dirname, "pycrate/decode.py");
  const run = spawnSync(PYTHON, [script], { input, encoding: "utf8", maxBuffer: OUTPUT_OCTETS_MAX });
  if (run.status !== 0) throw new Error(`pycrate ended by ${run.status ?? run.signal ?? ""}: ${run.stderr}`);
  return run.stdout
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}
