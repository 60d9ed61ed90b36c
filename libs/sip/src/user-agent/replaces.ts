import { dialogKey } from "../dialog/dialog.ts";
import { JOIN, REPLACES } from "../message/headers/dialog-reference.ts";
import type { SipRequest } from "../message/message.ts";
import type { ReplaceableCall } from "./open-dialog.ts";

export type Replacing =
  | { readonly ok: true; readonly replaced: ReplaceableCall | undefined }
  | { readonly ok: false; readonly reason: string; readonly status: number };

function refused(reason: string, status: number): Replacing {
  return { ok: false, reason, status };
}

/** What an INVITE with Replaces or Join is about (RFC 3891 §3, RFC 3911 §4). `isWired`: the owner takes Replaces. */
export function replacedBy(
  request: SipRequest,
  isWired: boolean,
  callOf: (key: string) => ReplaceableCall | undefined,
): Replacing {
  const replaces = request.headers("replaces");
  const joins = request.headers("join");
  if (replaces.length + joins.length === 0) return { ok: true, replaced: undefined };
  // Both at once, or one of them twice.
  if (replaces.length + joins.length > 1) return refused("replaces-repeated", 400);
  const id = request.get(replaces.length > 0 ? REPLACES : JOIN);
  // Both tags are mandatory (RFC 3891 §6.1, RFC 3911 §7.1).
  if (id?.toTag === undefined || id.fromTag === undefined) return refused("replaces-unreadable", 400);
  // To of the INVITE is us: the to-tag is our tag.
  const usage = callOf(dialogKey(id.callId, id.toTag, id.fromTag));
  if (joins.length > 0) {
    // Nothing here mixes: RFC 3911 §4 names 481 for a call that is not there, and 488 for one that cannot be joined.
    return refused("join", usage === undefined ? 481 : 488);
  }
  // A header field that is not understood is ignored (RFC 3261 §8.2.2), where Require does not ask for more.
  if (!isWired) return { ok: true, replaced: undefined };
  if (usage === undefined) return refused("replaces-nothing", 481);
  if (usage.hasEnded) return refused("replaces-ended", 603);
  const isConfirmed = usage.dialog.state === "confirmed";
  if (isConfirmed && id.isEarlyOnly) return refused("replaces-early-only", 486);
  if (!isConfirmed && !usage.isCaller) return refused("replaces-early-called", 481);
  return { ok: true, replaced: usage };
}
