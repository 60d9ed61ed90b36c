import { decodeContent } from "../parameter-row.ts";
import type { ParameterInputs, ParameterName } from "../parameters.ts";
import type { MessageType } from "../messages.ts";
import { variantTables, type IsupVariant, type MessageReader, type ParameterReader } from "../variants.ts";

/** Repeatable random numbers: the same seed, the same messages. */
export class SeededOctets {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to `below` - 1. */
  below(below: number): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  octets(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new RangeError("nothing to pick from");
    return picked;
  }
}

/** A message to encode: its type and typed values, of the variant. */
export interface RandomMessage {
  readonly messageType: MessageType;
  readonly variant: IsupVariant;
  readonly parameters: ParameterInputs;
}

/** Octets that a parameter has beyond those it must have, at most. */
const MORE_OCTETS_MAX = 12;

/** A typed value of a parameter: random content, decoded. `length` is that of a mandatory fixed one. */
export function randomValue(reader: ParameterReader, random: SeededOctets, length?: number): object {
  const octets = random.octets(length ?? reader.part.least + random.below(MORE_OCTETS_MAX));
  return decodeContent(reader.part, octets);
}

/** A message of that type with its mandatory parameters and those optional ones. */
export function randomMessage(
  message: MessageReader,
  variant: IsupVariant,
  optional: readonly ParameterName[],
  random: SeededOctets,
): RandomMessage {
  const { parametersByName } = variantTables(variant);
  const parameters: Record<string, unknown> = {};
  for (const { reader, length } of message.fixed)
    parameters[reader.name] = randomValue(reader, random, length);
  for (const reader of message.variable) parameters[reader.name] = randomValue(reader, random);
  for (const name of message.hasOptional ? optional : []) {
    const reader = parametersByName.get(name);
    if (reader === undefined || name in parameters) continue;
    parameters[name] = reader.isRepeated
      ? Array.from({ length: 1 + random.below(3) }, () => randomValue(reader, random))
      : randomValue(reader, random);
  }
  // Each value is that of the row whose name it stands under.
  return { messageType: message.messageType, variant, parameters };
}

/** The message types of a variant whose layout is known, and the parameters that it has a code for. */
export function vocabularyOf(variant: IsupVariant): {
  readonly messages: readonly MessageReader[];
  readonly parameters: readonly ParameterReader[];
} {
  const { messagesByCode, parametersByCode } = variantTables(variant);
  return {
    messages: messagesByCode.filter(
      (reader) => reader !== undefined && reader.isOpaque !== true,
    ) as MessageReader[],
    parameters: parametersByCode.filter((reader) => reader !== undefined),
  };
}
