export { acmFrom18x, anmFrom200, causeForRel, iamFrom, relFromCause, rlc, type IamParts } from "./answers.ts";
export {
  ACCEPTED_TYPES,
  buildBody,
  NESTING_MAX,
  readBody,
  type BodyOptions,
  type BodyProblem,
  type BodyResult,
  type BodyToBuild,
  type BuiltBody,
  type Handling,
  type IsupPart,
  type SipBody,
} from "./bodies.ts";
export {
  CAUSE_FROM_STATUS,
  CAUSE_FROM_STATUS_DEFAULT,
  STATUS_FROM_ANSI_CAUSE,
  STATUS_FROM_CAUSE,
  STATUS_FROM_CAUSE_DEFAULT,
} from "./cause-tables.ts";
export {
  causeFromStatus,
  causeOfRequest,
  causeOfResponse,
  q850Reason,
  statusFromCause,
  type CauseDecision,
  type StatusDecision,
} from "./causes.ts";
export { e164FromNumber, numberFromUri, type UriNumber } from "./numbers.ts";
export { parseReason, reasonHeader, type Reason } from "./reason.ts";
