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
  Q1912_5,
  RFC3398,
  withOverrides,
  type CauseOverrides,
  type CauseProfile,
  type CauseRow,
  type CauseSource,
  type Evidence,
  type RequestDefault,
  type SourceOrder,
  type StatusRow,
} from "./cause-profiles.ts";
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
  RFC3398_RULES,
  statusFromCause,
  type CauseDecision,
  type CauseRules,
  type CauseSources,
  type ReasonRule,
  type StatusDecision,
} from "./causes.ts";
// Numbers and who they belong to
export {
  callingPartyNumberFrom,
  identityHeadersFrom,
  isAnonymous,
  isCallerHidden,
  type CallerNumber,
  type CallerOptions,
  type IdentityHeaders,
  type IdentityOptions,
} from "./caller-identity.ts";
export {
  addressFromE164,
  addressFromUri,
  e164FromNumber,
  isSameNumber,
  numberFromUri,
  uriFromNumber,
  type IsupAddress,
  type NumberPlan,
  type SubscriberParams,
  type UriNumber,
} from "./numbers.ts";
export {
  diversionFrom,
  divertedFromDiversion,
  divertedFromHistoryInfo,
  divertedFromIam,
  historyInfoFrom,
  reasonFromDiversion,
  REDIRECTING_REASONS,
  redirectionParameters,
  type Diverted,
  type RedirectingReason,
} from "./redirections.ts";
export { categoryFrom } from "./categories.ts";
export { hopCounterFrom } from "./hop-counter.ts";
export { PORTED_NUMBER_FORMS, type PortedNumberForm } from "./called-number.ts";
export { routingNumbersOf, type RoutingNumbers } from "./routing-numbers.ts";
// Messages of one side from those of the other
export { bearerParameters, encodingsFrom } from "./bearer.ts";
export {
  holdFrom,
  holdFromCpg,
  inBandAcm,
  messagesFrom18x,
  progressFromAcm,
  progressFromCpg,
  type Progress,
} from "./call-progress.ts";
export { iamFromInvite, type IamOptions, type IamResult } from "./iam-from-invite.ts";
export { inviteFromIam, type InviteOptions, type InviteParts, type InviteResult } from "./invite-from-iam.ts";
export {
  reasonHeadersFrom,
  relFromRequest,
  relFromResponse,
  responseFromCause,
  responseFromRel,
  warningCodesOf,
  type FinalResponse,
  type FinalResponseOptions,
  type ReleaseDecision,
} from "./release.ts";
export { userToUserFromHeaders, userToUserHeaderFrom } from "./user-to-user.ts";
// Calls
export { isCircuitMessage } from "./circuit-messages.ts";
export {
  verdictOnDigits,
  type CollectionTimer,
  type DigitCollectionOptions,
  type DigitsVerdict,
} from "./digit-collection.ts";
export {
  collectSegments,
  T34_MS,
  withoutSegment,
  type SegmentStep,
  type SegmentWait,
} from "./segment-collection.ts";
export { INFOS_MAX, nextInfo, queueInfo, type InfoQueue, type InfoStep } from "./info-queue.ts";
export type {
  FailedInvite,
  IsupToSipInput,
  IsupToSipOptions,
  IsupToSipOutput,
  IsupToSipState,
  IsupToSipStep,
  IsupToSipTimer,
} from "./isup-to-sip-call.ts";
export { ISUP_TO_SIP_IDLE, stepIsupToSip } from "./isup-to-sip-machine.ts";
export {
  SIP_TO_ISUP_IDLE,
  stepSipToIsup,
  type SipToIsupInput,
  type SipToIsupOptions,
  type SipToIsupOutput,
  type SipToIsupState,
  type SipToIsupStep,
  type SipToIsupTimer,
} from "./sip-to-isup-machine.ts";
export { parseReason, reasonHeader, type Reason } from "./reason.ts";
