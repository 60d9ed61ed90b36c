import type { Params } from "../params.ts";
import { headerType, type HeaderType } from "./header-type.ts";
import { isCallId } from "./tokens.ts";
import { parseValued, printParams } from "./valued.ts";

/** A dialog named by its identifiers, seen from the receiver's side: `toTag` is the receiver's own. */
export interface DialogReference {
  readonly callId: string;
  readonly toTag: string | undefined;
  readonly fromTag: string | undefined;
  /** Replaces alone: only a dialog that is not confirmed (RFC 3891 §3). */
  readonly isEarlyOnly: boolean;
  readonly params: Params;
}

const OWN = new Set(["to-tag", "from-tag", "local-tag", "remote-tag", "early-only"]);

function dialogType(name: string, toName: string, fromName: string): HeaderType<DialogReference> {
  return headerType(
    name,
    (text) => {
      const valued = parseValued(text, isCallId);
      if (valued === undefined) return undefined;
      const { value: callId, params } = valued;
      return {
        callId,
        toTag: params.get(toName),
        fromTag: params.get(fromName),
        isEarlyOnly: params.has("early-only"),
        params: new Map([...params].filter(([each]) => !OWN.has(each))),
      };
    },
    ({ callId, toTag, fromTag, isEarlyOnly, params }) =>
      callId +
      printParams([
        [toName, toTag],
        [fromName, fromTag],
        ["early-only", isEarlyOnly ? "" : undefined],
        ...params,
      ]),
  );
}

/** RFC 3891 §6.1; both tags are mandatory there, which its user checks. */
export const REPLACES = dialogType("Replaces", "to-tag", "from-tag");
/** RFC 3911 §7.1. */
export const JOIN = dialogType("Join", "to-tag", "from-tag");
/** RFC 4538 §7: `local-tag` is the sender's, so the receiver's remote one. */
export const TARGET_DIALOG = dialogType("Target-Dialog", "remote-tag", "local-tag");
