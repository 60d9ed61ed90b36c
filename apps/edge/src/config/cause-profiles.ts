import { Q1912_5, RFC3398, type CauseProfile } from "@tandem/interworking";

/** Tables of causes by the name a trunk, or a command, gives them. */
export const CAUSE_PROFILES = {
  rfc3398: RFC3398,
  "q1912.5": Q1912_5,
} as const satisfies Readonly<Record<string, CauseProfile>>;

export type CauseProfileName = keyof typeof CAUSE_PROFILES;

export const CAUSE_PROFILE_NAMES = Object.keys(CAUSE_PROFILES) as readonly CauseProfileName[];
