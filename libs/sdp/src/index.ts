export {
  makeAnswer,
  makeOffer,
  newOfferAnswer,
  receiveAnswer,
  receiveOffer,
  rejectOffer,
  type LocalAudio,
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
