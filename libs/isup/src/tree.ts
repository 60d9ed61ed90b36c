import type { IsupMessage } from "./message.ts";
import type { ParameterName } from "./parameters.ts";
import { layoutOf } from "./variants.ts";

/** A run of octets of a message, as a trace shows them. Together, in order, they are the whole message. */
export interface IsupPart {
  readonly kind: "type" | "fixed" | "pointer" | "variable" | "optional" | "end" | "gap" | "trailing";
  /** Octets from the message type code on. */
  readonly offset: number;
  readonly length: number;
  readonly octets: Uint8Array;
  /** Parameters: name, and where the content begins behind code and length. */
  readonly name?: ParameterName;
  readonly code?: number;
  readonly contentOffset?: number;
  /** Pointers: where it leads; undefined for one that is 0. */
  readonly target?: number;
}

/** A message by its octets: type code, parameters, pointers, end of the optional part, what lies between and behind. */
export function partsOfIsup(message: IsupMessage): readonly IsupPart[] {
  const { octets, raw, trailing, messageType, variant } = message;
  const found: IsupPart[] = [];
  const add = (part: Omit<IsupPart, "octets">): void => {
    found.push({ ...part, octets: octets.subarray(part.offset, part.offset + part.length) });
  };
  add({ kind: "type", offset: 0, length: 1 });
  for (const { part, name, code, offset, octets: content } of raw) {
    const header = { fixed: 0, variable: 1, optional: 2 }[part];
    add({
      kind: part,
      offset: offset - header,
      length: content.length + header,
      ...(name !== undefined && { name }),
      code,
      contentOffset: offset,
    });
  }
  const end = octets.length - trailing.length;
  const layout = messageType === "unknown" ? undefined : layoutOf(messageType, variant);
  if (layout !== undefined && layout.isOpaque !== true) {
    const pointersAt = 1 + layout.fixed.reduce((sum, [, length]) => sum + length, 0);
    const count = layout.variable.length + (layout.hasOptional ? 1 : 0);
    for (let at = pointersAt; at < Math.min(pointersAt + count, end); at++) {
      if (found.some(({ offset, length }) => at >= offset && at < offset + length)) break;
      const pointer = octets[at] ?? 0;
      add({ kind: "pointer", offset: at, length: 1, ...(pointer > 0 && { target: at + pointer }) });
    }
    const last = raw.findLast(({ part }) => part === "optional");
    const endAt = last && last.offset + last.octets.length;
    if (endAt !== undefined && endAt < end && octets[endAt] === 0)
      add({ kind: "end", offset: endAt, length: 1 });
  }
  if (trailing.length > 0) add({ kind: "trailing", offset: end, length: trailing.length });
  found.sort((a, b) => a.offset - b.offset || a.length - b.length);
  return withGaps(found, octets);
}

function withGaps(parts: readonly IsupPart[], octets: Uint8Array): readonly IsupPart[] {
  const whole: IsupPart[] = [];
  let at = 0;
  const gapTo = (offset: number): void => {
    if (offset <= at) return;
    whole.push({ kind: "gap", offset: at, length: offset - at, octets: octets.subarray(at, offset) });
  };
  for (const part of parts) {
    gapTo(part.offset);
    whole.push(part);
    at = Math.max(at, part.offset + part.length);
  }
  gapTo(octets.length);
  return whole;
}
