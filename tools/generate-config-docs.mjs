/**
 * From apps/edge/src/config/schema.ts to what people read: the JSON Schema for editors and the page of all settings.
 * `--check` changes nothing and fails where a file is out of date.
 */
import "./require-node.mjs";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { node24 } from "./node24.mjs";
import { Fault, ROOT, run, runTool } from "./project.mjs";

const SCHEMA_SOURCE = "apps/edge/src/config/schema.ts";
const NOT_BUILT_SOURCE = "apps/edge/src/config/not-built.ts";
const SCHEMA_FILE = "docs/schema/tandem-config.schema.json";
const PAGE_FILE = "docs/operations/config.md";

/** Words that only this tool and the edge's faults use. */
const OURS = ["form", "unit", "reason"];

const TYPES = { string: "text", integer: "number", boolean: "true, false", array: "list", object: "map" };

await runTool(async (args) => {
  if (args.some((arg) => arg !== "--check")) {
    process.stderr.write("usage: node tools/generate-config-docs.mjs [--check]\n");
    return 2;
  }
  const { schema, notBuilt, notBuiltValues } = await loadSchema();
  const outputs = {
    [SCHEMA_FILE]: `${JSON.stringify(published(schema), undefined, 2)}\n`,
    [PAGE_FILE]: page(schema, notBuilt, notBuiltValues),
  };
  const stale = Object.entries(outputs).filter(([file, text]) => read(file) !== text);
  if (args.includes("--check")) {
    if (stale.length === 0) process.stdout.write("the configuration's schema and page are up to date\n");
    else
      throw new Fault(
        `out of date, run node tools/generate-config-docs.mjs: ${stale.map(([file]) => file).join(", ")}`,
      );
    return 0;
  }
  for (const [file, text] of stale) {
    mkdirSync(dirname(join(ROOT, file)), { recursive: true });
    writeFileSync(join(ROOT, file), text);
  }
  process.stdout.write(`${stale.length} files written\n`);
  return 0;
});

