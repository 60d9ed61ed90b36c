import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { parseNameAddrs } from "../message/name-addr.ts";
import { isSipUri } from "../message/uri.ts";

/**
 * A dialog as plain data (RFC 3261 §12): what a restart has to keep. Its owner is the session that made it.
 */
export interface Dialog {
  readonly state: "early" | "confirmed";
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To values with their tags, as they go into our requests. */
  readonly local: string;
  readonly remote: string;
  readonly remoteTarget: string;
  /** Route values in the order to be sent, each with its angle brackets. */
  readonly routeSet: readonly string[];
  readonly localSequenceNumber: number;
  readonly remoteSequenceNumber: number | undefined;
  readonly listener: string;
  /** Our Contact has to be a sips URI (RFC 3261 §12.1.1, §8.1.1.8). */
  readonly isSecure: boolean;
}

/**
 * The same but for what is named. Written out: objects that are spread into others come in many layouts, and a dialog is
 * looked at and changed with every message.
 */
export function dialogWith(dialog: Dialog, changes: Partial<Dialog>): Dialog {
  return {
    state: changes.state ?? dialog.state,
    callId: changes.callId ?? dialog.callId,
    localTag: changes.localTag ?? dialog.localTag,
    remoteTag: changes.remoteTag ?? dialog.remoteTag,
    local: changes.local ?? dialog.local,
    remote: changes.remote ?? dialog.remote,
    remoteTarget: changes.remoteTarget ?? dialog.remoteTarget,
    routeSet: changes.routeSet ?? dialog.routeSet,
    localSequenceNumber: changes.localSequenceNumber ?? dialog.localSequenceNumber,
    remoteSequenceNumber: changes.remoteSequenceNumber ?? dialog.remoteSequenceNumber,
    listener: changes.listener ?? dialog.listener,
    isSecure: changes.isSecure ?? dialog.isSecure,
  };
}

/**
 * Key of a dialog in a table; both tags count, so that every fork is a dialog of its own. Joined, since a table has to
 * look at every character, and what V8 concatenates it first has to put together.
 */
export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return [callId, localTag, remoteTag].join(" ");
}

export function keyOfDialog(dialog: Dialog): string {
  return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
}

/** UAS side, RFC 3261 §12.1.1; the request has passed its checks, so the headers are there. */
export function dialogFromInvite(request: SipRequest, localTag: string, listener: string): Dialog {
  const remoteTarget = request.contacts?.[0]?.uriText ?? "";
  const routeSet = routesOf(request, false);
  // RFC 3261 §12.1.1: the topmost Record-Route counts, and Contact where there is none.
  const [first = remoteTarget] = routeSet;
  return {
    state: "early",
    callId: request.callId ?? "",
    localTag,
    remoteTag: request.fromTag ?? "",
    local: `${request.header("to") ?? ""};tag=${localTag}`,
    remote: request.header("from") ?? "",
    remoteTarget,
    routeSet,
    localSequenceNumber: 0,
    remoteSequenceNumber: request.cseq?.sequenceNumber,
    listener,
    isSecure: isSips(request.requestUriText) || isSips(first),
  };
}

/**
 * UAC side, RFC 3261 §12.1.2; undefined where a provisional cannot make a dialog. A 2xx always does, since the peer
 * has a session to be ended: without a To tag the tag is null (RFC 2543), without Contact `requestUri` is the target.
 */
export function dialogFromResponse(
  response: SipResponse,
  listener: string,
  requestUri: string,
): Dialog | undefined {
  const contact = response.contacts?.[0]?.uriText;
  if (response.status < 200) {
    const isComplete =
      response.toTag !== undefined && response.fromTag !== undefined && contact !== undefined;
    if (response.status === 100 || !isComplete) return undefined;
  }
  return {
    state: response.status < 200 ? "early" : "confirmed",
    callId: response.callId ?? "",
    localTag: response.fromTag ?? "",
    remoteTag: response.toTag ?? "",
    local: response.header("from") ?? "",
    remote: response.header("to") ?? "",
    remoteTarget: contact ?? requestUri,
    routeSet: routesOf(response, true),
    localSequenceNumber: response.cseq?.sequenceNumber ?? 0,
    remoteSequenceNumber: undefined,
    listener,
    isSecure: isSips(requestUri),
  };
}

