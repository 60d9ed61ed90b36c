/** `npm run fuzz`: mutates messages as long as told; what it finds becomes a vector that `npm test` reads from then on. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { Fuzzer, TARGETS, type Finding } from "./fuzz.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOUND = join(ROOT, "test/vectors/found");
const HELP = `npm run fuzz [-- OPTION…]

  --seconds N     how long, 60 by default; 0 until Ctrl-C
  --target NAME,… some of: ${TARGETS.map(({ name }) => name).join(", ")}
  --seed N        replays a run; another one each time by default

A message that is taken wrongly is made as small as it gets and written to test/vectors/found/; the exit code is 1 then.`;

/** One target's turn. */
const TURN_MS = 250;
const REPORT_MS = 10_000;

function usage(text: string): never {
  process.stderr.write(`fuzz: ${text}\n`);
  process.exit(2);
}

function optionsOf(args: string[]): {
  seconds: number;
  seed: number;
  names: readonly string[];
  isHelp: boolean;
} {
  const string = { type: "string" } as const;
  const options = {
    seconds: string,
    target: string,
    seed: string,
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    const { values } = parseArgs({ args, options, strict: true });
    const names = values.target?.split(",") ?? TARGETS.map(({ name }) => name);
    const unknown = names.find((name) => TARGETS.every((target) => target.name !== name));
    if (unknown !== undefined) usage(`there is no target ${unknown}; see --help`);
    const numberOf = (name: "seconds" | "seed", value: string): number =>
      /^\d{1,10}$/.test(value) ? Number(value) : usage(`--${name} ${value} is not a whole number`);
    const seconds = numberOf("seconds", values.seconds ?? "60");
    const seed = numberOf("seed", values.seed ?? String(Date.now() % 2 ** 31));
    return { seconds, seed, names, isHelp: values.help === true };
  } catch (error) {
    return usage((error as Error).message);
  }
}

function keep({ target, octets, fault }: Finding): void {
  const directory = join(FOUND, target);
  mkdirSync(directory, { recursive: true });
  const digest = createHash("sha256").update(octets).digest("hex").slice(0, 12);
  const file = join(directory, `${digest}.bin`);
  writeFileSync(file, octets);
  process.stdout.write(`${target}: ${fault}\n  ${octets.length} octets in ${relative(ROOT, file)}\n`);
}

const { seconds, seed, names, isHelp } = optionsOf(process.argv.slice(2));
if (isHelp) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const ending = new AbortController();
process.once("SIGINT", () => {
  ending.abort();
});
process.stdout.write(`seed ${seed}\n`);

const fuzzers = new Map(
  TARGETS.filter(({ name }) => names.includes(name)).map((target) => [target.name, new Fuzzer(target, seed)]),
);
const end = seconds === 0 ? Infinity : performance.now() + seconds * 1_000;
let reportAt = performance.now() + REPORT_MS;
let found = 0;
const runsText = (): string => [...fuzzers].map(([name, { runs }]) => `${name} ${runs}`).join(", ");
while (!ending.signal.aborted && performance.now() < end) {
  for (const fuzzer of fuzzers.values()) {
    const turnEnd = Math.min(performance.now() + TURN_MS, end);
    while (performance.now() < turnEnd) {
      const finding = fuzzer.next();
      if (finding === undefined) continue;
      found += 1;
      keep(finding);
    }
  }
  if (performance.now() >= reportAt) {
    process.stdout.write(`${runsText()}\n`);
    reportAt += REPORT_MS;
  }
  // Ctrl-C is heard between turns.
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(`${runsText()}\n${found} found\n`);
process.exit(found === 0 ? 0 : 1);
