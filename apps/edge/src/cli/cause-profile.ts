import { RFC3398_RULES, type CauseRules } from "@tandem/interworking";
import { CAUSE_PROFILE_NAMES, CAUSE_PROFILES } from "../config/cause-profiles.ts";
import { nearest } from "../config/nearest.ts";
import { usage } from "./exit.ts";

export const PROFILE_HELP = `${CAUSE_PROFILE_NAMES.join(", ")} (experimental); rfc3398 by default`;

/** The rules of the profile that `--profile` names. */
export function causeRulesOf(text: string | undefined): CauseRules {
  if (text === undefined) return RFC3398_RULES;
  const name = CAUSE_PROFILE_NAMES.find((each) => each === text);
  if (name !== undefined) return { ...RFC3398_RULES, profile: CAUSE_PROFILES[name] };
  const near = nearest(text, CAUSE_PROFILE_NAMES);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw usage(`--profile ${text}: one of ${CAUSE_PROFILE_NAMES.join(", ")}${hint}`);
}
