import { existsSync, readFileSync } from "node:fs";

/** A block of a README, and what it prints where a `text` block stands right behind it. */
export interface Example {
  readonly language: string;
  readonly code: string;
  readonly output: string | undefined;
}

const BLOCK = /^```(\w+)\n(.*?)^```$(?:\n+```text\n(.*?)^```$)?/gms;

/** None where there is no README: that is a fault of its own, which a test of its own finds. */
export function examplesOf(readme: string): readonly Example[] {
  if (!existsSync(readme)) return [];
  return [...readFileSync(readme, "utf8").matchAll(BLOCK)].map(([, language = "", code = "", output]) => ({
    language,
    code,
    output,
  }));
}

/** The example of a library or application: its first block of TypeScript is a whole program. */
export function programOf(readme: string): Example | undefined {
  return examplesOf(readme).find(({ language }) => language === "ts");
}

/** What is printed, as a pattern: `…` stands for what differs from run to run. */
export function patternOf(output: string): RegExp {
  const escaped = output.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("…", "[^\\n]*")}$`);
}
