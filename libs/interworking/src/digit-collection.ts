/** How many digits a number has, and how long more are waited for (RFC 3578 §2). */
export interface DigitCollectionOptions {
  /** Fewest called digits worth a set-up; with 0 every number is taken as complete (RFC 3578 §3). */
  readonly digitsMin?: number;
  /** From so many digits on the number is complete. */
  readonly digitsMax?: number;
  /** 4 to 6 s (Q.764 table A.1). */
  readonly T10Ms?: number;
  /** 15 to 20 s (Q.764 table A.1). */
  readonly T35Ms?: number;
}

/** Set again with every digit: T10 where the number may be complete, T35 where it cannot be. */
export type CollectionTimer = "T10" | "T35";

export type DigitsVerdict =
  | { readonly type: "complete" }
  | { readonly type: "wait"; readonly timer: CollectionTimer; readonly forMs: number };

const DEFAULTS = { T10Ms: 5_000, T35Ms: 15_000 };

/** Whether so many digits are a number: enough, or ST, yes; enough perhaps: T10; too few: T35 (RFC 3578 §2.1, §2.2). */
export function verdictOnDigits(
  count: number,
  hasSt: boolean,
  options: DigitCollectionOptions,
): DigitsVerdict {
  const { digitsMin = 0, digitsMax = Infinity, T10Ms = DEFAULTS.T10Ms, T35Ms = DEFAULTS.T35Ms } = options;
  if (hasSt || digitsMin === 0 || count >= digitsMax) return { type: "complete" };
  return count >= digitsMin
    ? { type: "wait", timer: "T10", forMs: T10Ms }
    : { type: "wait", timer: "T35", forMs: T35Ms };
}
