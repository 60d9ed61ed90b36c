import { isupNumber, type ParameterInputs, type Parameters } from "@tandem/isup";
import type { Uri } from "@tandem/sip";
import { addressFromE164, type IsupAddress, type NumberPlan, type SubscriberParams } from "./numbers.ts";
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
/** Type of address of a generic address, T1.113: the number that was dialled. */
const PORTED = 0xc0;
/** Network identification plan, T1.113. */
const THREE_DIGITS = 1;
const FOUR_DIGITS = 2;

/** `npdi=yes` is what RFC 3398 §7.2.1.1 wrote before RFC 4694. */
export function routingNumbersOf(uri: Uri, { country = "1" }: NumberPlan = {}): RoutingNumbers {
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

function localCarrierOf(cic: string | undefined, country: string): string | undefined {
  const prefix = `+${country}`;
  return cic?.startsWith(prefix) === true ? cic.slice(prefix.length) : cic?.replace(/^\+/, "");
}

/** Carrier of `cic` (RFC 3398 §7.2.1.1). */
export function carrierParameter({ carrier }: RoutingNumbers, isAnsi: boolean): ParameterInputs {
  return carrier === undefined ? {} : { transitNetworkSelection: carrierOf(carrier, isAnsi) };
}

/** Called and ported number for ANSI (RFC 3398 §7.2.1.1); ITU has them as national options only. */
export function ansiRoutingParameters(
  { hasDip, routingNumber }: RoutingNumbers,
  called: IsupAddress | undefined,
  plan: NumberPlan,
): ParameterInputs {
  if (!hasDip || routingNumber === undefined || called === undefined) return {};
  const address = addressFromE164(routingNumber.startsWith("+") ? routingNumber : `+1${routingNumber}`, {
    country: plan.country ?? "1",
  });
  return {
    calledPartyNumber: isupNumber({ ...address }),
    genericAddress: [
      {
        qualifierIndicator: PORTED,
        ...called,
      },
    ],
  };
}

/** National network identification: T1.113's plan says how many digits, Q.763 (12/1999) §3.53 leaves it to the network. */
function carrierOf(
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

/** Parameters of the Request-URI's telephone-subscriber for an IAM (RFC 4694, RFC 3398 §8.2.1.1). */
export function subscriberParamsFrom(
  parameters: Parameters,
  { country = "1" }: NumberPlan = {},
): SubscriberParams {
  const params: [string, string][] = [];
  const { forwardCallIndicators, transitNetworkSelection, calledPartyNumber } = parameters;
  if (forwardCallIndicators?.portedNumberTranslated === 1) params.push(["npdi", ""]);
  if (portedNumberOf(parameters) !== undefined && calledPartyNumber !== undefined)
    params.push(["rn", `+1${calledPartyNumber.digits}`]);
  const carrier = transitNetworkSelection?.digits ?? "";
  if (carrier !== "") params.push(["cic", `+${country}${carrier}`]);
  return params;
}

/** The number that was dialled, where the called party number is a routing number (T1.113 generic address, ported number). */
export function portedNumberOf({ genericAddress }: Parameters): string | undefined {
  return genericAddress?.find(({ qualifierIndicator }) => qualifierIndicator === PORTED)?.digits;
}
