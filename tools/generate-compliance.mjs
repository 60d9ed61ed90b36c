/**
 * From the names of the tests to docs/protocol/compliance.md: which clause is shown by which test, and which files cite
 * it. A clause that no test names is not listed. `--check` changes nothing and fails where the page is out of date.
 */
import "./require-node.mjs";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { Fault, ROOT, runTool } from "./project.mjs";

const PAGE = "docs/protocol/compliance.md";
const FOLDERS = ["libs/sip/src", "libs/sdp/src", "libs/interworking/src"];

/** `RFC 3261 §17.2.1`, or `§17.2.1` of the RFC that was named last. */
const CITATION = /RFC (\d{3,5})|§(\d+(?:\.\d+)*)/g;

await runTool(async (args) => {
  if (args.some((arg) => arg !== "--check")) {
    process.stderr.write("usage: node tools/generate-compliance.mjs [--check]\n");
    return 2;
  }
  const text = page();
  const path = join(ROOT, PAGE);
  const before = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (before === text) process.stdout.write("the page of clauses is up to date\n");
  else if (args.includes("--check"))
    throw new Fault(`${PAGE} is out of date: run node tools/generate-compliance.mjs`);
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`${PAGE} written\n`);
  }
  return 0;
});

function page() {
  const shown = new Map();
  const files = FOLDERS.flatMap((folder) => filesIn(join(ROOT, folder))).sort();
  for (const file of files.filter((each) => each.endsWith(".spec.ts")))
    for (const test of testsOf(file)) for (const clause of clausesOf(test)) add(shown, clause, test, file);
  for (const file of files.filter((each) => !each.endsWith(".spec.ts")))
    for (const clause of citedIn(readFileSync(file, "utf8"))) shown.get(clause)?.files.add(file);
  const lines = [
    "# What of which RFC is done, by file and test",
    "",
    "Generated from the names of the tests of `libs/sip`, `libs/sdp` and `libs/interworking` by",
    "`node tools/generate-compliance.mjs`; a clause that no test names is not listed. Under each clause: the files that cite it, and the tests that show it.",
    "",
  ];
  let rfc;
  for (const [clause, { files: cited, tests }] of [...shown].sort(([one], [other]) => compare(one, other))) {
    const [number, section] = clause.split(" ");
    if (number !== rfc) lines.push(`## RFC ${number}`, "");
    rfc = number;
    lines.push(section === undefined ? "### as a whole" : `### §${section}`, "");
    if (cited.size > 0) lines.push(`Files: ${[...cited].map(link).join(", ")}`, "");
    for (const [file, names] of tests) {
      lines.push(`- ${link(file)}`);
      for (const name of names) lines.push(`  - ${code(name)}`);
    }
    lines.push("");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function add(shown, clause, test, file) {
  if (!shown.has(clause)) shown.set(clause, { files: new Set(), tests: new Map() });
  const { tests } = shown.get(clause);
  if (!tests.has(file)) tests.set(file, new Set());
  tests.get(file).add(test.join(" › "));
}

/** Titles of each test with those of the `describe`s around it. */
function testsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node, around) => {
    let inside = around;
    if (ts.isCallExpression(node)) {
      const callee = node.expression.getText(source).replace(/\s/g, "");
      const title = node.arguments[0] === undefined ? undefined : textOf(node.arguments[0], source);
      if (title !== undefined && /^(?:\(.*describe.*\)|describe)/.test(callee)) inside = [...around, title];
      else if (title !== undefined && /^it\b/.test(callee)) found.push([...around, title]);
    }
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(source, []);
  return found;
}

function textOf(node, source) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText(source).slice(1, -1) : undefined;
}

/** Clauses of the test's own title; its `describe`s name the RFC, and the clause where the title names none. */
function clausesOf(titles) {
  const title = titles.at(-1);
  const around = titles.slice(0, -1).join(" ");
  const [rfc] = /RFC (\d+)/.exec(around)?.slice(1) ?? [];
  const own = citedIn(title, rfc);
  return own.size > 0 ? own : citedIn(around);
}

function citedIn(text, first) {
  const clauses = new Set();
  let rfc = first;
  let hasSection = true;
  for (const [, number, section] of text.matchAll(CITATION)) {
    if (number !== undefined) {
      if (!hasSection) clauses.add(rfc);
      rfc = number;
      hasSection = false;
    } else if (rfc !== undefined) {
      clauses.add(`${rfc} ${section}`);
      hasSection = true;
    }
  }
  if (!hasSection) clauses.add(rfc);
  return clauses;
}

function compare(one, other) {
  const numbers = (clause) => clause.split(/[ .]/).map(Number);
  const [a, b] = [numbers(one), numbers(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? -1) - (b[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function link(file) {
  const path = relative(ROOT, file);
  return `[${path}](../../${path})`;
}

/** In a code span nothing of Markdown has a meaning. */
function code(name) {
  return `\`${name.replaceAll("`", "'").replace(/\s+/g, " ")}\``;
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}
