import { buildRequest, type HeaderField } from "../message/build-message.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import type { Flow, Target } from "../transport/flow.ts";
import { approximateOctets } from "./client-request.ts";
import type { UserAgentCore } from "./user-agent-core.ts";

interface AckParts {
  readonly requestUri: string;
  /** Without Via and Content-Length. */
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array | undefined;
  /** URI whose host is where it goes. */
  readonly nextHop: string;
  /** Where the peer was heard. */
  readonly flow: Flow;
}

/**
 * ACK to a 2xx, outside of any transaction (RFC 3261 §13.2.2.4): made once, so that every repeated 2xx is answered with
 * the same octets by the same way. For 32 s it is kept, as text: octets would keep the pool that they were cut from.
 */
export class AckOf2xx {
  readonly #core: UserAgentCore;
  #parts: AckParts | undefined;
  #text = "";
  #target: Target | undefined;

  constructor(core: UserAgentCore, parts: AckParts) {
    this.#core = core;
    this.#parts = parts;
  }

  send(): void {
    const parts = this.#parts;
    if (this.#target !== undefined) this.#core.layer.send(octetsOf(this.#text), this.#target);
    else if (parts !== undefined)
      this.#core.targetsIn(parts.nextHop, parts.flow, approximateOctets(parts)).next((target) => {
        if (target === undefined) return;
        // It may have been asked for again while a name was looked up.
        if (this.#target === undefined) this.#sendFirst(parts, target);
        else this.send();
      });
  }

  #sendFirst({ requestUri, headers, body }: AckParts, target: Target): void {
    const via = this.#core.via(target.listener, this.#core.identifiers.branch());
    const octets = buildRequest({ method: "ACK", requestUri, via, headers, body });
    this.#text = octetString(octets);
    this.#target = target;
    this.#parts = undefined;
    this.#core.layer.send(octets, target);
  }
}
