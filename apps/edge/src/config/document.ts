import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from "yaml";

export type Path = readonly (string | number)[];

/** Where something stands: both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Report = (path: Path, place: Place, message: string) => void;

/** Turns the text of a string, as written, into its value. */
export type Substitute = (text: string, fail: (message: string) => void) => string;

/** A configuration of a thousand trunks has some ten thousand nodes; more is a file of another kind, or aliases of aliases. */
const NODES_MAX = 100_000;
/** The configuration itself needs five. */
const DEPTH_MAX = 32;

/** Faults of YAML that leave the rest readable. */
const HARMLESS = new Set(["DUPLICATE_KEY", "TAG_RESOLVE_FAILED"]);

/** A file's values, plain, and where each stands. */
export interface ReadDocument {
  /** Undefined where the text is no YAML: then nothing can be said of what it holds. */
  readonly value: unknown;
  /** Whether the file holds nothing at all. */
  readonly isEmpty: boolean;
  /** Of the value at a path, or of its key; where there is no such thing, of what would hold it. */
  readonly placeOf: (path: Path, isKey?: boolean) => Place;
  /** A scalar as it is written, before anything was put in its place; undefined for maps, lists and what is not there. */
  readonly writtenAt: (path: Path) => string | undefined;
}

interface Entry {
  readonly keyOffset: number | undefined;
  readonly offset: number;
  readonly written: string | undefined;
}

interface Reading {
  readonly report: (path: Path, offset: number, message: string) => void;
  readonly substitute: Substitute;
  readonly entries: Map<string, Entry>;
  readonly anchors: Map<string, Node>;
  /** Anchored nodes that are being read: an alias to one of them would have no end. */
  readonly open: Set<Node>;
  nodes: number;
  isBeyondLimits: boolean;
}

/** Where a node is read: the path to it, and the offsets of its key and of the alias that led there. */
interface At {
  readonly path: Path;
  readonly keyOffset?: number | undefined;
  readonly aliasOffset?: number | undefined;
}

/** Reads one YAML document (1.2, core schema). All faults are reported, in any order. */
export function readDocument(text: string, substitute: Substitute, report: Report): ReadDocument {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const reading: Reading = {
    report: (path, offset, message) => {
      report(path, placeAt(offset), message);
    },
    substitute,
    entries: new Map(),
    anchors: new Map(),
    open: new Set(),
    nodes: 0,
    isBeyondLimits: false,
  };
  for (const error of [...document.errors, ...document.warnings])
    reading.report([], error.pos[0], syntaxMessage(error, text));
  const isReadable = document.errors.every(({ code }) => HARMLESS.has(code));
  const value = isReadable ? readRoot(document, reading) : undefined;
  const find = (path: Path): { readonly entry: Entry | undefined; readonly isWhole: boolean } => {
    for (let length = path.length; length >= 0; length--) {
      const entry = reading.entries.get(keyOf(path.slice(0, length)));
      if (entry !== undefined) return { entry, isWhole: length === path.length };
    }
    return { entry: undefined, isWhole: false };
  };
  return {
    value,
    isEmpty: isReadable && document.contents === null,
    placeOf: (path, isKey = false) => {
      const { entry, isWhole } = find(path);
      return placeAt((isKey && isWhole ? entry?.keyOffset : entry?.offset) ?? 0);
    },
    writtenAt: (path) => reading.entries.get(keyOf(path))?.written,
  };
}

function readRoot(document: Document, reading: Reading): unknown {
  if (document.contents === null) return undefined;
  const value = read(reading, document.contents, { path: [] });
  return reading.isBeyondLimits ? undefined : value;
}

function syntaxMessage(error: YAMLError, text: string): string {
  switch (error.code) {
    case "DUPLICATE_KEY":
      return `the key ${/^[^\s:]*/.exec(text.slice(error.pos[0]))?.[0] ?? ""} stands here for the second time`;
    case "MULTIPLE_DOCS":
      return "a second document begins here: a configuration is one";
    case "RESOURCE_EXHAUSTION":
      return "nested too deeply";
    default:
      return error.message;
  }
}

