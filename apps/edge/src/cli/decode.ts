import { existsSync } from "node:fs";
import { octetsOfHex, variantOf, VARIANTS } from "@tandem/isup";
import { decodeKind, DEFAULT_VARIANT, KINDS, type Kind } from "./decode-kind.ts";
import { decodeLines } from "./decode-lines.ts";
import type { Warning } from "./decode-octets.ts";
import { CommandError, OK, usage, type Command } from "./exit.ts";
import { nearest } from "../config/nearest.ts";
import { readAll } from "./input.ts";
import { optionsOf } from "./options.ts";
import { printLine } from "./output.ts";
import { streamOf } from "./source.ts";

/** A message is 64 KiB at most, and hex with its white space some three times that. */
const INPUT_OCTETS_MAX = 1_048_576;
/** Hex in groups, as dumps print it: `0c 02 00 02 …`. */
const ARGUMENTS_MAX = 65_536;

export const decode: Command = {
  help: `tandem decode sip|isup|body [--variant V] [--content-type T] [HEX or FILE] [--ndjson]

  sip      a SIP message, with the ISUP in its body
  isup     an ISUP message from its type code on
  body     a SIP body; --content-type says what it is (SDP and multipart are recognised)
  --variant V   ISUP variant: ${VARIANTS.join(", ")};
                ${DEFAULT_VARIANT} by default, or what the body says
  --ndjson      reads lines {"id","hex","variant"?,"contentType"?} and writes for each a line
                {"id","ok":true,"message","warnings":[{code,…}],"hex"}, hex being the message encoded again, or
                {"id","ok":false,"error":{code,message,offset,status?}}, status being what a server would answer
HEX may have spaces. Without HEX or FILE standard input is read, as hex or as octets.
Exit code 1 where it cannot be decoded; with --ndjson 0 where each line has got its answer.`,
  async run(args) {
    const { values, positionals } = optionsOf(
      args,
      { variant: { type: "string" }, "content-type": { type: "string" }, ndjson: { type: "boolean" } },
      ARGUMENTS_MAX,
    );
    const [kindText, ...rest] = positionals;
    const kind = kindNamed(kindText);
    const { variant, "content-type": contentType } = values;
    if (variant !== undefined && variantOf(variant) === undefined) {
      const near = nearest(variant, VARIANTS);
      const hint = near === undefined ? "" : `; did you mean ${near}?`;
      throw usage(`--variant ${variant}: one of ${VARIANTS.join(", ")}${hint}`);
    }
    if (values.ndjson === true) {
      await decodeLines(kind, linesOf(rest), { variant, contentType });
      return OK;
    }
    const decoded = decodeKind(kind, await inputOf(rest), { variant, contentType });
    if (!decoded.ok) {
      const { code, message, offset, status } = decoded.error;
      const answer = status === undefined ? "" : ` (a server answers ${status})`;
      throw new CommandError(`${kind}: ${code} at octet ${offset}: ${message}${answer}`);
    }
    for (const line of decoded.lines()) await printLine(line);
    for (const warning of decoded.warnings) await printLine(`warning: ${warningText(warning)}`);
    return OK;
  },
};

function kindNamed(text: string | undefined): Kind {
  const kind = KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  if (text === undefined) throw usage("say what to decode: sip, isup or body");
  const near = nearest(text, KINDS);
  throw usage(
    `decode ${text}: one of ${KINDS.join(", ")}${near === undefined ? "" : `; did you mean ${near}?`}`,
  );
}

function warningText({ code, message, offset, status }: Warning): string {
  const where = offset === undefined ? "" : ` at octet ${offset}`;
  return `${code}${where}: ${message}${status === undefined ? "" : ` (a server answers ${status})`}`;
}

/** Lines come from a file or from standard input. */
function linesOf(rest: readonly string[]): AsyncIterable<Uint8Array> {
  const [file] = rest;
  if (file !== undefined && (rest.length > 1 || !existsSync(file)))
    throw usage(`--ndjson reads a file or standard input, not ${file}`);
  return streamOf(file);
}

async function inputOf(rest: readonly string[]): Promise<Uint8Array> {
  const text = rest.join(" ");
  const isFile = rest.length === 1 && existsSync(text);
  if (rest.length > 0 && !isFile) {
    const octets = octetsOfHex(text);
    if (octets !== undefined) return octets;
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    throw usage(`${shown}: neither hexadecimal digits in pairs nor a file`);
  }
  const stream = streamOf(isFile ? text : undefined);
  const content = await readAll(stream, INPUT_OCTETS_MAX);
  const where = isFile ? text : "standard input";
  if (content === undefined) throw new CommandError(`${where} has more than ${INPUT_OCTETS_MAX} octets`);
  if (content.length === 0) throw new CommandError(`${where} is empty`);
  const written = content.toString("latin1");
  return (written.trim() === "" ? undefined : octetsOfHex(written)) ?? content;
}