/**
 * As it stays for as long as the call: its strings are cut from one of their own, since those cut from a message keep
 * the whole head of it.
 */
export function confirmed(dialog: Dialog): Dialog {
  const { callId, localTag, remoteTag, local, remote, remoteTarget } = dialog;
  const joined = [callId, localTag, remoteTag, local, remote, remoteTarget].join("");
  let end = 0;
  const cut = ({ length }: string): string => joined.slice(end, (end += length));
  return dialogWith(dialog, {
    state: "confirmed",
    callId: cut(callId),
    localTag: cut(localTag),
    remoteTag: cut(remoteTag),
    local: cut(local),
    remote: cut(remote),
    remoteTarget: cut(remoteTarget),
  });
}

const NO_ROUTES: readonly string[] = [];

const SIPS = /^[^<]*<?sips:/i;

/** Of a URI, or of a value that has one in angle brackets. */
export function isSips(text: string): boolean {
  return SIPS.test(text);
}

function routesOf(message: SipRequest | SipResponse, isReversed: boolean): readonly string[] {
  const routes = message.list("record-route") ?? [];
  if (routes.length === 0) return NO_ROUTES;
  return isReversed ? routes.reverse() : routes;
}

/** In order (RFC 3261 §12.2.2): a lower number than the last is answered 500; the first may be any. */
export function isInOrder(dialog: Dialog, request: SipRequest): boolean {
  const number = request.cseq?.sequenceNumber ?? 0;
  return dialog.remoteSequenceNumber === undefined || number > dialog.remoteSequenceNumber;
}

/** A request inside the dialog, ready for its transaction: RFC 3261 §12.2.1.1. */
export interface DialogRequest {
  readonly dialog: Dialog;
  readonly requestUri: string;
  /** Without Via, Max-Forwards, Contact and body headers. */
  readonly headers: readonly HeaderField[];
  /** URI whose host is where the request goes next: first route, else the remote target. */
  readonly nextHop: string;
}

/** `sequenceNumber` is given for ACK alone: it repeats its INVITE's (RFC 3261 §13.2.2.4). */
export function requestInDialog(dialog: Dialog, method: string, sequenceNumber?: number): DialogRequest {
  const number = sequenceNumber ?? dialog.localSequenceNumber + 1;
  const next = sequenceNumber === undefined ? dialogWith(dialog, { localSequenceNumber: number }) : dialog;
  const { requestUri, routes, nextHop } = routing(dialog);
  const headers: HeaderField[] = [
    ["From", dialog.local],
    ["To", dialog.remote],
    ["Call-ID", dialog.callId],
    ["CSeq", `${number} ${method}`],
  ];
  for (const route of routes) headers.push(["Route", route]);
  return { dialog: next, requestUri, headers, nextHop };
}

interface Routing {
  readonly requestUri: string;
  /** Route values, each with its angle brackets. */
  readonly routes: readonly string[];
  /** As {@link DialogRequest.nextHop}. */
  readonly nextHop: string;
}

function routing({ routeSet, remoteTarget }: Dialog): Routing {
  const [first] = routeSet;
  const firstUri = first === undefined ? undefined : parseNameAddrs([first])?.[0];
  const nextHop = firstUri?.uriText ?? remoteTarget;
  if (firstUri === undefined || !isSipUri(firstUri.uri) || firstUri.uri.params.has("lr"))
    return { requestUri: remoteTarget, routes: routeSet, nextHop };
  // A strict router takes the Request-URI and the target moves to the end of the route set.
  return { requestUri: nextHop, routes: [...routeSet.slice(1), `<${remoteTarget}>`], nextHop };
}

const FIELD_NAMES_OCTETS = "From: \r\nTo: \r\nCall-ID: \r\nCSeq: 4294967295 SUBSCRIBE\r\n".length;
const ROUTE_NAME_OCTETS = "Route: \r\n".length;

/** Where the next request inside the dialog goes, and about how many octets the dialog adds to it. */
export function wayInDialog(dialog: Dialog): { readonly nextHop: string; readonly octets: number } {
  const { routes, nextHop } = routing(dialog);
  const { local, remote, callId } = dialog;
  let octets = FIELD_NAMES_OCTETS + local.length + remote.length + callId.length;
  for (const route of routes) octets += ROUTE_NAME_OCTETS + route.length;
  return { nextHop, octets };
}
