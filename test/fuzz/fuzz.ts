import { SeededOctets } from "@tandem/isup/testing";
import { ISUP_TARGETS } from "./isup-targets.ts";
import { mutated, smallest } from "./mutate.ts";
import { SIP_TARGETS } from "./sip-targets.ts";
import { faultOf, type FuzzTarget } from "./target.ts";

export const TARGETS: readonly FuzzTarget[] = [...SIP_TARGETS, ...ISUP_TARGETS];

/** A fault that was found, with as few octets as show it. */
export interface Finding {
  readonly target: string;
  readonly octets: Uint8Array;
  readonly fault: string;
}

/** What tells one fault from another: its text without what differs from message to message. */
function kindOf(fault: string): string {
  return fault.replace(/\d+/g, "0").slice(0, 80);
}

/** Mutates the seeds of one target; the same seed gives the same octets in the same order. */
export class Fuzzer {
  readonly #target: FuzzTarget;
  readonly #random: SeededOctets;
  readonly #seeds: readonly Uint8Array[];
  /** Kinds of faults found: one example of each is enough. */
  readonly #known = new Set<string>();
  runs = 0;

  constructor(target: FuzzTarget, seed: number) {
    this.#target = target;
    this.#random = new SeededOctets(seed);
    this.#seeds = target.seeds();
  }

  /** Seeds as they are come first, then mutations without end. */
  next(): Finding | undefined {
    const seeds = this.#seeds;
    const seed = seeds[this.runs++] ?? mutated(this.#random.pick(seeds), seeds, this.#random);
    const octets = Uint8Array.from(seed);
    const fault = faultOf(this.#target, octets);
    if (fault === undefined || this.#known.has(kindOf(fault))) return undefined;
    this.#known.add(kindOf(fault));
    const isSame = (tried: Uint8Array): boolean => {
      const other = faultOf(this.#target, tried);
      return other !== undefined && kindOf(other) === kindOf(fault);
    };
    const least = smallest(octets, isSame);
    return { target: this.#target.name, octets: least, fault: faultOf(this.#target, least) ?? fault };
  }
}
