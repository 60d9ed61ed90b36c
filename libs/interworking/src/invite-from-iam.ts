import { isupNumber, type IsupMessageOf } from "@tandem/isup";
import { encodingsFrom } from "./bearer.ts";
import { calledIn } from "./called-number.ts";
import { identityHeadersFrom } from "./caller-identity.ts";
import { chargeInfoFrom } from "./charging.ts";
import { e164FromNumber, uriFromNumber, type NumberPlan } from "./numbers.ts";
import { diversionFrom, divertedFromIam, historyInfoFrom } from "./redirections.ts";
import { subscriberParamsFrom } from "./routing-numbers.ts";
import { userToUserHeaderFrom } from "./user-to-user.ts";

export interface InviteOptions {
  readonly plan?: NumberPlan;
  /** Host of the next hop, for Request-URI and To. */
  readonly target: string;
  /** Host of our own identities. */
  readonly host: string;
  /** Whether the next hop may see restricted numbers and routing parameters. */
  readonly isTrusted: boolean;
  /** What a redirected call says of its redirections. */
  readonly redirections?: "history-info" | "diversion" | "none";
  /** Digits of subsequent address messages, behind the called party number (RFC 3578 §3.1). */
  readonly moreDigits?: string;
}

export interface InviteParts {
  readonly requestUri: string;
  /** Value of To, without a tag. */
  readonly to: string;
  /** Value of From, without a tag. */
  readonly from: string;
  readonly maxForwards: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Audio encodings to offer, best first. */
  readonly encodings: readonly string[];
}

export type InviteResult =
  | { readonly ok: true; readonly invite: InviteParts; readonly rows: readonly string[] }
  /** Q.850 cause of the REL: the call cannot be carried on over SIP. */
  | { readonly ok: false; readonly cause: number; readonly row: string };

const MAX_FORWARDS = 70;

/** Rules of header fields that stand for a parameter of their own. */
const ROWS: ReadonlyMap<string, string> = new Map([
  ["History-Info", "RFC 7544 §4: History-Info from the redirections"],
  ["Diversion", "RFC 5806 §9.2.3: Diversion from the redirections"],
  ["User-to-User", "RFC 7434: User-to-User from user-to-user information"],
  ["P-Charge-Info", "RFC 8496: P-Charge-Info from charge number"],
]);

/** Where the called number stands. */
const SOURCES = [
  ["calledPartyNumber", "called party number"],
  ["calledDirectoryNumber", "called directory number"],
] as const;

/** The INVITE of an IAM (RFC 3398 §8.2.1.1). */
export function inviteFromIam(iam: IsupMessageOf<"IAM">, options: InviteOptions): InviteResult {
  const { parameters } = iam;
  const { plan = {}, target, host, isTrusted, redirections = "history-info", moreDigits = "" } = options;
  const encodings = encodingsFrom(parameters);
  if (encodings === undefined)
    return { ok: false, cause: 65, row: "RFC 3398 §8.2.1.1: the bearer is no single RTP stream → 65" };
  const called = calledIn(parameters)?.number ?? parameters.calledPartyNumber;
  const number = isupNumber({ ...called, digits: called.digits + moreDigits });
  if (number.digits === "") return { ok: false, cause: 28, row: "RFC 3398 §8.2.1.1: no called digits → 28" };
  const requestUri = uriFromNumber(number, target, plan, isTrusted ? subscriberParamsFrom(iam, plan) : []);
  const identity = identityHeadersFrom(parameters, { plan, host, isTrusted });
  const headers: (readonly [string, string])[] = [...identity.others];
  const rows = [
    `RFC 3398 §8.2.1.1: Request-URI from ${SOURCES.find(([name]) => parameters[name] === called)?.[1] ?? "the ported number of generic address"}`,
    `RFC 3398 §12.1: ${["From", ...identity.others.map(([name]) => name)].join(", ")} from calling party number`,
  ];
  const diverted = divertedFromIam(parameters);
  if (diverted.length > 0 && redirections === "history-info")
    headers.push(["History-Info", historyInfoFrom(diverted, requestUri, host, plan)]);
  if (diverted.length > 0 && redirections === "diversion")
    for (const value of diversionFrom(diverted, host, plan)) headers.push(["Diversion", value]);
  const userToUser = userToUserHeaderFrom(parameters);
  if (userToUser !== undefined) headers.push(["User-to-User", userToUser]);
  const chargeInfo = isTrusted ? chargeInfoFrom(parameters, host, plan) : undefined;
  if (chargeInfo !== undefined) headers.push(["P-Charge-Info", chargeInfo]);
  rows.push(...new Set(headers.flatMap(([name]) => ROWS.get(name) ?? [])));
  const original = parameters.originalCalledNumber;
  const isOriginalUsable =
    original !== undefined && e164FromNumber(original, plan.country, plan.areaCode) !== "";
  const to =
    isOriginalUsable && original.presentationIndicator === 0
      ? uriFromNumber(original, target, plan)
      : undefined;
  if (to !== undefined) rows.push("RFC 3398 §8.2.1.1: To from original called number");
  if (parameters.hopCounter !== undefined) rows.push("Q.1912.5: Max-Forwards from hop counter");
  return {
    ok: true,
    rows,
    invite: {
      requestUri,
      // RFC 3398 §8.2.1.1: whom the caller dialled first.
      to: `<${to ?? uriFromNumber(number, target, plan)}>`,
      from: identity.from,
      maxForwards: parameters.hopCounter?.value ?? MAX_FORWARDS,
      headers,
      encodings,
    },
  };
}
