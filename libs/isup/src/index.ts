// Codec
export { editIsup, isupMessage, type ParameterChanges } from "./build.ts";
export { decodeIsup, encodeIsup } from "./decode.ts";
export {
  ISUP_OCTETS_MAX,
  type IsupError,
  type IsupMessage,
  type IsupMessageOf,
  type IsupResult,
  type IsupWarning,
  type IsupWarningCode,
  type ParametersOf,
  type RawParameter,
} from "./message.ts";
// For people and for events
export { describeIsup } from "./describe.ts";
export { hexOf, isupToJson, octetsOfHex, type IsupJson } from "./json.ts";
// Values of parameters
export type { NamedValue, OctetsValue } from "./fields.ts";
export type { BackwardCallIndicators, EventInformation, RedirectionInformation } from "./indicators.ts";
export { isupNumber, type Digits, type IsupNumber } from "./number-codec.ts";
export {
  causeIndicatorsOf,
  type CauseIndicators,
  type GenericNumber,
  type RangeAndStatus,
  type UserServiceInformation,
} from "./parameter-codecs.ts";
// Tables
export { CODING_STANDARDS, LOCATIONS, q850Cause, type Location, type Q850CauseInfo } from "./causes.ts";
export {
  ANSI_MESSAGES,
  familyOf,
  ITU_MESSAGES,
  VARIANTS,
  variantOf,
  type IsupFamily,
  type IsupVariant,
  type MessageLayout,
  type MessageType,
} from "./messages.ts";
export {
  ANSI_PARAMETERS,
  PARAMETERS,
  parameterName,
  type ParameterName,
  type Parameters,
} from "./parameters.ts";
