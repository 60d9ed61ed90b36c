// Codec
export { editIsup, isupMessage, isupOctets, type ParameterChanges, type RawInput } from "./build.ts";
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
// Procedures
export {
  evaluateCompatibility,
  type CompatibilityDecision,
  type CompatibilityOptions,
} from "./compatibility.ts";
export { announcesSegment, reassembleIsup, SEGMENT_OCTETS_MAX, segmentIsup } from "./segmentation.ts";
// For people and for events
export { describeIsup } from "./describe.ts";
export { hexOf, octetsOfHex } from "./hex.ts";
export { isupFromJson, isupToJson, parametersToJson, type IsupJson, type IsupJsonResult } from "./json.ts";
export { partsOfIsup, type IsupPart } from "./tree.ts";
// Values of parameters
export { causeIndicatorsOf, type CauseIndicators } from "./cause-indicators.ts";
export type { Digits } from "./digits.ts";
export type { NamedValue } from "./fields.ts";
export { isupNumber, type IsupNumber } from "./numbers.ts";
export type { OctetsValue } from "./octet-fields.ts";
export type { FieldInfo } from "./parts.ts";
// Tables
export { CALLING_PARTYS_CATEGORY } from "./names.ts";
export { CODING_STANDARDS, LOCATIONS, q850Cause, type Location, type Q850CauseInfo } from "./causes.ts";
export { ANSI_MESSAGES, ITU_MESSAGES, type MessageLayout, type MessageType } from "./messages.ts";
export { ANSI_PARAMETERS } from "./parameters-ansi.ts";
export { PARAMETERS } from "./parameters-itu.ts";
export {
  PARAMETER_ROWS,
  type BackwardCallIndicators,
  type ParameterInput,
  type ParameterInputs,
  type ParameterName,
  type Parameters,
} from "./parameters.ts";
export {
  familyOf,
  layoutOf,
  parameterName,
  VARIANTS,
  variantOf,
  variantTables,
  type IsupFamily,
  type IsupVariant,
} from "./variants.ts";
