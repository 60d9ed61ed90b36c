import { existsSync } from "node:fs";
import { encodeIsup, hexOf, isupFromJson } from "@tandem/isup";
import { nearest } from "../config/nearest.ts";
import { CommandError, OK, usage, type Command } from "./exit.ts";
import { linesOf, readAll } from "./input.ts";
import { optionsOf } from "./options.ts";
import { printLine } from "./output.ts";
import { streamOf } from "./source.ts";

/** A message of 64 KiB as fields is some ten times that. */
const INPUT_OCTETS_MAX = 1_048_576;

export const encode: Command = {
  help: `tandem encode isup [FILE] [--ndjson]

Reads an ISUP message as JSON, in the form that decode isup --ndjson gives as "message", and prints its octets as hex.
What is odd about them is said on standard error. Without FILE standard input is read.
  --ndjson      reads lines {"id","message"} and writes for each a line
                {"id","ok":true,"hex","warnings":[{code,message,offset}]} or {"id","ok":false,"error":{code,message}}
Exit code 1 where it cannot be encoded; with --ndjson 0 where each line has got its answer.`,
  async run(args) {
    const { values, positionals } = optionsOf(args, { ndjson: { type: "boolean" } }, 2);
    const [kind, file] = positionals;
    if (kind === undefined) throw usage("say what to encode: isup");
    if (kind !== "isup") {
      const near = nearest(kind, ["isup"]);
      throw usage(`encode ${kind}: only isup${near === undefined ? "" : `; did you mean ${near}?`}`);
    }
    if (file !== undefined && !existsSync(file)) throw usage(`${file}: no such file`);
    if (values.ndjson === true) {
      for await (const line of linesOf(streamOf(file), INPUT_OCTETS_MAX))
        if (line?.trim() !== "") await printLine(JSON.stringify(answerTo(line)));
      return OK;
    }
    const where = file ?? "standard input";
    const content = await readAll(streamOf(file), INPUT_OCTETS_MAX);
    if (content === undefined) throw new CommandError(`${where} has more than ${INPUT_OCTETS_MAX} octets`);
    const encoded = encodedFrom(jsonOf(content.toString("utf8")));
    if (!encoded.ok) throw new CommandError(`${where}: ${encoded.error.code}: ${encoded.error.message}`);
    for (const { code, message, offset } of encoded.warnings)
      process.stderr.write(`warning: ${code} at octet ${offset}: ${message}\n`);
    await printLine(encoded.hex);
    return OK;
  },
};

type Encoded =
  | {
      readonly ok: true;
      readonly hex: string;
      readonly warnings: readonly {
        readonly code: string;
        readonly message: string;
        readonly offset: number;
      }[];
    }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } };

/** Undefined where the text is no JSON: no message either, and said as that. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function encodedFrom(json: unknown): Encoded {
  if (json === undefined) return failure("bad-json", "the input is no JSON");
  const result = isupFromJson(json);
  if (!result.ok) return result;
  return { ok: true, hex: hexOf(encodeIsup(result.message)), warnings: result.warnings };
}

function answerTo(line: string | undefined): object {
  if (line === undefined)
    return { id: null, ...failure("line-too-long", `a line of more than ${INPUT_OCTETS_MAX} octets`) };
  const asked = jsonOf(line);
  if (typeof asked !== "object" || asked === null || Array.isArray(asked))
    return { id: null, ...failure("bad-json", "the line is no JSON object") };
  const { id = null, message } = asked as { readonly id?: unknown; readonly message?: unknown };
  if (message === undefined) return { id, ...failure("bad-json", "message is missing") };
  return { id, ...encodedFrom(message) };
}

function failure(code: string, message: string): Encoded {
  return { ok: false, error: { code, message } };
}
