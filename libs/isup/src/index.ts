export { CODING_STANDARDS, LOCATIONS, q850Cause, type Location, type Q850CauseInfo } from "./causes.ts";
export {
  decodeIsup,
  editIsup,
  encodeIsup,
  ISUP_OCTETS_MAX,
  isupMessage,
  type IsupError,
  type IsupMessage,
  type IsupResult,
  type IsupWarning,
  type IsupWarningCode,
  type RawParameter,
} from "./codec.ts";
export { describeIsup } from "./describe.ts";
export { hexOf, isupToJson, octetsOfHex, type IsupJson } from "./json.ts";
export { ITU_MESSAGES, VARIANTS, variantOf, type IsupVariant, type MessageType } from "./messages.ts";
export { isupNumber, type IsupNumber } from "./number-codec.ts";
export {
  causeIndicatorsOf,
  type BackwardCallIndicators,
  type CauseIndicators,
  type EventInformation,
  type GenericNumber,
  type NamedValue,
  type OctetsValue,
  type RedirectionInformation,
} from "./parameter-codecs.ts";
export { PARAMETERS, parameterName, type ParameterName, type Parameters } from "./parameters.ts";
