import {
  editIsup,
  familyOf,
  isupMessage,
  isupNumber,
  type IsupMessage,
  type IsupMessageOf,
  type IsupVariant,
  type ParameterChanges,
  type ParameterInputs,
} from "@tandem/isup";
import type { SipRequest } from "@tandem/sip";
import { bearerParameters } from "./bearer.ts";
import { callingPartyNumberFrom } from "./caller-identity.ts";
import { categoryFrom, ORDINARY } from "./categories.ts";
import { chargeNumberFrom, originatingLineFrom } from "./charging.ts";
import { hopCounterFrom } from "./hop-counter.ts";
import { calledParameters, isSameCalled, withoutPorting, type PortedNumberForm } from "./called-number.ts";
import { addressFromUri, isSameNumber, type IsupAddress, type NumberPlan } from "./numbers.ts";
import { divertedFromDiversion, divertedFromHistoryInfo, redirectionParameters } from "./redirections.ts";
import { carrierIn, carrierParameter, routingDigitsOf, routingNumbersOf } from "./routing-numbers.ts";
import { userToUserFromHeaders } from "./user-to-user.ts";

export interface IamOptions {
  readonly variant: IsupVariant;
  readonly plan?: NumberPlan;
  /** The encapsulated IAM of the INVITE: SIP header fields overwrite it (RFC 3398 §7.2.1.1). */
  readonly template?: IsupMessage | undefined;
  /** Whether identity, diversion and routing parameters of the peer count (RFC 3325 §5, RFC 4694 §7). */
  readonly isTrusted: boolean;
  /** Audio encodings of the SDP offer, in upper case. */
  readonly encodings?: readonly string[];
  /** How an ITU network carries a ported number; as one called party number by default (RFC 3398 §7.2.1.1). */
  readonly portedNumber?: PortedNumberForm;
}

export type IamResult =
  | { readonly ok: true; readonly iam: IsupMessage; readonly rows: readonly string[] }
  /** RFC 3398 §12.2: a Request-URI without a number that ISUP could carry. */
  | { readonly ok: false; readonly status: 484; readonly row: string };

/** Nature of address, Q.763 (12/1999) §3.9. */
const UNKNOWN = 2;
const INTERNATIONAL = 4;

/**
 * The IAM of an INVITE (RFC 3398 §7.2.1.1): the encapsulated one or a canonical template, over which the header fields
 * are written. Parameters that SIP says the same of keep their octets. `rows` names what decided.
 */
export function iamFromInvite(request: SipRequest, options: IamOptions): IamResult {
  const { plan = {}, variant, template } = options;
  const address = request.requestUri && addressFromUri(request.requestUri, plan);
  if (address === undefined)
    return { ok: false, status: 484, row: "RFC 3398 §12.2: Request-URI without a telephone number → 484" };
  const rows: string[] = [];
  const changes: Record<string, unknown> = {};
  const set = (parameters: ParameterChanges, row: string): void => {
    if (Object.keys(parameters).length === 0) return;
    Object.assign(changes, parameters);
    rows.push(row);
  };
  const known = template?.parameters;
  setCalled(request, address, options, set);
  setCaller(request, options, set);
  setOriginalCalled(request, address, options, set);
  setRedirections(request, options, set);
  const category = categoryFrom(request);
  if (category !== undefined && options.isTrusted)
    set({ callingPartysCategory: { value: category } }, "TS 29.163: calling party's category from cpc");
  if (options.isTrusted && familyOf(variant) === "ansi") {
    set(chargeNumberFrom(request, plan), "RFC 8496: charge number from P-Charge-Info");
    set(originatingLineFrom(request), "isup-oli, by practice: originating line information");
  }
  const hops = hopCounterFrom(request, known?.hopCounter?.value);
  if (hops !== undefined && known?.hopCounter !== undefined)
    set({ hopCounter: { value: hops } }, "Q.1912.5: hop counter from Max-Forwards");
  set(userToUserFromHeaders(request.headers("user-to-user")), "RFC 7434: user-to-user information");
  const iam = template === undefined ? canonicalIam(changes, options) : editIsup(template, changes);
  return {
    ok: true,
    iam,
    rows: template === undefined ? ["RFC 3398 §7.2.1.1: canonical IAM", ...rows] : rows,
  };

  function canonicalIam(parameters: ParameterInputs, { encodings = [] }: IamOptions): IsupMessageOf<"IAM"> {
    const isAnsi = familyOf(variant) === "ansi";
    const forward = {
      ...FORWARD,
      internationalCall: address?.natureOfAddressIndicator === INTERNATIONAL ? 1 : 0,
    };
    const fci = { ...forward, ...(parameters.forwardCallIndicators as object | undefined) };
    return isupMessage(
      "IAM",
      {
        natureOfConnectionIndicators: { satellite: 0, continuityCheck: 0, outgoingEchoControlDevice: 0 },
        callingPartysCategory: { value: ORDINARY },
        ...bearerParameters(encodings, isAnsi),
        ...parameters,
        forwardCallIndicators: fci,
      },
      { variant },
    );
  }
}

