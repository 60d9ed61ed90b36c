import {
  makeAnswer,
  makeOffer,
  newOfferAnswer,
  receiveAnswer,
  receiveOffer,
  type LocalAudio,
  type NegotiatedAudio,
  type OfferAnswer,
  type OfferAnswerError,
  type OfferAnswerResult,
} from "@tandem/sdp";
import type { Responder, SipRequest } from "@tandem/sip";
import { contentOf, readContent } from "./profile.ts";

export type Described =
  | { readonly ok: true; readonly sdp: string }
  | { readonly ok: false; readonly status: 400 | 488 | 491; readonly message: string };

/** Offer and answer of one call's audio (RFC 3264), with the state kept. */
export class AudioSession {
  readonly #local: LocalAudio;
  #state: OfferAnswer;

  constructor(local: LocalAudio, sessionId: string) {
    this.#local = local;
    this.#state = newOfferAnswer(sessionId);
  }

  get audio(): NegotiatedAudio | undefined {
    return this.#state.audio;
  }

  offer(): Described {
    return this.#described(makeOffer(this.#state, this.#local));
  }

  /** What is wrong with the answer, where something is. */
  acceptAnswer(sdp: string | undefined): string | undefined {
    if (sdp === undefined) return "the answer has no SDP";
    const received = receiveAnswer(this.#state, sdp, this.#local);
    if (!received.ok) return received.error.message;
    this.#state = received.state;
    return undefined;
  }

  /** The answer to an offer of ours in a 2xx comes with its ACK (RFC 3261 §13.2.1); the fault, where it is none. */
  receiveAck(ack: SipRequest): string | undefined {
    return this.#state.phase === "localOffer" ? this.acceptAnswer(readContent(ack)?.sdp) : undefined;
  }

  answer(offer: string): Described {
    const received = receiveOffer(this.#state, offer);
    return received.ok ? this.#described(makeAnswer(received.state, this.#local)) : refused(received.error);
  }

  /** A re-INVITE: answered like the first one, the session stays where it is (RFC 3261 §14.2). */
  answerReinvite(request: SipRequest, respond: Responder): void {
    const offer = readContent(request)?.sdp;
    const described = offer === undefined ? this.offer() : this.answer(offer);
    if (described.ok) respond({ status: 200, ...contentOf(undefined, { sdp: described.sdp }) });
    else respond({ status: described.status });
  }

  #described(result: OfferAnswerResult<{ readonly text: string }>): Described {
    if (!result.ok) return refused(result.error);
    this.#state = result.state;
    return { ok: true, sdp: result.text };
  }
}

const STATUS: Readonly<Record<OfferAnswerError, 400 | 488 | 491>> = {
  "bad-sdp": 400,
  "nothing-acceptable": 488,
  "wrong-phase": 491,
};

function refused({ code, message }: { code: OfferAnswerError; message: string }): Described {
  return { ok: false, status: STATUS[code], message };
}
