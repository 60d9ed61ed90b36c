import { isupNumber, type IsupNumber, type Parameters } from "@tandem/isup";
import {
  isSipUri,
  parseNameAddrs,
  quote,
  type NameAddr,
  type SipRequest,
  type SipResponse,
} from "@tandem/sip";
import { categoryParamsFrom } from "./categories.ts";
import { lineParamsFrom } from "./charging.ts";
import { addressFromUri, uriFromNumber, type NumberPlan } from "./numbers.ts";

/** Q.763 (12/1999) §3.10 e) and f). */
const ALLOWED = 0;
const RESTRICTED = 1;
const NOT_AVAILABLE = 2;
const NETWORK_PROVIDED = 3;

const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

type Message = SipRequest | SipResponse;

/** Whether SIP says that the sender's number is not to be shown (RFC 3323 §4.1, RFC 3325 §7, RFC 5767). */
export function isCallerHidden(message: Message): boolean {
  const privacy = (message.header("privacy") ?? "").toLowerCase().split(/[;,\s]+/);
  if (privacy.some((value) => value === "id" || value === "user" || value === "header")) return true;
  return message.from !== undefined && isAnonymous(message.from);
}

export function isAnonymous({ uri }: NameAddr): boolean {
  return isSipUri(uri) && (uri.host === "anonymous.invalid" || uri.user?.toLowerCase() === "anonymous");
}

export interface CallerOptions {
  readonly plan?: NumberPlan;
  /** Whether P-Asserted-Identity of this peer counts (RFC 3325 §5). */
  readonly isTrusted: boolean;
}

export interface CallerNumber {
  readonly number: IsupNumber;
  readonly source: "pai" | "from";
}

/** Calling party number of an INVITE: P-Asserted-Identity of a trusted peer, else From (RFC 3398 §12.2, RFC 4497 §9.2.2). */
export function callingPartyNumberFrom(message: Message, options: CallerOptions): CallerNumber | undefined {
  const { plan = {}, isTrusted } = options;
  const presentationIndicator = isCallerHidden(message) ? RESTRICTED : ALLOWED;
  const numberFrom = ({ uri }: NameAddr): IsupNumber | undefined => {
    const address = addressFromUri(uri, plan);
    return (
      address &&
      isupNumber({ ...address, incomplete: 0, presentationIndicator, screeningIndicator: NETWORK_PROVIDED })
    );
  };
  const asserted = isTrusted ? (parseNameAddrs(message.headers("p-asserted-identity")) ?? []) : [];
  for (const identity of asserted) {
    const number = numberFrom(identity);
    if (number !== undefined) return { number, source: "pai" };
  }
  if (message.from === undefined || isAnonymous(message.from)) return undefined;
  const number = numberFrom(message.from);
  return number && { number, source: "from" };
}

export interface IdentityHeaders {
  /** Value of From, without a tag. */
  readonly from: string;
  readonly others: readonly (readonly [name: string, value: string])[];
}

export interface IdentityOptions {
  readonly plan?: NumberPlan;
  /** Host of our own URIs. */
  readonly host: string;
  /** Whether the next hop may see a restricted number in P-Asserted-Identity (RFC 3325 §5). */
  readonly isTrusted: boolean;
}

/** From, P-Asserted-Identity and Privacy of an INVITE (RFC 3398 §12.1, RFC 3325, RFC 4497 §9.1.2). */
export function identityHeadersFrom(parameters: Parameters, options: IdentityOptions): IdentityHeaders {
  const { host, plan = {}, isTrusted } = options;
  const number = parameters.callingPartyNumber;
  const presentation = number?.presentationIndicator ?? NOT_AVAILABLE;
  // 3 is reserved by ITU and means "restricted by the network" in some national plans.
  const isRestricted = presentation === RESTRICTED || presentation === 3;
  const isUsable = number !== undefined && number.digits !== "" && presentation !== NOT_AVAILABLE;
  const privacy = isRestricted ? [["Privacy", "id"] as const] : [];
  if (!isUsable) return { from: isRestricted ? ANONYMOUS : `<sip:${host}>`, others: privacy };
  const uri = `<${uriFromNumber(number, host, plan)}>`;
  // Category and line are for those who may act on them (RFC 3325 §5).
  const params = [...categoryParamsFrom(parameters), ...lineParamsFrom(parameters)];
  const known = `<${uriFromNumber(number, host, plan, params)}>`;
  const asserted = isTrusted ? [["P-Asserted-Identity", known] as const] : [];
  if (isRestricted) return { from: ANONYMOUS, others: [...asserted, ...privacy] };
  const name = nameOf(parameters);
  return { from: name === "" ? uri : `${quote(name)} ${uri}`, others: asserted };
}

/** Generic name (T1.113), where it may be shown (RFC 3398 §12.1). */
function nameOf({ genericName }: Parameters): string {
  return genericName?.presentationIndicator === ALLOWED ? genericName.characters.trim() : "";
}
