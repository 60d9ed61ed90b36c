export { Descriptions, type DescribedResult } from "./descriptions.ts";
export type { LocalAudio, LocalMedia, LocalStream, NegotiatedStream } from "./local-media.ts";
export {
  makeAnswer,
  makeOffer,
  newOfferAnswer,
  receiveAnswer,
  receiveForkedAnswer,
  receiveOffer,
  rejectOffer,
  withdrawOffer,
  type NegotiatedAudio,
  type OfferAnswer,
  type OfferAnswerError,
  type OfferAnswerResult,
} from "./offer-answer.ts";
export {
  parseSdp,
  SDP_LENGTH_MAX,
  type Direction,
  type Format,
  type MediaStream,
  type SdpResult,
  type SessionDescription,
} from "./session-description.ts";
