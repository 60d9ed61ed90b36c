import type { LocalAudio, LocalMedia } from "./local-media.ts";
import {
  makeAnswer,
  makeOffer,
  newOfferAnswer,
  receiveAnswer,
  receiveForkedAnswer,
  receiveOffer,
  rejectOffer,
  withdrawOffer,
  type OfferAnswer,
  type OfferAnswerError,
} from "./offer-answer.ts";
import { parseSdp, type SdpResult } from "./session-description.ts";

/** RFC 3261 §21.4.26: 488 to what is understood and not wanted, 400 to what cannot be read, 491 in between. */
const STATUS: Readonly<Record<OfferAnswerError, 400 | 488 | 491>> = {
  "bad-sdp": 400,
  "wrong-phase": 491,
  "nothing-acceptable": 488,
  "streams-moved": 488,
};

export type DescribedResult =
  | { readonly ok: true; readonly description: Uint8Array }
  | { readonly ok: false; readonly status: 400 | 488 | 491; readonly message: string };

interface ReadOffer {
  readonly octets: Uint8Array;
  readonly text: string;
  readonly parsed: SdpResult;
}

/**
 * Offer and answer of one leg with its state kept, in the form a user agent asks for them: octets in, octets out.
 * `local` is read each time, so that a leg that moves or holds says so with its next description.
 */
export class Descriptions {
  readonly #local: () => LocalMedia | LocalAudio;
  #state: OfferAnswer;
  #read: ReadOffer | undefined;

  constructor(sessionId: string, local: () => LocalMedia | LocalAudio) {
    this.#local = local;
    this.#state = newOfferAnswer(sessionId);
  }

  get state(): OfferAnswer {
    return this.#state;
  }

  makeOffer(): DescribedResult {
    return this.#take(makeOffer(this.#state, this.#local()));
  }

  /** What an offer says; it is read once, here or when it is answered. */
  read(offer: Uint8Array): SdpResult {
    return this.#reading(offer).parsed;
  }

  /** The answer, or why there is none: then all is as before. */
  makeAnswer(offer: Uint8Array): DescribedResult {
    const { text, parsed } = this.#reading(offer);
    this.#read = undefined;
    const received = receiveOffer(this.#state, text, parsed);
    if (!received.ok) return refused(received.error);
    const answered = makeAnswer(received.state, this.#local());
    if (!answered.ok) this.#state = rejectOffer(received.state);
    return this.#take(answered);
  }

  /** What is wrong with the answer, where something is. */
  takeAnswer(answer: Uint8Array): string | undefined {
    const text = textOf(answer);
    const receive = this.#state.phase === "localOffer" ? receiveAnswer : receiveForkedAnswer;
    const received = receive(this.#state, text, this.#local());
    if (!received.ok) return received.error.message;
    this.#state = received.state;
    return undefined;
  }

  offer(done: (result: DescribedResult) => void): void {
    done(this.makeOffer());
  }

  answer(offer: Uint8Array, done: (result: DescribedResult) => void): void {
    done(this.makeAnswer(offer));
  }

  accept(answer: Uint8Array, done: (isUsable: boolean) => void): void {
    done(this.takeAnswer(answer) === undefined);
  }

  rollBack(): void {
    this.#state = withdrawOffer(rejectOffer(this.#state));
  }

  #reading(octets: Uint8Array): ReadOffer {
    if (this.#read?.octets !== octets) {
      const text = textOf(octets);
      this.#read = { octets, text, parsed: parseSdp(text) };
    }
    return this.#read;
  }

  #take(result: ReturnType<typeof makeOffer>): DescribedResult {
    if (!result.ok) return refused(result.error);
    this.#state = result.state;
    return { ok: true, description: octetsOf(result.text) };
  }
}

function refused({ code, message }: { code: OfferAnswerError; message: string }): DescribedResult {
  return { ok: false, status: STATUS[code], message };
}

/** One character per octet: what offer/answer reads of a description is ASCII, and what it writes is, too. */
function textOf(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += CHARACTERS_AT_ONCE)
    text += String.fromCharCode(...octets.subarray(at, at + CHARACTERS_AT_ONCE));
  return text;
}

/** Below what a call may have of arguments anywhere. */
const CHARACTERS_AT_ONCE = 4_096;

function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) octets[at] = text.charCodeAt(at);
  return octets;
}
