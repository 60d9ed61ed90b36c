import type {
  CallCommon,
  CallIncoming,
  Isup,
  PartyNumber,
  Presentation,
  Redirection,
  Screening,
} from "@tandem/call-events";
import {
  divertedFromHistoryInfo,
  e164FromNumber,
  isAnonymous,
  isCallerHidden,
  numberFromUri,
  REDIRECTING_REASONS,
} from "@tandem/interworking";
import type { IsupMessage, IsupNumber } from "@tandem/isup";
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

/** The neutral set-up of an INVITE: the encapsulated IAM first, SIP header fields over it (RFC 3398 §7.2.1.1). */
export function setupOf(
  request: SipRequest,
  iam: IsupMessage | undefined,
  isup: Isup | undefined,
  trunk: TrunkConfig,
): Setup {
  const { country } = trunk.numbers;
  const original = iam?.parameters.originalCalledNumber;
  return {
    called: calledOf(request, iam, country),
    calling: callingOf(request, iam, country),
    originalCalled: original && isupParty(original, country),
    redirecting: redirectionsOf(request, iam, country),
    isup,
  };
}

function calledOf(
  request: SipRequest,
  iam: IsupMessage | undefined,
  country: string | undefined,
): PartyNumber {
  const number = iam?.parameters.calledPartyNumber;
  const base = number === undefined ? NOBODY : isupParty(number, country);
  const uri = request.requestUri;
  const found = uri === undefined ? undefined : numberFromUri(uri, country);
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

/** Those that History-Info tells of, where no Diversion does (RFC 7544 §5). */
function historyOf(request: SipRequest, country: string | undefined): Redirection[] {
  return divertedFromHistoryInfo(request.headers("history-info"), { country }).map(
    ({ number, reason, counter: count }) => ({
      number: { ...isupParty(number, country), source: "historyInfo" },
      reason: REDIRECTING_REASONS[reason],
      count,
    }),
  );
}

function redirectionsOf(
  request: SipRequest,
  iam: IsupMessage | undefined,
  country: string | undefined,
): Redirection[] {
  const diversions = parseNameAddrs(request.headers("diversion")) ?? [];
  if (diversions.length > 0) {
    return diversions.map(({ displayName, params, uri }) => ({
      number: {
        ...NOBODY,
        ...normalised(numberFromUri(uri, country) ?? { raw: "", e164: "" }, NOBODY),
        display: displayName ?? "",
        presentation: /^(full|uri)$/i.test(params.get("privacy") ?? "") ? "restricted" : "allowed",
        source: "diversion",
      },
      reason: params.get("reason") ?? "unknown",
      count: /^[0-9]{1,2}$/.test(params.get("counter") ?? "") ? Number(params.get("counter")) : null,
    }));
  }
  const number = iam?.parameters.redirectingNumber;
  if (number === undefined) return historyOf(request, country);
  const { redirectingReason, redirectionCounter } = iam?.parameters.redirectionInformation ?? {};
  return [
    {
      number: isupParty(number, country),
      reason: redirectingReason ?? "unknown",
      count: redirectionCounter ?? null,
    },
  ];
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
    callingPartysCategory: iam?.parameters.callingPartysCategory?.name ?? "",
    transmissionMediumRequirement: iam?.parameters.transmissionMediumRequirement?.name ?? "",
    hopCounter: iam?.parameters.hopCounter?.value ?? null,
    isup: setup.isup ?? null,
  };
}
