/**
 * From proto/tandem/v1 to what libs/call-events publishes: TypeScript types of the JSON form and a JSON Schema per event.
 * Lints the schemas first (buf lint). `--check` changes nothing and fails where a file is out of date.
 * buf has a lock of its own in tools/proto, and needs no network once it is installed.
 *
 * The JSON form is ours, since protobuf's own writes 64-bit numbers as strings, enums in capitals and leaves defaults out:
 * numbers are numbers, enums camelCase without their prefix, defaults are written, absent messages are null, octets base64.
 */
import "./require-node.mjs";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { cleanEnvironment, ROOT as root, run } from "./project.mjs";

const toolsDirectory = join(root, "tools/proto");
const typesFile = "libs/call-events/src/generated/events.ts";
const schemasFile = "libs/call-events/src/generated/schemas.ts";
const schemaDirectory = "libs/call-events/schemas";
const buf = join(toolsDirectory, "node_modules/.bin/buf");

await installTools();
const { code: lintCode } = await run(buf, ["lint"], { cwd: join(root, "proto") });
if (lintCode !== 0) process.exit(1);
const image = execFileSync(buf, ["build", "-o", "-"], { cwd: join(root, "proto"), maxBuffer: 1 << 26 });

/** As the lock says, and only where it is not there already. */
async function installTools() {
  const versionOf = (file) => existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version;
  const { dependencies } = JSON.parse(readFileSync(join(toolsDirectory, "package.json"), "utf8"));
  const isInstalled = Object.entries(dependencies).every(
    ([name, version]) => versionOf(join(toolsDirectory, "node_modules", name, "package.json")) === version,
  );
  if (isInstalled && existsSync(buf)) return;
  const args = ["ci", "--no-audit", "--no-fund", "--include=optional", "--foreground-scripts=false"];
  const { code, output } = await run("npm", args, {
    cwd: toolsDirectory,
    capture: true,
    env: cleanEnvironment(),
  });
  if (code === 0) return;
  process.stderr.write(`tandem: buf cannot be installed (cd tools/proto && npm ci):\n${output}`);
  process.exit(1);
}

const require = createRequire(join(toolsDirectory, "package.json"));
const protobuf = await import(pathToFileURL(require.resolve("@bufbuild/protobuf")).href);
const wkt = await import(pathToFileURL(require.resolve("@bufbuild/protobuf/wkt")).href);
const set = protobuf.fromBinary(wkt.FileDescriptorSetSchema, image);
const registry = protobuf.createFileRegistry(set);
const files = [...registry.files]
  .filter((file) => file.proto.package === "tandem.v1")
  .sort((a, b) => (a.name < b.name ? -1 : 1));

/** Comments by descriptor path, as buf keeps them in the source info. */
function commentsOf(file) {
  const comments = new Map();
  for (const location of file.proto.sourceCodeInfo?.location ?? []) {
    if (location.leadingComments !== "")
      comments.set(location.path.join("."), location.leadingComments.trim());
  }
  return comments;
}

const commentOf = new Map();
for (const file of files) {
  const comments = commentsOf(file);
  file.messages.forEach((message, at) => {
    commentOf.set(message, comments.get(`4.${at}`));
    message.fields.forEach((field, index) => commentOf.set(field, comments.get(`4.${at}.2.${index}`)));
  });
  file.enums.forEach((each, at) => {
    commentOf.set(each, comments.get(`5.${at}`));
    each.values.forEach((value, index) => commentOf.set(value, comments.get(`5.${at}.2.${index}`)));
  });
}

const hasOption = (field, name) => protobuf.getOption(field, registry.getExtension(`tandem.v1.${name}`));
const isFlattened = (field) => hasOption(field, "flatten");
const isAlwaysSet = (field) => hasOption(field, "always_set");
const isStruct = (message) => message.typeName === "google.protobuf.Struct";
const camel = (text) => text.toLowerCase().replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

function enumNames(each) {
  const prefix = each.sharedPrefix ?? "";
  return each.values.map(({ name }) =>
    camel(name.toLowerCase().startsWith(prefix) ? name.slice(prefix.length) : name),
  );
}

const { ScalarType } = protobuf;
function scalarType(scalar) {
  if (scalar === ScalarType.STRING || scalar === ScalarType.BYTES) return "string";
  if (scalar === ScalarType.BOOL) return "boolean";
  if ([ScalarType.INT32, ScalarType.UINT32, ScalarType.DOUBLE, ScalarType.FLOAT].includes(scalar))
    return "number";
  throw new Error(`a scalar that JSON numbers cannot hold: ${ScalarType[scalar]}`);
}

function typeOf(field) {
  const single = (kind) => {
    if (kind === "message")
      return isStruct(field.message) ? "Readonly<Record<string, unknown>>" : field.message.name;
    if (kind === "enum") return field.enum.name;
    return scalarType(field.scalar);
  };
  switch (field.fieldKind) {
    case "list":
      return `readonly ${single(field.listKind)}[]`;
    case "map":
      return `Readonly<Record<string, ${scalarType(field.scalar)}>>`;
    case "message":
      return isStruct(field.message) || isAlwaysSet(field)
        ? single("message")
        : `${field.message.name} | null`;
    default:
      return field.proto.proto3Optional ? `${single(field.fieldKind)} | null` : single(field.fieldKind);
  }
}

/** What is said of a field, in types and schemas alike. */
function describe(field) {
  const text = commentOf.get(field).replace(/\n\s*/g, " ");
  return hasOption(field, "personal_data") ? `${text} Personal data.` : text;
}