/** RFC 3398 §7.2.1.1: no interworking and ISUP all the way are strongly recommended; the access is not ISDN. */
const FORWARD = {
  endToEndMethod: 0,
  interworking: 0,
  endToEndInformation: 0,
  isdnUserPart: 1,
  isdnUserPartPreference: 0,
  isdnAccess: 0,
  sccpMethod: 0,
};

type Set = (parameters: ParameterChanges, row: string) => void;

function setCaller(request: SipRequest, options: IamOptions, set: Set): void {
  const { plan = {}, isTrusted, template } = options;
  const caller = callingPartyNumberFrom(request, { plan, isTrusted });
  const known = template?.parameters.callingPartyNumber;
  const hasPrivacy = request.header("privacy") !== undefined;
  if (caller === undefined) return;
  const isSame = known !== undefined && isSameNumber(known, caller.number, plan);
  const isShownAlike = known?.presentationIndicator === caller.number.presentationIndicator;
  // An IAM that restricts the same number knows more than a SIP message that says nothing of privacy.
  if (isSame && (isShownAlike || !hasPrivacy)) return;
  const source = caller.source === "pai" ? "P-Asserted-Identity" : "From";
  set({ callingPartyNumber: caller.number }, `RFC 3398 §7.2.1.1: calling party number from ${source}`);
}

function setRedirections(
  request: SipRequest,
  { plan = {}, isTrusted, template }: IamOptions,
  set: Set,
): void {
  if (!isTrusted) return;
  const history = divertedFromHistoryInfo(request.headers("history-info"), plan);
  const diverted = history.length > 0 ? history : divertedFromDiversion(request.headers("diversion"), plan);
  const [newest] = diverted;
  if (newest === undefined) return;
  const known = template?.parameters.redirectingNumber;
  if (known !== undefined && isSameNumber(known, newest.number, plan)) return;
  const row =
    history.length > 0
      ? "RFC 7044: redirections from History-Info"
      : "RFC 5806 §9.2.4: redirections from Diversion";
  set(redirectionParameters(diverted), row);
}

/** Called party number, with routing number and carrier (RFC 3398 §7.2.1.1, RFC 4694). */
function setCalled(
  request: SipRequest,
  address: IsupAddress,
  { plan = {}, isTrusted, variant, template, portedNumber = "concatenated" }: IamOptions,
  set: Set,
): void {
  const known = template?.parameters;
  const routing = isTrusted && request.requestUri ? routingNumbersOf(request.requestUri, plan) : undefined;
  const routingNumber = routing && routingDigitsOf(routing, plan);
  const isKnown = known !== undefined && isSameCalled(known, { address, routingNumber }, plan);
  if (!isKnown) {
    const { parameters, row } = calledParameters({ address, routingNumber }, variant, portedNumber);
    if (known !== undefined)
      set(withoutPorting(known), "RFC 3398 §7.2.1.1: nothing of the number called before");
    set(parameters, "RFC 3398 §7.2.1.1: called party number from Request-URI");
    if (row !== undefined) set(parameters, row);
  }
  const hasDip = routing?.hasDip === true;
  const wasTranslated = known?.forwardCallIndicators?.portedNumberTranslated === 1;
  // An IAM that has number and routing number as the request says them knows best what was looked up.
  const isTold = isKnown && (routingNumber !== undefined || !hasDip);
  if (!isTold && hasDip !== wasTranslated)
    set(
      { forwardCallIndicators: { portedNumberTranslated: hasDip ? 1 : 0 } },
      "RFC 3398 §7.2.1.1: ported number translated from npdi",
    );
  const carrier = routing?.carrier;
  if (carrier === undefined || (known !== undefined && carrierIn(known) === carrier)) return;
  const { parameters, row } = carrierParameter(carrier, {
    isAnsi: familyOf(variant) === "ansi",
    nature: address.natureOfAddressIndicator,
  });
  set(parameters, row);
}

/** RFC 3398 §7.2.1.1: a To at variance with the Request-URI tells whom the caller dialled first. */
function setOriginalCalled(
  request: SipRequest,
  address: IsupAddress,
  { plan = {}, isTrusted, template }: IamOptions,
  set: Set,
): void {
  const dialled = request.to?.uri && addressFromUri(request.to.uri, plan);
  // Whether two numbers differ can be told only where both are whole ones.
  if (!isTrusted || dialled === undefined || [dialled, address].some(isUnknown)) return;
  // What the peer's network says of redirections is better founded than what the caller's telephone wrote.
  if (template?.parameters.originalCalledNumber !== undefined || isSameNumber(dialled, address, plan)) return;
  set(
    { originalCalledNumber: isupNumber({ ...dialled, presentationIndicator: 0 }) },
    "RFC 3398 §7.2.1.1: original called number from To",
  );
}

function isUnknown({ natureOfAddressIndicator }: IsupAddress): boolean {
  return natureOfAddressIndicator === UNKNOWN;
}
