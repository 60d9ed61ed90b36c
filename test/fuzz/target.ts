/** Something that takes octets of strangers. */
export interface FuzzTarget {
  readonly name: string;
  /** Good and bad messages to begin with. */
  readonly seeds: () => readonly Uint8Array[];
  /** What is wrong with how these octets are taken; undefined where nothing is. A throw is a fault, too. */
  readonly check: (octets: Uint8Array) => string | undefined;
}

/** The fault that a target has with these octets, thrown or told. */
export function faultOf({ check }: FuzzTarget, octets: Uint8Array): string | undefined {
  try {
    return check(octets);
  } catch (error) {
    return `throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
}
