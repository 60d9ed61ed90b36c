import { isupNumber, type ParameterInputs, type Parameters } from "@tandem/isup";
import { parseNameAddrs, type SipRequest } from "@tandem/sip";
import { numberFromUri, uriFromNumber, type NumberPlan, type SubscriberParams } from "./numbers.ts";
import { telephoneSubscriberOf } from "./telephone-uri.ts";

/** Who is charged, in ANSI ISUP: charge number and originating line information; trusted peers alone (RFC 8496 §5). */

/** Nature of a charge number, T1.113: the calling or the called party's national number. */
const CALLING_NATIONAL = 3;
const CALLED_NATIONAL = 7;
/** Where T1.113 holds. */
const COUNTRY = "1";
/** An ISUP number's own nature of address: national (significant). */
const NATIONAL = 3;

/** Value of P-Charge-Info; undefined where the charge number is none that a URI could name. */
export function chargeInfoFrom(
  { chargeNumber }: Parameters,
  host: string,
  { country = COUNTRY }: NumberPlan = {},
): string | undefined {
  if (chargeNumber === undefined || chargeNumber.digits === "") return undefined;
  const { digits, natureOfAddressIndicator: nature } = chargeNumber;
  if (nature !== CALLING_NATIONAL && nature !== CALLED_NATIONAL) return undefined;
  const number = isupNumber({ digits, natureOfAddressIndicator: NATIONAL });
  return `<${uriFromNumber(number, host, { country })}>`;
}

/** The charge number of P-Charge-Info: a national number of the plan's country, whoever it belongs to taken as the caller. */
export function chargeNumberFrom(
  request: SipRequest,
  { country = COUNTRY }: NumberPlan = {},
): ParameterInputs {
  const [first] = parseNameAddrs(request.headers("p-charge-info")) ?? [];
  const number = first && numberFromUri(first.uri, country)?.e164;
  const prefix = `+${country}`;
  if (!number?.startsWith(prefix)) return {};
  const digits = number.slice(prefix.length);
  return { chargeNumber: isupNumber({ digits, natureOfAddressIndicator: CALLING_NATIONAL }) };
}

/** Two decimal digits, as North America writes them. */
const LINE = /^\d{1,2}$/;

/** `isup-oli` of the caller's number: what gateways and FreeSWITCH write; no RFC has it. */
export function lineParamsFrom({ originatingLineInformation }: Parameters): SubscriberParams {
  if (originatingLineInformation === undefined) return [];
  return [["isup-oli", String(originatingLineInformation.value).padStart(2, "0")]];
}

export function originatingLineFrom(request: SipRequest): ParameterInputs {
  const asserted = parseNameAddrs(request.headers("p-asserted-identity")) ?? [];
  for (const { uri } of [...asserted, ...(request.from === undefined ? [] : [request.from])]) {
    const own = "params" in uri ? uri.params.get("isup-oli") : undefined;
    const line = telephoneSubscriberOf(uri)?.params.get("isup-oli") ?? own ?? "";
    if (LINE.test(line)) return { originatingLineInformation: { value: Number(line) } };
  }
  return {};
}
