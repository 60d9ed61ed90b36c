import type { ErrorObject } from "ajv";
import type { Path } from "./document.ts";
import { nearest } from "./nearest.ts";
import { NOT_BUILT, NOT_BUILT_VALUES } from "./not-built.ts";
import type { Setting } from "./setting.ts";

/** A fault before it has a line. */
export interface PathFault {
  readonly path: Path;
  readonly message: string;
  readonly nearest?: string | undefined;
  /** The key at the path is meant, not its value. */
  readonly isKey?: boolean;
  /** What is missing below the path. */
  readonly missing?: string;
}

/** What was written at a path; undefined for maps and lists. */
type Written = (path: Path) => string | undefined;

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "a whole number",
  boolean: "true or false",
  object: "a map of settings",
  array: "a list",
};

/** The validator's errors in words, each with its path. What a secret holds stays unsaid. */
export function schemaFaults(errors: readonly ErrorObject[], root: unknown, written: Written): PathFault[] {
  return errors
    .filter((error) => !isOfOtherBranch(error, errors))
    .map((error) => faultOf(error, pathOf(error.instancePath, root), written));
}

/**
 * An `anyOf` reports each branch. Of a map only what its own branch says helps; of anything else only that neither fits.
 */
function isOfOtherBranch(error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  const around = errors.find(
    (other) =>
      other.keyword === "anyOf" &&
      error.schemaPath.startsWith(`${other.schemaPath}/`) &&
      `${error.instancePath}/`.startsWith(`${other.instancePath}/`),
  );
  if (around !== undefined) {
    if (!isMap(around.data)) return true;
    const [branch = ""] = error.schemaPath.slice(around.schemaPath.length + 1).split("/");
    return (around.schema as readonly Setting[])[Number(branch)]?.type !== "object";
  }
  return error.keyword === "anyOf" && isMap(error.data);
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON pointer as a path: steps into lists are numbers. */
function pathOf(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value = root;
  for (const escaped of pointer.split("/").slice(1)) {
    const step = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
    path.push(Array.isArray(value) ? Number(step) : step);
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return path;
}

function faultOf(error: ErrorObject, path: Path, written: Written): PathFault {
  const params = error.params as Readonly<Record<string, unknown>>;
  const schema = error.parentSchema as unknown as Setting;
  const shown = shownValue(error.data, schema, path, written);
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey([...path, String(params["additionalProperty"])], schema);
    case "required": {
      const missing = String(params["missingProperty"]);
      return { path, message: `${missing} is missing`, missing };
    }
    case "enum":
      return unknownValue(error.data, shown, schema, path, written);
    case "const":
      return { path, message: `${shown} must be ${JSON.stringify(schema.const)}` };
    case "pattern":
      return { path, message: `${shown} is not ${schema.form ?? String(schema.pattern)}` };
    case "type":
      if (error.data === null)
        return { path, message: "there is nothing here: leave it out, or give it a value" };
      return {
        path,
        message: `${shown} is not ${TYPES[schema.type ?? ""] ?? ""}${quotesHint(error.data, schema, shown)}`,
      };
    case "minimum":
    case "maximum":
      return { path, message: `${shown} is not within ${schema.minimum} to ${schema.maximum}` };
    case "minItems":
      return { path, message: "at least one is needed" };
    case "minLength":
      return { path, message: "must not be empty" };
    case "anyOf":
      return { path, message: `${shown} fits none of its forms: ${schema.description}` };
    default:
      return { path, message: error.message ?? error.keyword };
  }
}

function unknownKey(path: Path, schema: Setting): PathFault {
  const later = own(NOT_BUILT, pathPattern(path));
  if (later !== undefined) return { path, isKey: true, message: `not built yet: ${later}` };
  const near = nearest(String(path.at(-1)), Object.keys(schema.properties ?? {}));
  return { path, isKey: true, message: "unknown key", nearest: near };
}

function unknownValue(
  value: unknown,
  shown: string,
  schema: Setting,
  path: Path,
  written: Written,
): PathFault {
  const allowed = (schema.enum ?? []).map(String);
  const later = own(own(NOT_BUILT_VALUES, pathPattern(path)) ?? {}, String(value));
  if (later !== undefined) return { path, message: `${shown} is not built yet: ${later}` };
  const message = `${shown} is none of ${allowed.join(", ")}`;
  return { path, message, nearest: nearest(written(path) ?? "", allowed) };
}

/** Not what every object has: a key may be called `constructor`. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** `trunks[].isup.variant`: a path whatever the indices. */
function pathPattern(path: Path): string {
  return path
    .map((step) => (typeof step === "number" ? "[]" : `.${step}`))
    .join("")
    .slice(1);
}

/** As it is written in the file: what `${env:…}` put there may be a secret. */
function shownValue(value: unknown, schema: Setting, path: Path, written: Written): string {
  if (schema.writeOnly === true) return "the value";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  if (value === null || value === undefined) return "nothing";
  const text = written(path) ?? "";
  return typeof value === "string" ? JSON.stringify(text) : text;
}

/** YAML takes digits for a number, and `true` for a truth. */
function quotesHint(value: unknown, { type }: Setting, shown: string): string {
  const isPlain = typeof value === "number" || typeof value === "boolean";
  return type === "string" && isPlain && shown !== "the value" ? `: write "${shown}"` : "";
}
