import { dirname, resolve } from "node:path";
import { isIP, isIPv4 } from "node:net";
import { Ajv, type ErrorObject } from "ajv";
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node, type Pair } from "yaml";
import { buildConfig, type RawConfig } from "./build.ts";
import type { ConfigResult, Fault } from "./config.ts";
import { nearest } from "./nearest.ts";
import { CONFIG_SCHEMA } from "./schema.ts";

type Path = readonly (string | number)[];

/** Keys of the design that this version does not act on: silence about them would be a lie. */
const LATER: Readonly<Record<string, string>> = {
  peers: "calls to a trunk are not placed yet",
  limits: "limits are not enforced yet",
  match: "trunks that share a source are told apart by listener only",
  to: "calls are not routed to trunks yet",
  control: "calls are not controlled from outside yet",
  rtpengines: "media is echoed here, no rtpengine is used yet",
  inbound: "numbers are read as E.164 and national by ISUP or country",
  outbound: "calls to a trunk are not placed yet",
};

/** `${env:NAME}` and `${file:/path}`; undefined where there is no such thing. */
export type Substitute = (kind: "env" | "file", name: string) => string | undefined;

interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

const validate = new Ajv({ allErrors: true, strict: false, verbose: true }).compile(CONFIG_SCHEMA);

/** Checks a configuration text; all faults at once, in the order of the file. */
export function checkConfig(text: string, file: string, substitute: Substitute): ConfigResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source: Source = { file, document, lines };
  if (document.errors.length > 0) {
    return {
      ok: false,
      faults: document.errors.map((error) => faultAt(source, error.pos[0], "", error.message)),
    };
  }
  const faults: Fault[] = [];
  const raw = substituted(
    document.toJS(),
    [],
    (path, message) => faults.push(faultOf(source, path, message)),
    substitute,
  );
  if (!validate(raw)) faults.push(...schemaFaults(source, validate.errors ?? []));
  else
    crossCheck(raw as RawConfig, (path, message, near) => faults.push(faultOf(source, path, message, near)));
  if (faults.length > 0) {
    faults.sort((a, b) => a.line - b.line || a.column - b.column);
    return { ok: false, faults };
  }
  const config = buildConfig(raw as RawConfig, (directory) => resolve(dirname(file), directory));
  return { ok: true, config: deepFreeze(config) };
}

const REFERENCE = /\$\{(env|file):([^}]+)\}/g;

function substituted(
  value: unknown,
  path: Path,
  fault: (path: Path, message: string) => void,
  substitute: Substitute,
): unknown {
  if (typeof value === "string") {
    return value.replace(REFERENCE, (whole, kind: "env" | "file", name: string) => {
      const found = substitute(kind, name);
      if (found === undefined)
        fault(
          path,
          kind === "env" ? `environment variable ${name} is not set` : `file ${name} cannot be read`,
        );
      return found ?? whole;
    });
  }
  if (Array.isArray(value))
    return value.map((each, index) => substituted(each, [...path, index], fault, substitute));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, substituted(each, [...path, key], fault, substitute)]),
  );
}

