import type { HeaderField } from "../message/build-message.ts";
import type { SipResponse } from "../message/message.ts";
import type { SoftStateKind } from "./soft-state.ts";

/** REGISTER (RFC 3261 §10.2): the binding of `contactUri`, with whatever parameters it is given. */
export function registrationKind(contactUri: string, contactParams = ""): SoftStateKind {
  const contact: HeaderField = ["Contact", `<${contactUri}>${contactParams}`];
  return {
    method: "REGISTER",
    // RFC 3261 §10.2.4: the expires of our own binding, else Expires, else what was asked for.
    granted: (response, askedS) => {
      const own = response.contacts?.find(({ uriText }) => uriText === contactUri)?.params.get("expires");
      const given = Number(own ?? response.header("expires") ?? askedS);
      return Number.isSafeInteger(given) && given > 0 ? given : askedS;
    },
    headersFor: () => [contact],
    hasBody: () => true,
  };
}

/** Service-Route of the 2xx (RFC 3608 §5): routes for requests that follow, in order. */
export function serviceRoutesOf(response: SipResponse): readonly string[] {
  return response.list("service-route") ?? [];
}

/** PUBLISH (RFC 3903 §4): the entity-tag of the last 2xx names what is refreshed, changed or removed. */
export function publicationKind(event: string): SoftStateKind {
  let entityTag: string | undefined;
  return {
    method: "PUBLISH",
    granted: (response, askedS) => {
      const given = Number(response.header("expires") ?? askedS);
      return Number.isSafeInteger(given) && given > 0 ? given : askedS;
    },
    headersFor: (phase) => {
      const isKnown = phase !== "whole" && entityTag !== undefined;
      return isKnown
        ? [
            ["Event", event],
            ["SIP-If-Match", entityTag ?? ""],
          ]
        : [["Event", event]];
    },
    // §4.4: a refresh has no body; §4.5: nor has a removal.
    hasBody: (phase) => phase === "whole" || phase === "change",
    noteAccepted: (response) => {
      entityTag = response.header("sip-etag") ?? entityTag;
    },
  };
}