const doc = (text, indent = "") => `${indent}/** ${text.replace(/\n\s*/g, " ")} */\n`;

function enumDoc(each) {
  const names = enumNames(each);
  const lines = each.values.map((value, at) => ` * - `.concat(names[at], ": ", commentOf.get(value)));
  return ["/**", ` * ${commentOf.get(each)}`, ...lines, " */\n"].join("\n");
}

function typesText() {
  let text = "// Generated from proto/tandem/v1 by tools/generate-events.mjs. Do not edit.\n\n";
  for (const file of files) {
    for (const each of file.enums) {
      text += `${enumDoc(each)}export type ${each.name} = ${enumNames(each)
        .map((name) => JSON.stringify(name))
        .join(" | ")};\n\n`;
    }
    for (const message of file.messages) {
      const parents = message.fields.filter(isFlattened).map(({ message: parent }) => parent.name);
      const heritage = parents.length === 0 ? "" : ` extends ${parents.join(", ")}`;
      text += `${doc(commentOf.get(message))}export interface ${message.name}${heritage} {\n`;
      for (const field of message.fields) {
        if (!isFlattened(field))
          text += `${doc(describe(field), "  ")}  readonly ${field.jsonName}: ${typeOf(field)};\n`;
      }
      text += "}\n\n";
    }
  }
  const events = files
    .flatMap((file) => file.messages)
    .flatMap((message) => {
      const type = /^(tandem\.[a-z.]+\.v\d+)/.exec(commentOf.get(message))?.[1];
      return type === undefined ? [] : [{ type, message }];
    });
  text += "/** Data of each event by its CloudEvents type. */\nexport interface EventData {\n";
  for (const { type, message } of events) text += `  readonly ${JSON.stringify(type)}: ${message.name};\n`;
  return { text: `${text}}\n`, events };
}

function schemaOf(field) {
  const described = (schema) => ({ ...schema, description: describe(field) });
  const single = (kind) => {
    if (kind === "message")
      return isStruct(field.message) ? { type: "object" } : { $ref: `#/$defs/${field.message.name}` };
    if (kind === "enum") return { enum: enumNames(field.enum) };
    if (field.scalar === ScalarType.BYTES) return { type: "string", contentEncoding: "base64" };
    if (field.scalar === ScalarType.INT32 || field.scalar === ScalarType.UINT32) return { type: "integer" };
    return { type: scalarType(field.scalar) };
  };
  switch (field.fieldKind) {
    case "list":
      return described({ type: "array", items: single(field.listKind) });
    case "map":
      return described({ type: "object", additionalProperties: { type: scalarType(field.scalar) } });
    case "message":
      return described(
        isStruct(field.message) || isAlwaysSet(field)
          ? single("message")
          : { anyOf: [single("message"), { type: "null" }] },
      );
    default:
      return described(
        field.proto.proto3Optional
          ? { anyOf: [single(field.fieldKind), { type: "null" }] }
          : single(field.fieldKind),
      );
  }
}

/** Within a version consumers ignore what they do not know, so further properties are allowed. */
function objectSchema(message) {
  const fields = message.fields.flatMap((field) => (isFlattened(field) ? field.message.fields : [field]));
  return {
    type: "object",
    properties: Object.fromEntries(fields.map((field) => [field.jsonName, schemaOf(field)])),
    required: fields.map((field) => field.jsonName),
  };
}

function usedBy(message, found = new Map()) {
  for (const field of message.fields) {
    const { message: used } = field;
    if (used === undefined || isStruct(used)) continue;
    if (isFlattened(field)) usedBy(used, found);
    else if (!found.has(used.name)) {
      found.set(used.name, used);
      usedBy(used, found);
    }
  }
  return found;
}

function eventSchema({ type, message }) {
  const definitions = [...usedBy(message).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:tandem:schema:${type}`,
    title: type,
    description: commentOf.get(message),
    ...objectSchema(message),
    $defs: Object.fromEntries(definitions.map((each) => [each.name, objectSchema(each)])),
  };
}

const { text, events } = typesText();
const outputs = new Map([[typesFile, text]]);
let schemas = "// Generated from proto/tandem/v1 by tools/generate-events.mjs. Do not edit.\n\n";
schemas +=
  "/** JSON Schema of each event's data, as JSON text, by CloudEvents type; the files stand in `schemas/` too. */\n";
schemas += "export const EVENT_SCHEMAS = {\n";
for (const event of events) {
  const schema = eventSchema(event);
  outputs.set(`${schemaDirectory}/${event.type}.json`, `${JSON.stringify(schema, undefined, 2)}\n`);
  schemas += `  ${JSON.stringify(event.type)}: ${JSON.stringify(JSON.stringify(schema))},\n`;
}
outputs.set(schemasFile, `${schemas}} as const;\n`);

const isCheck = process.argv.includes("--check");
const stale = [];
for (const [file, content] of outputs) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, "utf8") === content) continue;
  stale.push(file);
  if (isCheck) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
for (const name of existsSync(join(root, schemaDirectory)) ? readdirSync(join(root, schemaDirectory)) : []) {
  const file = `${schemaDirectory}/${name}`;
  if (outputs.has(file)) continue;
  stale.push(file);
  if (!isCheck) rmSync(join(root, file));
}
if (isCheck && stale.length > 0) {
  console.error(`out of date, run node tools/generate-events.mjs: ${stale.join(", ")}`);
  process.exit(1);
}
console.log(isCheck ? "generated files are up to date" : `${stale.length} files written`);