function keyOf(path: Path): string {
  return path.map((step) => `${typeof step === "number" ? "#" : "."}${step}`).join("\0");
}

function read(reading: Reading, node: Node | null, at: At): unknown {
  const { path } = at;
  const offset = offsetOf(node, at);
  if (++reading.nodes > NODES_MAX || path.length > DEPTH_MAX) {
    // Said once: whatever follows is of the same kind.
    if (!reading.isBeyondLimits)
      reading.report([], offset, path.length > DEPTH_MAX ? "nested too deeply" : "too many values");
    reading.isBeyondLimits = true;
  }
  if (reading.isBeyondLimits) return undefined;
  if (isAlias(node)) return readAlias(reading, node, at, offset);
  const written = isScalar(node) ? writtenOf(node) : undefined;
  reading.entries.set(keyOf(path), { keyOffset: at.keyOffset, offset, written });
  if (node === null) return null;
  const { anchor } = node as { readonly anchor?: string };
  if (anchor !== undefined) reading.anchors.set(anchor, node);
  if (isScalar(node)) return readScalar(reading, node, path, offset);
  reading.open.add(node);
  const value = isMap(node)
    ? readMap(reading, node, at)
    : isSeq(node)
      ? node.items.map((item, index) =>
          read(reading, item as Node | null, { path: [...path, index], aliasOffset: at.aliasOffset }),
        )
      : undefined;
  reading.open.delete(node);
  return value;
}

/** Where a value stands; of one that is left out, where its key does. */
function offsetOf(node: Node | null, { keyOffset, aliasOffset }: At): number {
  const isLeftOut = node === null || (isScalar(node) && node.source === "" && node.value === null);
  return aliasOffset ?? (isLeftOut ? keyOffset : undefined) ?? node?.range?.[0] ?? 0;
}

function readAlias(reading: Reading, alias: Alias, at: At, offset: number): unknown {
  const target = reading.anchors.get(alias.source);
  if (target !== undefined && !reading.open.has(target))
    return read(reading, target, { ...at, aliasOffset: offset });
  const message =
    target === undefined ? `there is no &${alias.source} above` : `&${alias.source} would hold itself`;
  reading.entries.set(keyOf(at.path), { keyOffset: at.keyOffset, offset, written: undefined });
  reading.report(at.path, offset, message);
  return undefined;
}

function readMap(reading: Reading, map: YAMLMap, at: At): unknown {
  const entries: [string, unknown][] = [];
  for (const pair of map.items as Pair<Node | null, Node | null>[]) {
    const keyOffset = at.aliasOffset ?? pair.key?.range?.[0] ?? map.range?.[0] ?? 0;
    if (!isScalar(pair.key)) {
      reading.report(at.path, keyOffset, "a key is one word");
      continue;
    }
    const key = writtenOf(pair.key);
    if (key === "<<") {
      reading.report(
        at.path,
        keyOffset,
        "<< is not read: write the settings out, or use an alias for all of them",
      );
      continue;
    }
    const below: At = { path: [...at.path, key], keyOffset, aliasOffset: at.aliasOffset };
    entries.push([key, read(reading, pair.value, below)]);
  }
  // Own properties, also for a key such as __proto__.
  return Object.fromEntries(entries);
}

function readScalar(reading: Reading, { value }: Scalar, path: Path, offset: number): unknown {
  if (typeof value === "string")
    return reading.substitute(value, (message) => {
      reading.report(path, offset, message);
    });
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  reading.report(path, offset, "a value is a text, a number, true or false");
  return undefined;
}

function writtenOf(scalar: Scalar): string {
  return typeof scalar.value === "string" ? scalar.value : (scalar.source ?? String(scalar.value));
}
