import type { HeaderField } from "../message/build-message.ts";
import { MIN_SE } from "../message/headers/seconds.ts";
import { SESSION_EXPIRES, type SessionExpires } from "../message/headers/session-expires.ts";
import type { SipMessage, SipRequest, SipResponse } from "../message/message.ts";

/** RFC 4028 §5: no Min-SE may be less, and what is not said is this. */
export const MIN_SE_S = 90;
/** A session of more than a day without a refresh has no timer in any sense. */
const SESSION_EXPIRES_S_MAX = 86_400;

/** What this side wants of sessions. */
export interface SessionTimerOptions {
  /** RFC 4028 §4 recommends 1,800. */
  readonly sessionExpiresS: number;
  /** Shorter ones are refused with 422. */
  readonly minSeS: number;
}

/** What both agreed on; once decided, the refresher stays (RFC 4028 §7.2, §9). */
export interface AgreedInterval {
  readonly intervalS: number;
  readonly refresher: "us" | "them";
}

export function minSeOf(message: SipMessage): number {
  return Math.max(MIN_SE_S, message.get(MIN_SE)?.seconds ?? 0);
}

export function supports(message: SipMessage, tag: string): boolean {
  return [...(message.list("supported") ?? []), ...(message.list("require") ?? [])].some(
    (each) => each.toLowerCase() === tag,
  );
}

export type IntervalAnswer =
  | {
      readonly ok: true;
      readonly agreed: AgreedInterval | undefined;
      readonly headers: readonly HeaderField[];
    }
  /** 422 with our Min-SE (RFC 4028 §9). */
  | { readonly ok: false; readonly status: 422; readonly headers: readonly HeaderField[] };

/** Server side of RFC 4028 §9: the Session-Expires of the 2xx to an INVITE or UPDATE. */
export function answerInterval(
  request: SipRequest,
  ours: SessionTimerOptions | undefined,
  current: AgreedInterval | undefined,
): IntervalAnswer {
  if (ours === undefined) return { ok: true, agreed: undefined, headers: [] };
  const asked = request.get(SESSION_EXPIRES);
  const peerHasTimer = supports(request, "timer");
  // A caller who neither knows nor asks is left alone, although §9 lets the called side refresh on its own.
  if (asked === undefined && !peerHasTimer) return { ok: true, agreed: undefined, headers: [] };
  const leastS = Math.max(MIN_SE_S, ours.minSeS);
  if (asked !== undefined && asked.seconds < leastS && peerHasTimer)
    return { ok: false, status: 422, headers: [["Min-SE", String(leastS)]] };
  // A peer without timers whose request a proxy has marked cannot mend a 422: the least we take is used.
  const wantedS = asked?.seconds ?? Math.max(ours.sessionExpiresS, minSeOf(request));
  const intervalS = Math.min(Math.max(wantedS, leastS), SESSION_EXPIRES_S_MAX);
  const refresher = refresherOf(asked, peerHasTimer, current);
  const headers: HeaderField[] = [["Session-Expires", `${intervalS};refresher=${refresher}`]];
  // Table 2: who is to refresh must have understood.
  if (peerHasTimer) headers.push(["Require", "timer"]);
  return {
    ok: true,
    agreed: { intervalS, refresher: refresher === "uas" ? "us" : "them" },
    headers,
  };
}

/** Table 2 of RFC 4028 §9: what the request says stands; otherwise the server side chooses, and stays with it. */
function refresherOf(
  asked: SessionExpires | undefined,
  peerHasTimer: boolean,
  current: AgreedInterval | undefined,
): "uac" | "uas" {
  if (!peerHasTimer) return "uas";
  if (asked?.refresher !== undefined) return asked.refresher;
  if (current !== undefined) return current.refresher === "us" ? "uas" : "uac";
  return "uac";
}

/** Client side of §7.1: what an INVITE or UPDATE of ours says; a refresh names the refresher (§7.4). */
export function intervalHeaders(
  ours: SessionTimerOptions,
  current: AgreedInterval | undefined,
  minSeS: number,
): HeaderField[] {
  const intervalS = Math.max(current?.intervalS ?? ours.sessionExpiresS, minSeS);
  const role = current === undefined ? "" : `;refresher=${current.refresher === "us" ? "uac" : "uas"}`;
  const headers: HeaderField[] = [["Session-Expires", `${intervalS}${role}`]];
  const leastS = Math.max(minSeS, ours.minSeS);
  if (leastS > MIN_SE_S) headers.push(["Min-SE", String(leastS)]);
  return headers;
}

/** Client side of §7.2: what the 2xx agreed to. */
export function intervalOfResponse(response: SipResponse): AgreedInterval | undefined {
  const given = response.get(SESSION_EXPIRES);
  if (given === undefined || given.seconds === 0) return undefined;
  const intervalS = Math.min(given.seconds, SESSION_EXPIRES_S_MAX);
  return { intervalS, refresher: given.refresher === "uas" ? "them" : "us" };
}
