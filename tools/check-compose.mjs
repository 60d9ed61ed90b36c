/** docker-compose.yml against the Compose Specification's own schema, which dclint carries. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { parseDocument } from "yaml";
import { ROOT } from "./project.mjs";

const FILE = "docker-compose.yml";

const dclint = dirname(createRequire(import.meta.url).resolve("dclint/package.json"));
const schema = JSON.parse(readFileSync(join(dclint, "schemas/compose.schema.json"), "utf8"));
// It names draft-07 with https, which ajv does not take for the same.
delete schema.$schema;
const document = parseDocument(readFileSync(join(ROOT, FILE), "utf8"), { uniqueKeys: true, merge: true });

const validate = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(schema);
const faults = [...document.errors, ...document.warnings].map(({ message }) => message);
if (faults.length === 0 && !validate(document.toJS())) {
  for (const { instancePath, message, params } of validate.errors ?? [])
    faults.push(`${instancePath || "/"} ${message} ${JSON.stringify(params)}`);
}
for (const fault of faults) process.stdout.write(`${FILE}: ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
