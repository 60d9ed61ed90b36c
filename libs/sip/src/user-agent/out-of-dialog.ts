import type { HeaderField } from "../message/build-message.ts";
import type { Target } from "../transport/flow.ts";
import { NOT_AMENDED, type Amendment } from "./amendment.ts";
import { approximateOctets, type RequestPlan } from "./client-request.ts";
import { targetsOf } from "./ports.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";

/** Who a request outside of any dialog is from, and for whom. */
export interface Addressing {
  readonly requestUri: string;
  /** From and To values without tags. */
  readonly from: string;
  readonly to: string;
  /** Preloaded routes, each with its angle brackets (RFC 3261 §8.1.2): the first says where the request goes. */
  readonly routes?: readonly string[] | undefined;
  /** Where the request goes, whatever its URI says; without it the URI is located. */
  readonly target?: Target | undefined;
}

/** Requests outside of a dialog that share a Call-ID and From tag: an INVITE and its retries, refreshes of a state. */
export class OutOfDialog {
  readonly fromTag: string;
  readonly callId: string;
  readonly #core: UserAgentCore;
  readonly #to: Addressing;
  #sequenceNumber = 0;

  constructor(core: UserAgentCore, to: Addressing) {
    this.#core = core;
    this.#to = to;
    this.fromTag = core.identifiers.tag();
    const host = to.target && core.layer.transport(to.target.listener)?.sentBy.host;
    this.callId = core.identifiers.callId(host ?? "invalid");
  }

  get sequenceNumber(): number {
    return this.#sequenceNumber;
  }

  /** `parts` is asked for each try, with what the answers before it have amended. */
  plan(method: string, parts: (amendment: Amendment, target: Target) => RequestBody): RequestPlan {
    const { requestUri, from, to, routes = [], target } = this.#to;
    return {
      method,
      compose: (amendment, sentTo) => {
        this.#sequenceNumber++;
        const { headers = [], body } = parts(amendment, sentTo);
        return {
          requestUri,
          headers: [
            ["From", `${from};tag=${this.fromTag}`],
            ["To", to],
            ["Call-ID", this.callId],
            ["CSeq", `${this.#sequenceNumber} ${method}`],
            ...routes.map((route): HeaderField => ["Route", route]),
            ...headers,
          ],
          body,
        };
      },
      targets: () => {
        if (target !== undefined) return targetsOf([target]);
        const anywhere: Target = { listener: this.#core.layer.defaultListener, address: "", port: 0 };
        const { headers = [], body } = parts(NOT_AMENDED, anywhere);
        const firstRoute = routes[0]?.replace(/^[^<]*<|>.*$/g, "");
        return this.#core.targetsOf(firstRoute ?? requestUri, approximateOctets({ headers, body }));
      },
    };
  }
}
