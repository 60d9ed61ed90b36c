import type { Cause } from "@tandem/call-events";

type CauseClass = Cause["class"];

/** Classes of what is not the default of its range; Q.850 (05/1998) §2.2.7 groups values by class of eight. */
const BY_VALUE: Readonly<Record<number, CauseClass>> = {
  1: "invalidNumber",
  2: "invalidNumber",
  3: "invalidNumber",
  5: "invalidNumber",
  14: "invalidNumber",
  17: "busy",
  18: "noAnswer",
  19: "noAnswer",
  20: "noAnswer",
  21: "rejected",
  22: "invalidNumber",
  24: "rejected",
  25: "networkFailure",
  26: "invalidNumber",
  27: "networkFailure",
  28: "invalidNumber",
  29: "rejected",
  38: "networkFailure",
  41: "networkFailure",
  88: "media",
  102: "timeout",
};

/** What kind of end a Q.850 cause value is, for those who do not read cause values. */
export function classOfCause(value: number): CauseClass {
  const known = BY_VALUE[value];
  if (known !== undefined) return known;
  if (value < 32) return "normal";
  if (value < 48) return "congestion";
  if (value < 64) return "policy";
  if (value < 80) return "media";
  return value < 96 ? "policy" : "networkFailure";
}