function read(file) {
  const path = join(ROOT, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function urlText(file) {
  return JSON.stringify(pathToFileURL(join(ROOT, file)).href);
}

/** TypeScript is read by Node 24 itself, libraries from their sources. */
async function loadSchema() {
  const program = `
    const { CONFIG_SCHEMA } = await import(${urlText(SCHEMA_SOURCE)});
    const { NOT_BUILT, NOT_BUILT_VALUES } = await import(${urlText(NOT_BUILT_SOURCE)});
    process.stdout.write(JSON.stringify({ schema: CONFIG_SCHEMA, notBuilt: NOT_BUILT, notBuiltValues: NOT_BUILT_VALUES }));`;
  const flags = [
    "--disable-warning=ExperimentalWarning",
    "--conditions=@tandem/source",
    "--input-type=module",
  ];
  const { code, output } = await run(node24(), [...flags, "--eval", program], { capture: true });
  if (code !== 0) throw new Fault(`${SCHEMA_SOURCE} cannot be loaded:\n${output}`);
  return JSON.parse(output);
}

/** The schema without our own words, which a strict validator would refuse; the reason goes to the description. */
function published(setting) {
  if (Array.isArray(setting)) return setting.map(published);
  if (typeof setting !== "object" || setting === null) return setting;
  const entries = Object.entries(setting)
    .filter(([key, value]) => !(OURS.includes(key) && typeof value === "string"))
    .map(([key, value]) => [
      key,
      key === "description" && typeof value === "string" && typeof setting.reason === "string"
        ? `${value} ${setting.reason}`
        : published(value),
    ]);
  return Object.fromEntries(entries);
}

function page(schema, notBuilt, notBuiltValues) {
  const { version, cluster, node, ...sections } = schema.properties;
  const isRequired = (name) => schema.required.includes(name);
  const text = [
    "<!-- Generated from apps/edge/src/config/schema.ts by tools/generate-config-docs.mjs. Do not edit. -->",
    "",
    "# Configuration",
    "",
    "One YAML file (1.2) says all of an edge: `npx tandem run --config FILE`. `npx tandem check --config FILE` tells all its faults",
    "at once, each with line, column and, for a slip of the pen, the nearest known word; an unknown key is a fault. Everything has a",
    "default but `version`, one listener, one trunk and one route. [JSON Schema](../schema/tandem-config.schema.json) for editors:",
    "",
    "```yaml",
    "# yaml-language-server: $schema=docs/schema/tandem-config.schema.json",
    "version: 1",
    "listen: [{ transport: udp, address: 127.0.0.1:5060 }]",
    "trunks: [{ id: acme, sources: [192.0.2.0/24] }]",
    "routes: [{ answer: echo }]",
    "```",
    "",
    "`${env:NAME}` in a value is an environment variable, `${file:PATH}` the content of a file without its last line end; PATH is relative to",
    "the configuration. What they stand for is a text, and is shown nowhere: faults show the reference. Anchors and aliases are read, merge",
    "keys (`<<`) are not. A change takes effect at the next start; hot reload is not built yet.",
    "",
    "`needed` is said of what must stand where the map around it stands.",
    "",
    "## Top level",
    "",
    ...table({ version, cluster, node }, isRequired),
  ];
  for (const [name, setting] of Object.entries(sections)) {
    const needed = isRequired(name) ? " At least one is needed." : "";
    text.push("", `## ${name}`, "", `${setting.description}${needed}`, "");
    const inner = setting.items ?? setting;
    if (setting.items !== undefined) text.push(`Each: ${lowerFirst(inner.description)}`, "");
    text.push(...table(inner.properties, (key) => inner.required.includes(key)));
  }
  text.push("", ...notBuiltPart(notBuilt, notBuiltValues));
  return `${text.join("\n")}\n`;
}

function table(properties, isRequired) {
  const head = [
    "| setting | type | default | unit | what it is | why |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  return [...head, ...rows(properties, isRequired, "")];
}

function rows(properties, isRequired, prefix) {
  return Object.entries(properties).flatMap(([key, setting]) => {
    const name = `${prefix}${key}`;
    if (setting.properties !== undefined)
      return rows(setting.properties, (inner) => setting.required.includes(inner), `${name}.`);
    const map = setting.anyOf?.find(({ properties: inner }) => inner !== undefined);
    const below =
      map === undefined ? [] : rows(map.properties, (inner) => map.required.includes(inner), `${name}.`);
    return [row(name, setting, isRequired(key)), ...below];
  });
}

function row(name, setting, isNeeded) {
  const fallback =
    setting.default === undefined ? "" : code(JSON.stringify(setting.default).replace(/^"|"$/g, ""));
  const cells = [
    code(name),
    typeOf(setting),
    isNeeded ? "needed" : fallback,
    setting.unit ?? "",
    setting.description,
    setting.reason ?? "",
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function typeOf(setting) {
  if (setting.anyOf !== undefined) return setting.anyOf.map(typeOf).join(", or ");
  if (setting.const !== undefined) return code(String(setting.const));
  if (setting.enum !== undefined) return setting.enum.map((value) => code(String(value))).join(" ");
  const range = setting.minimum === undefined ? "" : `, ${setting.minimum} to ${setting.maximum}`;
  const form = setting.form === undefined ? "" : `: ${setting.form}`;
  return `${TYPES[setting.type]}${range}${form}`;
}

function notBuiltPart(notBuilt, notBuiltValues) {
  const values = Object.entries(notBuiltValues).flatMap(([path, words]) =>
    Object.entries(words).map(([value, word]) => `| ${code(`${path}: ${value}`)} | ${word} |`),
  );
  return [
    "## Not built yet",
    "",
    "These are part of the design, and refused: a setting that does nothing must not look as if it did.",
    "",
    "| setting | what holds instead |",
    "| --- | --- |",
    ...Object.entries(notBuilt).map(([path, word]) => `| ${code(path)} | ${word} |`),
    ...values,
  ];
}

function code(text) {
  return `\`${text}\``;
}

function lowerFirst(text) {
  return text[0].toLowerCase() + text.slice(1);
}