/** An `anyOf` reports each branch that did not fit: only what helps is kept. */
function schemaFaults(source: Source, errors: readonly ErrorObject[]): Fault[] {
  const faults: Fault[] = [];
  for (const error of errors) {
    const path = pathOf(source, error.instancePath);
    if (error.keyword === "anyOf") continue;
    const isBranch = error.schemaPath.includes("/anyOf/");
    // Of the branches the one of the same kind of value speaks.
    if (isBranch && (error.keyword === "type" || error.keyword === "const") && typeof error.data === "object")
      continue;
    if (
      isBranch &&
      error.keyword === "type" &&
      errors.some(
        (other) =>
          other !== error &&
          other.instancePath === error.instancePath &&
          other.keyword !== "type" &&
          other.keyword !== "anyOf",
      )
    )
      continue;
    faults.push(schemaFault(source, path, error));
  }
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const key = `${fault.path} ${fault.message}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function schemaFault(source: Source, path: Path, error: ErrorObject): Fault {
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const known = Object.keys(
        (error.parentSchema as { properties?: object } | undefined)?.properties ?? {},
      );
      const later = LATER[key];
      if (later !== undefined)
        return faultOf(source, [...path, key], `not supported yet: ${later}`, undefined, true);
      return faultOf(source, [...path, key], "unknown key", nearest(key, known), true);
    }
    case "required":
      return faultOf(source, path, `${String(params["missingProperty"])} is missing`);
    case "enum": {
      const allowed = params["allowedValues"] as unknown[];
      const message = `${JSON.stringify(error.data)} is none of ${allowed.join(", ")}`;
      return faultOf(
        source,
        path,
        transportHint(path, error.data) ?? message,
        nearest(String(error.data), allowed.map(String)),
      );
    }
    case "const":
      return faultOf(
        source,
        path,
        `${JSON.stringify(error.data)} must be ${JSON.stringify(params["allowedValue"])}`,
      );
    case "pattern":
      return faultOf(
        source,
        path,
        `${JSON.stringify(error.data)} has not the form that is wanted: ${descriptionOf(error)}`,
      );
    case "type":
      return faultOf(source, path, `${JSON.stringify(error.data)} must be ${String(params["type"])}`);
    default:
      return faultOf(source, path, error.message ?? error.keyword);
  }
}

function transportHint(path: Path, value: unknown): string | undefined {
  if (path.at(-1) !== "transport") return undefined;
  if (value === "sctp") return "sctp: the runtime has no SCTP socket; use udp";
  return typeof value === "string" && ["tcp", "tls", "ws", "wss"].includes(value)
    ? `${value} is not supported yet; use udp`
    : undefined;
}

function descriptionOf(error: ErrorObject): string {
  const schema = error.parentSchema as { description?: string; pattern?: string } | undefined;
  return schema?.description ?? schema?.pattern ?? "";
}

type Report = (path: Path, message: string, near?: string) => void;

/** What a schema cannot say: names that must exist, ids that must differ, numbers that must fit each other. */
function crossCheck(raw: RawConfig, report: Report): void {
  const listeners = raw.listen.map(({ id }) => id);
  const trunks = raw.trunks.map(({ id }) => id);
  unique(listeners, "listen", report);
  unique(trunks, "trunks", report);
  unique(
    raw.routes.map(({ id }) => id),
    "routes",
    report,
  );
  raw.listen.forEach((listen, index) => {
    const { host, port } = hostPort(listen.address);
    if (isIP(host) === 0) report(["listen", index, "address"], `${host} is no IP address`);
    if (port > 65_535) report(["listen", index, "address"], `${port} is no port`);
    if ((host === "0.0.0.0" || host === "::") && listen.advertise === undefined) {
      report(["listen", index, "address"], `${host} says nothing to a peer: advertise is missing`);
    }
  });
  raw.trunks.forEach((trunk, index) => {
    if (trunk.listener !== undefined && !listeners.includes(trunk.listener)) {
      report(
        ["trunks", index, "listener"],
        `there is no listener ${trunk.listener}`,
        nearest(trunk.listener, listeners),
      );
    }
    trunk.sources.forEach((text, at) => {
      const fault = sourceFault(text);
      if (fault !== undefined) report(["trunks", index, "sources", at], fault);
      const earlier = raw.trunks
        .slice(0, index)
        .find((other) => other.listener === trunk.listener && other.sources.includes(text));
      if (earlier !== undefined)
        report(["trunks", index, "sources", at], `${text} belongs to trunk ${earlier.id} already`);
    });
  });
  raw.routes.forEach((route, index) => {
    const name = route.when?.trunk;
    if (name !== undefined && !trunks.includes(name)) {
      report(["routes", index, "when", "trunk"], `there is no trunk ${name}`, nearest(name, trunks));
    }
    const actions = (["answer", "reject"] as const).filter((key) => route[key] !== undefined);
    if (actions.length !== 1) report(["routes", index], "a route has one action: answer or reject");
  });
  const [first = 0, last = 0] = (raw.media?.ports ?? "20000-20999").split("-").map(Number);
  if (first < 1_024 || last > 65_535 || last - first < 1)
    report(["media", "ports"], `${first}-${last} is no range of ports`);
}

function unique(ids: readonly string[], list: string, report: Report): void {
  ids.forEach((id, index) => {
    if (ids.indexOf(id) < index) report([list, index, "id"], `${id} is used twice`);
  });
}

function sourceFault(source: string): string | undefined {
  const [address = "", prefix, ...rest] = source.split("/");
  const family = isIP(address);
  if (rest.length > 0) return `${source} is no network`;
  if (family === 0) {
    if (prefix !== undefined || /^[0-9.]+$/.test(address))
      return `${source} is neither an address, a network nor a name`;
    return undefined;
  }
  const longest = isIPv4(address) ? 32 : 128;
  return prefix !== undefined && Number(prefix) > longest
    ? `/${prefix}: the longest prefix is /${longest}`
    : undefined;
}

export function hostPort(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(text.slice(colon + 1)) };
}

function pathOf(source: Source, pointer: string): Path {
  const steps = pointer.split("/").slice(1);
  return steps.map((step) =>
    /^[0-9]+$/.test(step) && source.document.contents !== null ? Number(step) : step,
  );
}

function faultOf(source: Source, path: Path, message: string, near?: string, isKey = false): Fault {
  return faultAt(source, offsetOf(source, path, isKey), pathText(path), message, near);
}

function faultAt(source: Source, offset: number, path: string, message: string, near?: string): Fault {
  const { line, col } = source.lines.linePos(offset);
  return {
    file: source.file,
    line: Math.max(1, line),
    column: Math.max(1, col),
    path,
    message,
    nearest: near,
  };
}

function offsetOf(source: Source, path: Path, isKey: boolean): number {
  if (isKey) {
    const parent: unknown =
      path.length === 1 ? source.document.contents : source.document.getIn(path.slice(0, -1), true);
    if (isMap(parent)) {
      const pair = parent.items.find((item: Pair) => isScalar(item.key) && item.key.value === path.at(-1));
      const range = (pair?.key as Node | undefined)?.range;
      if (range !== undefined && range !== null) return range[0];
    }
  }
  for (let length = path.length; length >= 0; length--) {
    const node: unknown =
      length === 0 ? source.document.contents : source.document.getIn(path.slice(0, length), true);
    const range = (node as Node | null | undefined)?.range;
    if (range !== undefined && range !== null) return range[0];
  }
  return 0;
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
