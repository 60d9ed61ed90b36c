import { familyOf, type IsupMessageOf, type ParameterInputs, type Parameters } from "@tandem/isup";
import type { Uri } from "@tandem/sip";
import { calledIn } from "./called-number.ts";
import type { NumberPlan, SubscriberParams } from "./numbers.ts";
import { telephoneSubscriberOf } from "./telephone-uri.ts";

/** What a Request-URI says of portability and carrier (RFC 4694): parameters of an untrusted peer are not to be read. */
export interface RoutingNumbers {
  /** A database has been asked for the number. */
  readonly hasDip: boolean;
  /** Routing number, with "+" where it is global. */
  readonly routingNumber: string | undefined;
  /** Carrier identification code: its digits without country. */
  readonly carrier: string | undefined;
}

const SEPARATORS = /[-.()]/g;
/** RFC 4694 §4.2 has hexadecimal digits, as Q.763 has overdecadic ones. */
const ROUTING_DIGITS = /^[0-9A-E]{1,24}$/i;
/** Network identification plan, T1.113. */
const THREE_DIGITS = 1;
const FOUR_DIGITS = 2;
/** Nature of address, Q.763 (12/1999) §3.9. */
const INTERNATIONAL = 4;
/** Country of ANSI's networks, where a trunk has no other. */
const NORTH_AMERICA = "1";

/** `npdi=yes` is what RFC 3398 §7.2.1.1 wrote before RFC 4694. */
export function routingNumbersOf(uri: Uri, { country = NORTH_AMERICA }: NumberPlan = {}): RoutingNumbers {
  const params = telephoneSubscriberOf(uri)?.params;
  const value = (name: string): string | undefined => params?.get(name)?.replace(SEPARATORS, "");
  const rn = value("rn");
  const context = value("rn-context");
  const routingNumber = rn !== undefined && !rn.startsWith("+") && context !== undefined ? context + rn : rn;
  const cic = value("cic");
  return {
    hasDip: params?.has("npdi") === true && value("npdi") !== "no",
    routingNumber: routingNumber === "" ? undefined : routingNumber,
    // A global cic is country code and carrier (RFC 4694 §4.3); North America's is the one that is in use.
    carrier: cic === "" ? undefined : localCarrierOf(cic, country),
  };
}

/** Digits of a routing number as ISUP carries them, where a number has been looked up and is ported (RFC 3398 §7.2.1.1). */
export function routingDigitsOf(
  { hasDip, routingNumber }: RoutingNumbers,
  { country = NORTH_AMERICA }: NumberPlan,
): string | undefined {
  if (!hasDip || routingNumber === undefined) return undefined;
  const digits = routingNumber.startsWith(`+${country}`)
    ? routingNumber.slice(1 + country.length)
    : routingNumber.replace(/^\+/, "");
  return ROUTING_DIGITS.test(digits) ? digits.toLowerCase() : undefined;
}

function localCarrierOf(cic: string | undefined, country: string): string | undefined {
  const prefix = `+${country}`;
  return cic?.startsWith(prefix) === true ? cic.slice(prefix.length) : cic?.replace(/^\+/, "");
}

/** Parameters to set, and the rule that asks for them. */
export interface RuledParameters {
  readonly parameters: ParameterInputs;
  readonly row: string;
}

/**
 * Carrier of `cic` for a called number of that nature (RFC 3398 §7.2.1.1): the carrier identification where the variant has
 * it and the number is not international, else the transit network selection.
 */
export function carrierParameter(
  carrier: string,
  { isAnsi, nature }: { readonly isAnsi: boolean; readonly nature: number },
): RuledParameters {
  const network = networkOf(carrier, isAnsi);
  return isAnsi && nature !== INTERNATIONAL
    ? {
        parameters: { carrierIdentification: network },
        row: "RFC 3398 §7.2.1.1: carrier identification from cic",
      }
    : {
        parameters: { transitNetworkSelection: network },
        row: "RFC 3398 §7.2.1.1: transit network selection from cic",
      };
}

/** Digits of the carrier that an IAM names. */
export function carrierIn({
  transitNetworkSelection,
  carrierIdentification,
}: Parameters): string | undefined {
  const digits = (transitNetworkSelection ?? carrierIdentification)?.digits ?? "";
  return digits === "" ? undefined : digits;
}

/** National network identification: T1.113's plan says how many digits, Q.763 (12/1999) §3.53 leaves it to the network. */
function networkOf(
  digits: string,
  isAnsi: boolean,
): {
  typeOfNetworkIdentificationIndicator: number;
  networkIdentificationPlanIndicator: number;
  digits: string;
} {
  const ansiPlan = digits.length === 4 ? FOUR_DIGITS : THREE_DIGITS;
  const networkIdentificationPlanIndicator = isAnsi ? ansiPlan : 0;
  return { typeOfNetworkIdentificationIndicator: 2, networkIdentificationPlanIndicator, digits };
}

/**
 * Parameters of the Request-URI's telephone-subscriber for an IAM (RFC 4694, RFC 3398 §8.2.1.1). Without a country routing
 * number and carrier would be of no known network (RFC 4694 §4.2, §4.3), and are left out.
 */
export function subscriberParamsFrom(
  { parameters, variant }: IsupMessageOf<"IAM">,
  plan: NumberPlan,
): SubscriberParams {
  const params: [string, string][] = [];
  const country = plan.country ?? (familyOf(variant) === "ansi" ? NORTH_AMERICA : undefined);
  const routingNumber = calledIn(parameters)?.routingNumber;
  if (parameters.forwardCallIndicators.portedNumberTranslated === 1 || routingNumber !== undefined)
    params.push(["npdi", ""]);
  if (routingNumber !== undefined && country !== undefined)
    params.push(["rn", `+${country}${routingNumber}`]);
  const carrier = carrierIn(parameters);
  if (carrier !== undefined && country !== undefined) params.push(["cic", `+${country}${carrier}`]);
  return params;
}
