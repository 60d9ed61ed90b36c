import { octetsOf, octetString } from "../message/octets.ts";
import type { DescriptionResult, OfferAnswerPort } from "../user-agent/ports.ts";

/**
 * Offer and answer without SDP: `alice 1` is an offer, `bob 1 to alice 1` its answer. It keeps what was agreed on, so
 * that a test can compare both ends, and throws where the user agent breaks RFC 3264 §4.
 */
export class PlainDescriptions implements OfferAnswerPort {
  readonly name: string;
  /** What was agreed on last, as `offer | answer`; undefined before that. */
  agreed: string | undefined;
  /** Status that the next offers are refused with. */
  refusal: number | undefined;
  /** Callbacks that are held back, where the test wants to answer later. */
  readonly held: (() => void)[] = [];
  isHolding = false;
  #version = 1;
  #open: string | undefined;
  #last: string | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** The next offer differs from the last. */
  change(): void {
    this.#version++;
  }

  offer(done: (result: DescriptionResult) => void): void {
    if (this.#open !== undefined) throw new TypeError(`${this.name}: an offer while ${this.#open} is open`);
    const offer = `${this.name} ${this.#version}`;
    this.#open = offer;
    this.#last = offer;
    this.#give(() => {
      done({ ok: true, description: octetsOf(offer) });
    });
  }

  answer(offer: Uint8Array, done: (result: DescriptionResult) => void): void {
    if (this.#open !== undefined) throw new TypeError(`${this.name}: an answer while ${this.#open} is open`);
    const { refusal } = this;
    this.#give(() => {
      if (refusal !== undefined) {
        done({ ok: false, status: refusal });
        return;
      }
      const answer = `${this.name} ${this.#version} to ${octetString(offer)}`;
      this.agreed = `${octetString(offer)} | ${answer}`;
      done({ ok: true, description: octetsOf(answer) });
    });
  }

  /** A second answer to one offer is another fork's. */
  accept(answer: Uint8Array, done: (isUsable: boolean) => void): void {
    const offer = this.#open ?? this.#last;
    const isAnswer = offer !== undefined && octetString(answer).endsWith(` to ${offer}`);
    this.#open = undefined;
    if (isAnswer) this.agreed = `${offer} | ${octetString(answer)}`;
    done(isAnswer);
  }

  rollBack(): void {
    this.#open = undefined;
  }

  #give(act: () => void): void {
    if (this.isHolding) this.held.push(act);
    else act();
  }
}
