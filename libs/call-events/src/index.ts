export { newCallId } from "./call-id.ts";
export {
  callEventRecord,
  gatewayEventRecord,
  timestamp,
  type CallEventParts,
  type EventRecord,
  type EventSource,
  type EventType,
  type GatewayEventParts,
} from "./event-record.ts";
export type {
  CallAnswered,
  CallCommon,
  CallEventOmitted,
  CallIncoming,
  CallIsup,
  CallReleased,
  CallRinging,
  CallStateName,
  CallTimes,
  Cause,
  CauseClass,
  CauseMapping,
  Direction,
  EventData,
  FinalState,
  GatewayDeliveryUncertain,
  GatewayJournalDegraded,
  Isup,
  IsupCause,
  NumberSource,
  PartyNumber,
  Presentation,
  Q850Cause,
  Redirection,
  Screening,
  Side,
  SipDialog,
  SipSource,
  SipStatus,
} from "./generated/events.ts";
export { EVENT_SCHEMAS } from "./generated/schemas.ts";
export { murmur2, partitionOf } from "./partition.ts";
export {
  isEventType,
  readEvent,
  structuredEvent,
  type KafkaRecord,
  type ReadResult,
  type TandemEvent,
} from "./read-event.ts";
export { DEFAULT_TOPIC_PREFIX, topicsOf, type Topics } from "./topics.ts";
