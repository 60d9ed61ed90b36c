import { isIP } from "node:net";
import { ACCEPTED_TYPES } from "@tandem/interworking";
import { Descriptions } from "@tandem/sdp";
import { UserAgent, type InviteServerSession, type Transport } from "@tandem/sip";
import { systemClock, systemRandom, UdpTransport } from "@tandem/sip/node";
import type { Ladder } from "./ladder.ts";
import { ENCODINGS, RtpEnd } from "./rtp.ts";

/** The one listener of the carrier. */
export const LISTENER = "udp";

/** RFC 4028 §4. */
const SESSION_TIMER = { sessionExpiresS: 1_800, minSeS: 90 };

export interface EndpointOptions {
  readonly address: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where messages are printed; none are parsed for printing where it is left out. */
  readonly ladder?: Ladder | undefined;
  readonly onInvite: (session: InviteServerSession, endpoint: Endpoint) => void;
}

/** The carrier's SIP and RTP on one address: a user agent over UDP, and a socket that takes speech nobody wants. */
export class Endpoint {
  readonly agent: UserAgent;
  readonly address: string;
  readonly port: number;
  readonly #udp: UdpTransport;
  readonly #silence: RtpEnd;
  #sessions = 0;

  private constructor(udp: UdpTransport, silence: RtpEnd, options: EndpointOptions) {
    this.#udp = udp;
    this.#silence = silence;
    this.address = options.address;
    this.port = udp.port;
    const { ladder } = options;
    this.agent = new UserAgent(
      {
        clock: systemClock,
        random: systemRandom,
        transports: [ladder === undefined ? udp : new PrintedTransport(udp, ladder)],
        locate: (host) => {
          const address = host.replace(/^\[|\]$/g, "");
          return isIP(address) === 0 ? undefined : address;
        },
        accept: ACCEPTED_TYPES,
        callMethods: ["INFO"],
        // A carrier of the old school: its ladder shows what RFC 3398 draws.
        reliableProvisionals: "never",
        sessionTimer: SESSION_TIMER,
      },
      {
        admit: () => undefined,
        onInvite: (session) => {
          options.onInvite(session, this);
        },
        // A refusal is an answer, and the ladder shows answers.
        onRefused: () => undefined,
      },
    );
  }

  /** Rejects with the system's error where the address or the port cannot be had. */
  static async open(options: EndpointOptions): Promise<Endpoint> {
    const { address, port } = options;
    const udp = await UdpTransport.open({ id: LISTENER, address, port });
    try {
      return new Endpoint(udp, await RtpEnd.open(address, systemRandom), options);
    } catch (error) {
      await udp.close();
      throw error;
    }
  }

  /** `media`: where the call's own speech goes; without it the call is silent. */
  descriptions(media: RtpEnd | undefined): Descriptions {
    const local = { address: this.address, port: (media ?? this.#silence).port, encodings: ENCODINGS };
    return new Descriptions(String(Date.now() * 1_000 + (this.#sessions++ % 1_000)), () => local);
  }

  openMedia(): Promise<RtpEnd> {
    return RtpEnd.open(this.address, systemRandom);
  }

  async close(): Promise<void> {
    this.agent.close();
    this.#silence.close();
    await this.#udp.close();
  }
}

/** A transport whose datagrams are printed as they pass. */
class PrintedTransport implements Transport {
  readonly #inner: Transport;
  readonly #ladder: Ladder;
  onDatagram: Transport["onDatagram"];
  onError: Transport["onError"];

  constructor(inner: Transport, ladder: Ladder) {
    this.#inner = inner;
    this.#ladder = ladder;
    inner.onDatagram = (octets, flow) => {
      ladder.message("received", octets);
      this.onDatagram?.(octets, flow);
    };
    inner.onError = (error, address, port) => this.onError?.(error, address, port);
  }

  get id(): string {
    return this.#inner.id;
  }

  get protocol(): Transport["protocol"] {
    return this.#inner.protocol;
  }

  get isReliable(): boolean {
    return this.#inner.isReliable;
  }

  get sentBy(): Transport["sentBy"] {
    return this.#inner.sentBy;
  }

  send(octets: Uint8Array, address: string, port: number): void {
    this.#ladder.message("sent", octets);
    this.#inner.send(octets, address, port);
  }
}
