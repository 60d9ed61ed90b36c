import { Descriptions, type MediaStream } from "@tandem/sdp";
import type { DescriptionResult, OfferAnswerPort } from "@tandem/sip";
import type { ReleaseCause } from "../calls/primitives.ts";
import { eventPayloadTypeOf, type EchoEnd, type EchoPorts } from "../media/echo-ports.ts";
import { reject } from "./cause.ts";

/** Encodings the echo can send back, best first. */
const ENCODINGS = ["PCMA", "PCMU"];

/**
 * The media of the caller's leg: its RTP port, and the offers and answers about it, in the INVITE and all through the
 * call (RFC 3264). The port is taken when the call is to be answered.
 */
export class LegMedia implements OfferAnswerPort {
  readonly #ports: EchoPorts;
  readonly #listener: string;
  readonly #offer: Uint8Array | undefined;
  readonly #descriptions: Descriptions;
  #end: EchoEnd | undefined;
  #description: Uint8Array | undefined;

  constructor(ports: EchoPorts, listener: string, sessionId: string, offer: Uint8Array | undefined) {
    this.#ports = ports;
    this.#listener = listener;
    this.#offer = offer;
    this.#descriptions = new Descriptions(sessionId, () => ({
      address: this.#end?.address ?? "0.0.0.0",
      port: this.#end?.port ?? 0,
      encodings: ENCODINGS,
    }));
  }

  /** The audio that the INVITE offers. */
  get offeredAudio(): MediaStream | undefined {
    const parsed = this.#offer && this.#descriptions.read(this.#offer);
    return parsed?.ok === true ? parsed.session.media.find(({ type }) => type === "audio") : undefined;
  }

  /** What the 200 carries: the answer, or an offer where the INVITE had none. */
  get description(): Uint8Array | undefined {
    return this.#description;
  }

  /** Whether the description is an offer. */
  get offers(): boolean {
    return this.#offer === undefined;
  }

  get encoding(): string {
    return this.#descriptions.state.audio?.encoding ?? "";
  }

  /** Takes a port and makes the description of the 200; a cause where that cannot be. */
  prepare(): ReleaseCause | undefined {
    const end = this.#ports.reserve(this.#listener);
    if (end === undefined) return reject({ status: 503, q850: 34, detail: "no RTP port is free" });
    this.#end = end;
    const offer = this.#offer;
    const described =
      offer === undefined ? this.#descriptions.makeOffer() : this.#descriptions.makeAnswer(offer);
    if (described.ok) this.#description = described.description;
    else if (described.status === 400)
      return reject({ status: 400, q850: 95, detail: "the SDP offer cannot be read" });
    else return reject({ status: 488, q850: 65, detail: described.message });
    return undefined;
  }

  /** What is heard goes back, to wherever the last offer and answer say. */
  connect(): void {
    const { state } = this.#descriptions;
    const eventPayloadType = eventPayloadTypeOf(state);
    if (state.audio !== undefined) this.#end?.connect({ ...state.audio, eventPayloadType });
  }

  release(): void {
    this.#end?.release();
    this.#end = undefined;
  }

  offer(done: (result: DescriptionResult) => void): void {
    if (this.#end === undefined) done({ ok: false, status: 488 });
    else this.#descriptions.offer(done);
  }

  answer(offer: Uint8Array, done: (result: DescriptionResult) => void): void {
    if (this.#end === undefined) done({ ok: false, status: 488 });
    else this.#descriptions.answer(offer, done);
  }

  accept(answer: Uint8Array, done: (isUsable: boolean) => void): void {
    this.#descriptions.accept(answer, done);
  }

  rollBack(): void {
    this.#descriptions.rollBack();
  }
}
