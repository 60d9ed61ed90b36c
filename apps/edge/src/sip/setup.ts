import type {
  CallCommon,
  CallIncoming,
  Isup,
  NumberSource,
  PartyNumber,
  Presentation,
  Redirection,
  Screening,
} from "@tandem/call-events";
import {
  categoryFrom,
  divertedFromHistoryInfo,
  divertedFromIam,
  e164FromNumber,
  hopCounterFrom,
  isAnonymous,
  isCallerHidden,
  numberFromUri,
  reasonFromDiversion,
  REDIRECTING_REASONS,
  type Diverted,
} from "@tandem/interworking";
import { CALLING_PARTYS_CATEGORY, type IsupMessage, type IsupNumber } from "@tandem/isup";
import { parseNameAddrs, type NameAddr, type SipRequest } from "@tandem/sip";
import type { TrunkConfig } from "../config/config.ts";
import type { Setup } from "../calls/primitives.ts";

/** Header fields that may cross into events: what tells of the call, nothing of the topology. */
const PASSED = new Set([
  ...["user-agent", "p-asserted-identity", "privacy", "diversion", "history-info", "p-charge-info"],
  ...["user-to-user", "identity", "geolocation", "session-id", "subject", "reason"],
]);

const PRESENTATIONS: readonly Presentation[] = ["allowed", "restricted", "unavailable", "restricted"];
const SCREENINGS: readonly Screening[] = ["userNotVerified", "userPassed", "userFailed", "network"];

const NOBODY: PartyNumber = {
  raw: "",
  e164: "",
  natureOfAddress: "",
  numberingPlan: "",
  display: "",
  presentation: "unspecified",
  screening: "unspecified",
  source: "unspecified",
};

/** What a message said of a call: the INVITE, its encapsulated IAM, the digits that came in SAMs behind it (RFC 3578). */
export interface SetupSources {
  readonly request: SipRequest;
  readonly iam: IsupMessage | undefined;
  readonly moreDigits: string;
}

/**
 * The neutral set-up of an INVITE: the encapsulated IAM first, SIP header fields over it (RFC 3398 §7.2.1.1). Trunks of
 * SIP-T, SIP-I and plain SIP say the same of the same call.
 */
export function setupOf(sources: SetupSources, isup: Isup | undefined, trunk: TrunkConfig): Setup {
  const { country } = trunk.numbers;
  const { request, iam } = sources;
  const redirecting = redirectionsOf(request, iam, country);
  return {
    called: calledOf(sources, country),
    calling: callingOf(request, iam, country),
    originalCalled: originalCalledOf(redirecting, iam, country),
    redirecting,
    category: categoryOf(request, iam),
    hopCounter: hopCounterFrom(request, iam?.parameters.hopCounter?.value),
    isup,
  };
}

/** TS 29.163 §7.2.3.1.2.10: `cpc` of the caller's URI; an ordinary subscriber where nothing is said (RFC 3398 §7.2.1.1). */
function categoryOf(request: SipRequest, iam: IsupMessage | undefined): string {
  const named = categoryFrom(request);
  if (named !== undefined) return CALLING_PARTYS_CATEGORY[named] ?? String(named);
  return iam?.parameters.callingPartysCategory?.name ?? ORDINARY;
}

const ORDINARY = "ordinary";

/** Who diverted first: header fields tell of all who did, an IAM has a parameter for it (Q.732.2 §2.5.2.1). */
function originalCalledOf(
  redirecting: readonly Redirection[],
  iam: IsupMessage | undefined,
  country: string | undefined,
): PartyNumber | undefined {
  const first = redirecting.at(-1)?.number;
  const original = iam?.parameters.originalCalledNumber;
  if (original === undefined || (first !== undefined && first.source !== "isup")) return first;
  return isupParty(original, country);
}

function calledOf({ request, iam, moreDigits }: SetupSources, country: string | undefined): PartyNumber {
  const number = iam?.parameters.calledPartyNumber;
  const base =
    number === undefined ? NOBODY : isupParty({ ...number, digits: number.digits + moreDigits }, country);
  const uri = request.requestUri;
  const found = uri === undefined ? undefined : numberFromUri(uri, country, moreDigits);
  return found === undefined ? base : { ...base, ...normalised(found, base), source: "ruri" };
}

