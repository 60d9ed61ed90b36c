import {
  familyOf,
  isupNumber,
  type IsupNumber,
  type IsupVariant,
  type ParameterChanges,
  type ParameterInputs,
  type Parameters,
} from "@tandem/isup";
import { isSameNumber, type IsupAddress, type NumberPlan } from "./numbers.ts";

/**
 * How an ITU network carries a ported number, a matter of each network (RFC 3398 §7.2.1.1, Q.763 (12/1999) §3.9, §3.86,
 * §3.90): routing number and number as one called party number, the routing number in a parameter of its own, or the
 * number in one. ANSI has one way, the number as generic address.
 */
export type PortedNumberForm = (typeof PORTED_NUMBER_FORMS)[number];

export const PORTED_NUMBER_FORMS = [
  "concatenated",
  "network-routing-number",
  "called-directory-number",
] as const;

/** Type of address of a generic address, T1.113: the number that was dialled. */
const PORTED = 0xc0;
const NATIONAL = 3;
const ROUTING_NUMBER_NATIONAL = 6;
const ROUTING_NUMBER_NETWORK_SPECIFIC = 7;
const CONCATENATED = 8;
const E164_PLAN = 1;
/** Nature of address of a network routing number: national format. */
const NATIONAL_FORMAT = 1;

/** Whom an IAM calls. */
export interface Called {
  /** The number that was dialled; a concatenated one is not to be taken apart. */
  readonly number: IsupNumber;
  /** Digits of the routing number, without country, where the number is ported. */
  readonly routingNumber: string | undefined;
}

/** Number and routing number of an IAM, whichever way its network carries them; undefined without a called party number. */
export function calledIn(parameters: Parameters): Called | undefined {
  const {
    calledPartyNumber: called,
    calledDirectoryNumber,
    genericAddress,
    networkRoutingNumber,
  } = parameters;
  if (called === undefined) return undefined;
  const ported = genericAddress?.find(({ qualifierIndicator }) => qualifierIndicator === PORTED);
  if (ported !== undefined) return { number: isupNumber(ported), routingNumber: called.digits };
  const nature = called.natureOfAddressIndicator;
  const isRoutingNumber = nature === ROUTING_NUMBER_NATIONAL || nature === ROUTING_NUMBER_NETWORK_SPECIFIC;
  if (isRoutingNumber && calledDirectoryNumber !== undefined)
    return { number: calledDirectoryNumber, routingNumber: called.digits };
  return { number: called, routingNumber: networkRoutingNumber?.digits };
}

/** What tells the called number of a request. */
export interface CalledRequest {
  readonly address: IsupAddress;
  /** Digits of the routing number, without country, where the number is ported. */
  readonly routingNumber: string | undefined;
}

/** Whether an IAM calls whom the request calls: a request that names no routing number does not deny one. */
export function isSameCalled(parameters: Parameters, request: CalledRequest, plan: NumberPlan): boolean {
  const known = calledIn(parameters);
  if (known === undefined || parameters.calledPartyNumber === undefined) return false;
  const { address, routingNumber } = request;
  if (routingNumber !== undefined && routingNumber !== known.routingNumber) return false;
  // A peer may have put the routing number alone into the Request-URI.
  return (
    isSameNumber(known.number, address, plan) || isSameNumber(parameters.calledPartyNumber, address, plan)
  );
}

/** The parameters that call `address` (RFC 3398 §7.2.1.1), and the rule of those that a ported number has. */
export function calledParameters(
  { address, routingNumber }: CalledRequest,
  variant: IsupVariant,
  form: PortedNumberForm,
): { readonly parameters: ParameterInputs; readonly row?: string } {
  const number = isupNumber({ ...address, internalNetworkNumber: 1 });
  if (routingNumber === undefined) return { parameters: { calledPartyNumber: number } };
  const row = "RFC 3398 §7.2.1.1: ported number from rn";
  if (familyOf(variant) === "ansi") {
    const routing = isupNumber({ digits: routingNumber, natureOfAddressIndicator: NATIONAL });
    const ported = { qualifierIndicator: PORTED, ...address };
    return { row, parameters: { calledPartyNumber: routing, genericAddress: [ported] } };
  }
  if (form === "network-routing-number") {
    const routing = {
      natureOfAddressIndicator: NATIONAL_FORMAT,
      numberingPlanIndicator: E164_PLAN,
      digits: routingNumber,
    };
    const parameters = { calledPartyNumber: number, networkRoutingNumber: routing };
    return { row: `${row}, as network routing number`, parameters };
  }
  const isConcatenated = form === "concatenated";
  const routing = isupNumber({
    digits: isConcatenated ? routingNumber + address.digits : routingNumber,
    natureOfAddressIndicator: isConcatenated ? CONCATENATED : ROUTING_NUMBER_NATIONAL,
    internalNetworkNumber: 1,
  });
  return isConcatenated
    ? { row: `${row}, concatenated`, parameters: { calledPartyNumber: routing } }
    : {
        row: `${row}, beside the called directory number`,
        parameters: { calledPartyNumber: routing, calledDirectoryNumber: number },
      };
}

/** Changes that take out of an IAM what belongs to the number that it called before. */
export function withoutPorting({
  calledDirectoryNumber,
  networkRoutingNumber,
  genericAddress,
}: Parameters): ParameterChanges {
  const others = genericAddress?.filter(({ qualifierIndicator }) => qualifierIndicator !== PORTED) ?? [];
  return {
    ...(calledDirectoryNumber !== undefined && { calledDirectoryNumber: undefined }),
    ...(networkRoutingNumber !== undefined && { networkRoutingNumber: undefined }),
    ...(genericAddress !== undefined && { genericAddress: others.length > 0 ? others : undefined }),
  };
}
