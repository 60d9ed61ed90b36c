import { dirname, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { buildConfig, type RawConfig } from "./build.ts";
import type { ConfigResult, Fault } from "./config.ts";
import { certificateFaults } from "./certificate-files.ts";
import { crossCheck, type Readable } from "./cross-check.ts";
import { readDocument, type Path, type ReadDocument } from "./document.ts";
import { References, type Lookup } from "./references.ts";
import { schemaFaults, type PathFault } from "./schema-faults.ts";
import { CONFIG_SCHEMA } from "./schema.ts";

const validate = new Ajv2020({ allErrors: true, verbose: true })
  .addVocabulary(["form", "unit", "reason"])
  .compile<RawConfig>(CONFIG_SCHEMA);

/** Checks a configuration text; all faults at once, in the order of the file. */
export function checkConfig(text: string, file: string, lookup: Lookup): ConfigResult {
  const faults: Fault[] = [];
  const faulty = new Set<string>();
  const references = new References(lookup);
  const document = readDocument(text, references.substitute, (path, { line, column }, message) => {
    faulty.add(pathText(path));
    faults.push({ file, line, column, path: pathText(path), message, nearest: undefined });
  });
  const { value } = document;
  if (document.isEmpty) faults.push(emptyFault(file));
  else if (value !== undefined) {
    const inSchema = checkSchema(value, document, faulty);
    const rest = readable(value, [], faulty) as Readable<RawConfig>;
    const found = [
      ...inSchema,
      ...[...crossCheck(rest), ...certificateFaults(rest, lookup)].map((fault) => ({
        ...fault,
        message: references.hide(fault.message),
      })),
    ];
    faults.push(...found.map((fault) => placed(fault, file, document)));
  }
  if (faults.length > 0)
    return { ok: false, faults: faults.sort((a, b) => a.line - b.line || a.column - b.column) };
  const config = buildConfig(value as RawConfig, (path) => resolve(dirname(file), path));
  return { ok: true, config: deepFreeze(config) };
}

function emptyFault(file: string): Fault {
  const message = "the file is empty: version, listen, trunks and routes are missing";
  return { file, line: 1, column: 1, path: "", message, nearest: undefined };
}

/** What could not even be read is not spoken of twice; what has a fault is added to `faulty`. */
function checkSchema(value: unknown, document: ReadDocument, faulty: Set<string>): PathFault[] {
  if (validate(value)) return [];
  const faults = schemaFaults(validate.errors ?? [], value, document.writtenAt).filter(
    ({ path, missing }) => !faulty.has(pathText(missing === undefined ? path : [...path, missing])),
  );
  for (const { path, missing } of faults) if (missing === undefined) faulty.add(pathText(path));
  return faults;
}

/** The values without those that have a fault. */
function readable(value: unknown, path: Path, faulty: ReadonlySet<string>): unknown {
  if (path.length > 0 && faulty.has(pathText(path))) return undefined;
  if (Array.isArray(value)) return value.map((each, index) => readable(each, [...path, index], faulty));
  if (typeof value !== "object" || value === null) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, readable(each, [...path, key], faulty)]),
  );
}

function placed({ path, isKey, message, nearest }: PathFault, file: string, document: ReadDocument): Fault {
  return { file, ...document.placeOf(path, isKey), path: pathText(path), message, nearest };
}

function pathText(path: Path): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .replace(/^\./, "");
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const each of Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
}