function callingOf(
  request: SipRequest,
  iam: IsupMessage | undefined,
  country: string | undefined,
): PartyNumber {
  const number = iam?.parameters.callingPartyNumber;
  const base = number === undefined ? NOBODY : isupParty(number, country);
  const asserted = parseNameAddrs(request.headers("p-asserted-identity"))?.find(({ uri }) =>
    numberFromUri(uri, country),
  );
  const identity = asserted ?? request.from;
  const found = identity && numberFromUri(identity.uri, country);
  const privacy = presentationOf(request, identity, base);
  if (identity === undefined || found === undefined || isAnonymous(identity))
    return { ...base, presentation: privacy };
  return {
    ...base,
    ...normalised(found, base),
    display: identity.displayName ?? "",
    presentation: privacy,
    // RFC 3325 §9.1: the network has asserted it.
    ...(asserted !== undefined && base.screening === "unspecified" && { screening: "network" }),
    source: asserted === undefined ? "from" : "pai",
  };
}

/** A number with "+" is international, whatever ISUP called the same digits (RFC 3398 §12.2). */
const GLOBAL = { natureOfAddress: "international", numberingPlan: "isdn" };

/** A URI without country code is read by what ISUP says of the same digits. */
function normalised(found: { raw: string; e164: string }, base: PartyNumber): Partial<PartyNumber> {
  if (found.raw.startsWith("+")) return { ...found, ...(found.e164 !== "" && GLOBAL) };
  return found.e164 === "" && base.raw === found.raw ? { raw: found.raw, e164: base.e164 } : found;
}

function presentationOf(
  request: SipRequest,
  identity: NameAddr | undefined,
  base: PartyNumber,
): Presentation {
  if (isCallerHidden(request)) return "restricted";
  if (base.presentation !== "unspecified") return base.presentation;
  return identity === undefined ? "unavailable" : "allowed";
}

function isupParty(number: IsupNumber, country: string | undefined): PartyNumber {
  return {
    raw: number.digits,
    e164: e164FromNumber(number, country),
    natureOfAddress: number.natureOfAddress,
    numberingPlan: number.numberingPlan,
    display: "",
    presentation: PRESENTATIONS[number.presentationIndicator ?? -1] ?? "unspecified",
    screening: SCREENINGS[number.screeningIndicator ?? -1] ?? "unspecified",
    source: "isup",
  };
}

/** Header fields overwrite the IAM (RFC 3398 §7.2.1.1): Diversion, else History-Info, else its redirecting number. */
function redirectionsOf(
  request: SipRequest,
  iam: IsupMessage | undefined,
  country: string | undefined,
): Redirection[] {
  const diversions = parseNameAddrs(request.headers("diversion")) ?? [];
  if (diversions.length > 0) return diversions.map((diversion) => diversionOf(diversion, country));
  const history = divertedFromHistoryInfo(request.headers("history-info"), { country });
  if (history.length > 0) return history.map((each) => redirectionOf(each, "historyInfo", country));
  return divertedFromIam(iam?.parameters ?? {}).map((each) => redirectionOf(each, "isup", country));
}

function diversionOf({ displayName, params, uri }: NameAddr, country: string | undefined): Redirection {
  const counter = params.get("counter") ?? "1";
  return {
    number: {
      ...NOBODY,
      ...normalised(numberFromUri(uri, country) ?? { raw: "", e164: "" }, NOBODY),
      display: displayName ?? "",
      presentation: /^(full|uri)$/i.test(params.get("privacy") ?? "") ? "restricted" : "allowed",
      source: "diversion",
    },
    reason: REDIRECTING_REASONS[reasonFromDiversion(params.get("reason"))],
    // RFC 5806 §9.2: one where it is left out.
    count: /^[0-9]{1,2}$/.test(counter) ? Number(counter) : null,
  };
}

function redirectionOf(
  { number, reason, counter: count }: Diverted,
  source: NumberSource,
  country: string | undefined,
): Redirection {
  const party = { ...isupParty(number, country), source };
  return { number: party, reason: REDIRECTING_REASONS[reason], count };
}

/** The part of `call.incoming` that the signalling gives. */
export function incomingDetails(
  request: SipRequest,
  iam: IsupMessage | undefined,
  setup: Setup,
  origin: Pick<CallIncoming, "source" | "codecsOffered" | "srtpOffered">,
): Omit<CallIncoming, keyof CallCommon> {
  const headers: Record<string, string> = {};
  request.index.ids.forEach((id, at) => {
    if (!PASSED.has(id)) return;
    const value = request.rawValue(at);
    const before = headers[id];
    headers[id] = before === undefined ? value : `${before}, ${value}`;
  });
  return {
    called: setup.called,
    calling: setup.calling,
    originalCalled: setup.originalCalled ?? null,
    redirecting: setup.redirecting,
    headers,
    ruri: request.requestUriText,
    ...origin,
    callingPartysCategory: setup.category,
    transmissionMediumRequirement: iam?.parameters.transmissionMediumRequirement?.name ?? "",
    hopCounter: setup.hopCounter ?? null,
    isup: setup.isup ?? null,
  };
}
