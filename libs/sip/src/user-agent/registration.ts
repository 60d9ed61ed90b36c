import type { HeaderField } from "../message/build-message.ts";
import { EXPIRES, FLOW_TIMER, parseSeconds } from "../message/headers/seconds.ts";
import type { SipResponse } from "../message/message.ts";
import type { NameAddr } from "../message/name-addr.ts";
import { parseParams } from "../message/params.ts";
import { isSipUri, parseUri } from "../message/uri.ts";
import { equalUris } from "../message/uri-equality.ts";
import type { SoftStateKind } from "./soft-state.ts";

/**
 * REGISTER (RFC 3261 §10.2): the binding of `contactUri`, with whatever parameters it is given. A URI with `bnc` binds
 * all numbers of the trunk (RFC 6140 §5.1), `reg-id` among the parameters a flow (RFC 5626 §4.2).
 * @throws RangeError where such a URI has a user or `user=` (RFC 6140 §5.1)
 */
export function registrationKind(contactUri: string, contactParams = ""): SoftStateKind {
  const uri = parseUri(contactUri);
  const headers: HeaderField[] = [["Contact", `<${contactUri}>${contactParams}`]];
  const extensions = ["path"];
  const isFlow = parseParams(contactParams)?.has("reg-id") === true;
  if (isFlow) extensions.push("outbound");
  headers.push(["Supported", extensions.join(", ")]);
  if (uri !== undefined && isSipUri(uri) && uri.params.has("bnc")) {
    if (uri.user !== undefined || uri.params.has("user"))
      throw new RangeError(`${contactUri}: a bulk number contact has no user (RFC 6140 §5.1)`);
    headers.push(["Require", "gin"], ["Proxy-Require", "gin"]);
  }
  const isOurs = (contact: NameAddr): boolean =>
    contact.uriText === contactUri || (uri !== undefined && equalUris(contact.uri, uri));
  return {
    method: "REGISTER",
    // RFC 3261 §10.2.4: the expires of our own binding, else Expires, else what was asked for.
    granted: (response, askedS) => {
      const own = response.contacts?.find(isOurs)?.params.get("expires");
      return durationOf(own === undefined ? response.get(EXPIRES) : parseSeconds(own), askedS);
    },
    headersFor: () => headers,
    hasBody: () => true,
    keepAlive: (response) => (isFlow ? keepAliveOf(response) : undefined),
  };
}

/** As long as a pong may take: oftener would be a load, whatever a server says. */
const KEEP_ALIVE_S_MIN = 10;

/** RFC 5626 §4.4: a registrar that has taken the flow says so, or when it would take it for dead. */
function keepAliveOf(response: SipResponse): ReturnType<NonNullable<SoftStateKind["keepAlive"]>> {
  const timerS = response.get(FLOW_TIMER);
  const isTaken = (response.list("require") ?? []).some((tag) => tag.toLowerCase() === "outbound");
  if (timerS === undefined && !isTaken) return undefined;
  return { intervalMs: timerS === undefined ? undefined : Math.max(timerS, KEEP_ALIVE_S_MIN) * 1_000 };
}

/** What is unreadable or nothing at all in a 2xx is as long as was asked for. */
function durationOf(givenS: number | undefined, askedS: number): number {
  return givenS === undefined || givenS === 0 ? askedS : givenS;
}

/** Path of the 2xx (RFC 3327 §5.1): the proxies that requests for the binding will come through. */
export function pathsOf(response: SipResponse): readonly string[] {
  return response.list("path") ?? [];
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
    granted: (response, askedS) => durationOf(response.get(EXPIRES), askedS),
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
