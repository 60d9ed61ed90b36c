/**
 * From the tables of libs/isup to what people and programs read: the page of messages and parameters per variant, and
 * the JSON Schema of a decoded message. `--check` changes nothing and fails where a file is out of date.
 */
import "./require-node.mjs";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { node24 } from "./node24.mjs";
import { Fault, ROOT, run, runTool } from "./project.mjs";

const SOURCE = "libs/isup/src/index.ts";
const SCHEMA_FILE = "libs/isup/schema/isup-message.schema.json";
const PAGE_FILE = "docs/protocol/isup.md";

/** The variants whose tables the others repeat. */
const BASES = { itu: "itu-t92+", ansi: "ansi00" };

const OCTETS = { type: "string", pattern: "^([0-9a-f]{2})*$" };

await runTool(async (args) => {
  if (args.some((arg) => arg !== "--check")) {
    process.stderr.write("usage: node tools/generate-isup-docs.mjs [--check]\n");
    return 2;
  }
  const tables = await loadTables();
  const outputs = {
    [SCHEMA_FILE]: `${JSON.stringify(schemaOf(tables), undefined, 2)}\n`,
    [PAGE_FILE]: pageOf(tables),
  };
  const stale = Object.entries(outputs).filter(([file, text]) => read(file) !== text);
  if (args.includes("--check")) {
    if (stale.length > 0) {
      const files = stale.map(([file]) => file).join(", ");
      throw new Fault(`out of date, run node tools/generate-isup-docs.mjs: ${files}`);
    }
    process.stdout.write("the page and the schema of ISUP are up to date\n");
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

/** TypeScript is read by Node 24 itself. */
async function loadTables() {
  const program = `
    const { PARAMETER_ROWS, VARIANTS, variantTables } = await import(${JSON.stringify(pathToFileURL(join(ROOT, SOURCE)).href)});
    const variants = VARIANTS.map((name) => {
      const tables = variantTables(name);
      const messages = [...tables.messagesByType.values()].map((message) => ({
        type: message.messageType, code: message.code, name: message.name, since: message.since ?? 1988,
        fixed: message.fixed.map(({ reader, length }) => [reader.name, length]),
        variable: message.variable.map((reader) => reader.name),
        hasOptional: message.hasOptional, isOpaque: message.isOpaque === true,
      }));
      const parameters = tables.parametersByCode.filter((reader) => reader !== undefined)
        .map((reader) => ({ name: reader.name, fields: reader.part.fields, least: reader.part.least }));
      const { title, family, edition, hasCompatibility } = tables;
      return { name, title, family, edition, hasCompatibility, messages, parameters };
    });
    const rows = Object.fromEntries(Object.entries(PARAMETER_ROWS).map(([name, row]) => [name, {
      code: row.code, clause: row.clause, since: row.since, isRepeated: row.isRepeated,
      isStructured: row.isStructured, least: row.part.least, fields: row.part.fields,
    }]));
    process.stdout.write(JSON.stringify({ variants, rows }));`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", program];
  const { code, output } = await run(node24(), args, { capture: true });
  if (code !== 0) throw new Fault(`the tables of libs/isup cannot be read: ${output.trim()}`);
  return JSON.parse(output);
}

function hex(code) {
  return `0x${code.toString(16).padStart(2, "0")}`;
}

function table(head, rows) {
  const line = (row) => `| ${row.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function pageOf({ variants, rows }) {
  const byName = new Map(variants.map((variant) => [variant.name, variant]));
  const structured = Object.values(rows).filter(({ isStructured }) => isStructured).length;
  const itu = byName.get(BASES.itu);
  const ansi = byName.get(BASES.ansi);
  const types = new Set(variants.flatMap(({ messages }) => messages.map(({ type }) => type)));
  return (
    [
      "<!-- Generated from libs/isup/src by tools/generate-isup-docs.mjs. Do not edit. -->",
      "# ISUP: messages and parameters",
      "What [`libs/isup`](../../libs/isup/README.md) knows by name and by field, from its tables. The JSON form is described by [`isup-message.schema.json`](../../libs/isup/schema/isup-message.schema.json).",
      `${types.size} message types and ${Object.keys(rows).length} parameters by name, ${structured} parameters by their fields; the others are named octets. Whatever is not known is kept as it is.`,
      "## Variants",
      "A variant is an edition of Q.763 and tables over it. What a later edition brought is read all the same, with a warning.",
      table(
        [
          "variant",
          "standard",
          "family",
          "edition",
          "compatibility (Q.764 §2.9.5)",
          "own messages",
          "own parameters",
        ],
        variants.map((variant) => variantRow(variant, variant.family === "ansi" ? ansi : itu)),
      ),
      "## Messages of Q.763",
      "Mandatory parameters with their octets, then those of variable length. Edition: the first that has it.",
      messageTable(itu.messages),
      "## Messages of ANSI T1.113 that differ",
      messageTable(ansi.messages.filter((message) => !hasSame(itu.messages, message))),
      "## Messages of other variants",
      messageTable(othersOf(variants, [itu, ansi])),
      "## Parameters of Q.763",
      "Octets: at least. A field in brackets need not be there; one with `= …` has names for its values.",
      parameterTable(itu.parameters, rows),
      "## Parameters of ANSI T1.113 that differ",
      parameterTable(
        ansi.parameters.filter((parameter) => !hasSame(itu.parameters, parameter)),
        rows,
      ),
      ...nationalSections(variants, [itu, ansi], rows),
    ].join("\n\n") + "\n"
  );
}

function hasSame(list, item) {
  return list.some((other) => JSON.stringify(other) === JSON.stringify(item));
}

function variantRow(variant, base) {
  const messages = variant.messages
    .filter((message) => !hasSame(base.messages, message))
    .map(({ type }) => type);
  const parameters = variant.parameters.filter(
    ({ name }) => !base.parameters.some((other) => other.name === name),
  );
  return [
    `\`${variant.name}\``,
    variant.title,
    variant.family === "ansi" ? "T1.113" : "Q.763",
    variant.edition,
    variant.hasCompatibility ? "yes" : "no",
    messages.join(" "),
    parameters.length === 0 ? "" : parameters.length,
  ];
}

function othersOf(variants, bases) {
  const seen = new Set();
  return variants.flatMap((variant) =>
    variant.messages.filter((message) => {
      if (bases.some((base) => hasSame(base.messages, message)) || seen.has(message.type)) return false;
      seen.add(message.type);
      return true;
    }),
  );
}

function messageTable(messages) {
  return table(
    ["code", "type", "message", "fixed", "variable", "optional part", "edition"],
    messages
      .toSorted((a, b) => a.code - b.code)
      .map(({ code, type, name, fixed, variable, hasOptional, isOpaque, since }) => [
        hex(code),
        type,
        name,
        isOpaque ? "kept as octets" : fixed.map(([parameter, length]) => `${parameter} ${length}`).join(", "),
        variable.join(", "),
        isOpaque ? "" : hasOptional ? "yes" : "no",
        since,
      ]),
  );
}

function parameterTable(parameters, rows) {
  return table(
    ["code", "parameter", "clause", "octets", "edition", "fields"],
    parameters.map(({ name, fields, least }) => {
      const { code, clause, since, isRepeated, isStructured } = rows[name];
      return [
        hex(code),
        `${name}${isRepeated ? " (list)" : ""}`,
        /^[0-9]/.test(clause) ? `§${clause}` : clause,
        least,
        since,
        isStructured ? fieldText(fields) : "octets",
      ];
    }),
  );
}

function fieldText(fields) {
  return fields
    .map(({ name, textName, isOptional, isDerived, fields: inner }) => {
      const text = inner === undefined ? name : `${name} { ${fieldText(inner)} }`;
      const named = textName === undefined ? text : `${text} = ${textName}`;
      return isOptional || isDerived ? `[${named}]` : named;
    })
    .join(", ");
}

function nationalSections(variants, bases, rows) {
  const seen = new Set(bases.flatMap(({ parameters }) => parameters.map(({ name }) => name)));
  return variants.flatMap((variant) => {
    const own = variant.parameters.filter(({ name }) => !seen.has(name));
    for (const { name } of own) seen.add(name);
    return own.length === 0 ? [] : [`## Parameters of ${variant.title}`, parameterTable(own, rows)];
  });
}

/** JSON Schema 2020-12 of what isupToJson writes; isupFromJson takes less: fields may be missing. */
function schemaOf({ variants, rows }) {
  const types = [...new Set(variants.flatMap(({ messages }) => messages.map(({ type }) => type)))];
  const forms = new Map();
  for (const { parameters } of variants) {
    for (const { name, fields } of parameters) forms.set(name, mergeFields(forms.get(name) ?? [], fields));
  }
  const properties = Object.fromEntries(
    Object.entries(rows).map(([name, { isRepeated, code, clause, fields }]) => {
      const value = objectOf(forms.get(name) ?? fields);
      const description = `Parameter ${hex(code)}, ${/^[0-9]/.test(clause) ? `Q.763 (12/1999) §${clause}` : clause}`;
      return [name, isRepeated ? { description, type: "array", items: value } : { description, ...value }];
    }),
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "isup-message.schema.json",
    title: "An ISUP message",
    description:
      "Parameters by name with their fields; numbers beside their names; octets as lower-case hexadecimal digits. A parameter may also be given as its octets alone.",
    type: "object",
    required: ["messageType", "variant", "parameters"],
    additionalProperties: false,
    properties: {
      messageType: { enum: [...types, "unknown"] },
      typeCode: { description: "Code of a type without a name", type: "integer", minimum: 0, maximum: 255 },
      variant: { enum: variants.map(({ name }) => name) },
      parameters: {
        type: "object",
        additionalProperties: false,
        properties: {
          ...properties,
          unknown: {
            description: "Parameters without a name, and those that came again where once is allowed",
            type: "array",
            items: {
              type: "object",
              required: ["code", "octets"],
              additionalProperties: false,
              properties: {
                code: { type: "integer", minimum: 1, maximum: 255 },
                name: { type: "string" },
                octets: OCTETS,
              },
            },
          },
        },
      },
      trailing: { description: "Octets behind the message", ...OCTETS },
      octets: { description: "The whole message, where the fields alone would give other octets", ...OCTETS },
    },
  };
}

/** Fields of both; of one in both the larger, with the names of both. */
function mergeFields(first, second) {
  const merged = new Map(first.map((field) => [field.name, field]));
  for (const field of second) {
    const before = merged.get(field.name) ?? field;
    const larger = (before.width ?? 0) >= (field.width ?? 0) ? before : field;
    merged.set(field.name, { ...larger, names: { ...before.names, ...field.names } });
  }
  return [...merged.values()];
}

function objectOf(fields) {
  const properties = {};
  for (const field of fields) {
    properties[field.name] = fieldSchema(field);
    if (field.textName !== undefined) {
      properties[field.textName] = { enum: ["", ...new Set(Object.values(field.names ?? {}))] };
    }
  }
  properties.octets ??= OCTETS;
  return { type: "object", additionalProperties: false, properties };
}

function fieldSchema({ name, kind, width, fields = [] }) {
  switch (kind) {
    case "integer":
      return { type: "integer", minimum: 0, ...(width !== undefined && { maximum: 2 ** width - 1 }) };
    case "digits":
      return { type: "string", pattern: "^[0-9a-f]*$" };
    case "octets":
      return OCTETS;
    case "list":
      return { type: "array", items: objectOf(fields) };
    case "group":
      return fields.length === 0 ? { type: "object" } : objectOf(fields);
    case "text":
      return { type: "string" };
    default:
      if (kind !== "boolean" && kind !== "number") throw new Fault(`field ${name} of kind ${kind}`);
      return { type: kind };
  }
}
