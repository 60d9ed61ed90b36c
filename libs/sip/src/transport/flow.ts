/**
 * Where octets came from and may go back to. A flow is not a target: responses follow the flow, requests in a
 * dialog follow route set and remote target.
 */
export interface Flow {
  /** Id of the listener the message came in on. */
  readonly listener: string;
  /** As in Via: UDP, TCP, TLS, … */
  readonly transport: string;
  readonly isReliable: boolean;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** An address to send to, on a listener of ours. */
export interface Target {
  readonly listener: string;
  readonly address: string;
  readonly port: number;
}

export interface Datagram {
  readonly octets: Uint8Array;
  readonly flow: Flow;
}

/** One listening socket. `sentBy` is what Via and Contact say of it (RFC 3261 §18.1.1). */
export interface Transport {
  readonly id: string;
  readonly protocol: "UDP";
  readonly isReliable: boolean;
  readonly sentBy: { readonly host: string; readonly port: number };
  /** Fire and forget; what fails is reported through `onError`. */
  send(octets: Uint8Array, address: string, port: number): void;
  onDatagram: ((octets: Uint8Array, flow: Flow) => void) | undefined;
  onError: ((error: Error, address: string | undefined) => void) | undefined;
}
