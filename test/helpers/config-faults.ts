import { checkConfig } from "../../apps/edge/src/config/check.ts";
import { faultLine } from "../../apps/edge/src/config/config.ts";
import type { Lookup } from "../../apps/edge/src/config/references.ts";

export const SECRET = "hunter2";

const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOST: "192.0.2.7",
  SECRET,
  EMPTY: "",
  NESTED: "${env:SECRET}",
};

export const lookup: Lookup = (kind, name) =>
  kind === "env" ? ENVIRONMENT[name] : name === "secret.txt" ? SECRET : undefined;

/** `line:column: what is wrong` for each fault, as `tandem check` prints it behind the file's name. */
export function faultsOf(text: string): readonly string[] {
  const result = checkConfig(text, "f", lookup);
  return result.ok ? [] : result.faults.map((fault) => faultLine(fault).slice("f:".length));
}

const LISTEN = "listen: [{ transport: udp, address: 127.0.0.1:5060 }]";
const TRUNKS = "trunks: [{ id: acme, sources: [192.0.2.1] }]";
const ROUTES = "routes: [{ answer: echo }]";

/** A good file of four lines, with lines in the place of its own or behind them (from line 5 on). */
export function configFile(
  lines: { listen?: string; trunks?: string; routes?: string; more?: string; version?: string } = {},
): string {
  const { version = "version: 1", listen = LISTEN, trunks = TRUNKS, routes = ROUTES, more = "" } = lines;
  return `${[version, listen, trunks, routes].join("\n")}\n${more}`;
}

/** A name, the text of a file, and its faults to the letter (or a matcher where a message is the parser's own). */
export type FaultRow = readonly [name: string, text: string, faults: readonly unknown[]];
