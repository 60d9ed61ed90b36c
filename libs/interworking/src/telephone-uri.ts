import { isSipUri, parseParams, unescapeUser, type Params, type Uri } from "@tandem/sip";

/** A telephone number with its parameters, as a tel URI or the user part of a SIP URI has it (RFC 3966, RFC 3261 §19.1.6). */
export interface TelephoneSubscriber {
  /** As written, separators kept, escapes resolved. */
  readonly written: string;
  /** Without visual separators (RFC 3966 §5.1.1). */
  readonly digits: string;
  readonly params: Params;
}

const SEPARATORS = /[-.()]/g;

/** Undefined where the URI has no user part or is of another scheme. */
export function telephoneSubscriberOf(uri: Uri): TelephoneSubscriber | undefined {
  if (isSipUri(uri)) {
    if (uri.user === undefined) return undefined;
    const semicolon = uri.user.indexOf(";");
    const written = unescapeUser(semicolon < 0 ? uri.user : uri.user.slice(0, semicolon));
    const params = parseParams(semicolon < 0 ? "" : unescapeUser(uri.user.slice(semicolon)));
    // A context may stand among the URI's parameters, where gateways put it without telephone-subscriber rules.
    const context = uri.params.get("phone-context");
    const all = new Map(params ?? []);
    if (context !== undefined && !all.has("phone-context")) all.set("phone-context", context);
    return { written, digits: written.replace(SEPARATORS, ""), params: all };
  }
  if (!("number" in uri)) return undefined;
  return { written: uri.number, digits: uri.number.replace(SEPARATORS, ""), params: uri.params };
}
