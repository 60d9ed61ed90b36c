import {
  causeIndicatorsOf,
  isupMessage,
  isupNumber,
  type CauseIndicators,
  type IsupMessage,
  type IsupMessageOf,
  type IsupVariant,
} from "@tandem/isup";
import type { BackwardCallIndicators } from "@tandem/isup";

const NAMES = { charge: "charge", calledPartysStatus: "", calledPartysCategory: "ordinary" };

/** Backward call indicators of a gateway that ends the call, RFC 3398 §8.2.3. */
function indicators(calledPartysStatusIndicator: 0 | 1): BackwardCallIndicators {
  return {
    ...NAMES,
    chargeIndicator: 2,
    calledPartysStatusIndicator,
    calledPartysCategoryIndicator: 1,
    endToEndMethod: 0,
    interworking: 0,
    endToEndInformation: 0,
    isdnUserPart: 1,
    holding: 0,
    isdnAccess: 0,
    echoControlDevice: 0,
    sccpMethod: 0,
  };
}

/** ACM of an 18x: subscriber free for 180, no indication for the others (RFC 3398 §8.2.3, §7.2.5). */
export function acmFrom18x(status: number, variant: IsupVariant): IsupMessage {
  return isupMessage("ACM", { backwardCallIndicators: indicators(status === 180 ? 1 : 0) }, { variant });
}

/** What says answer in a 200 to INVITE: ANM after an ACM, else CON, which ANSI does not have (RFC 3398 §7.2.7). */
export function anmFrom200(hasSentAcm: boolean, variant: IsupVariant): IsupMessage {
  if (hasSentAcm || variant.startsWith("ansi")) return isupMessage("ANM", {}, { variant });
  return isupMessage("CON", { backwardCallIndicators: indicators(1) }, { variant });
}

export function relFromCause(cause: CauseIndicators, variant: IsupVariant): IsupMessage {
  return isupMessage("REL", { causeIndicators: cause }, { variant });
}

/** The cause as REL carries it, by its numbers. */
export function causeForRel(value: number, location: number): CauseIndicators {
  return causeIndicatorsOf(value, location);
}

export function rlc(variant: IsupVariant): IsupMessage {
  return isupMessage("RLC", {}, { variant });
}

export interface IamParts {
  /** E.164 with "+", or national digits. */
  readonly called: string;
  readonly calling?: string | undefined;
  readonly isRestricted?: boolean;
  /** Country code of national numbers: an E.164 number of it becomes national (RFC 3398 §12.2). */
  readonly country?: string | undefined;
}

/** RFC 3966 §5.1.1, and the spaces people write. */
const SEPARATORS = /[-.() ]/g;
const E164_PLAN = 1;
const NATIONAL = 3;
const INTERNATIONAL = 4;
const NETWORK_PROVIDED = 3;

/** An IAM of two numbers, RFC 3398 §7.2.1.1 with the defaults of the clause. */
export function iamFrom(parts: IamParts, variant: IsupVariant): IsupMessageOf<"IAM"> {
  const called = addressOf(parts.called, parts.country);
  const calling = parts.calling === undefined ? undefined : addressOf(parts.calling, parts.country);
  return isupMessage(
    "IAM",
    {
      natureOfConnectionIndicators: { satellite: 0, continuityCheck: 0, outgoingEchoControlDevice: 0 },
      forwardCallIndicators: {
        internationalCall: called.natureOfAddressIndicator === INTERNATIONAL ? 1 : 0,
        endToEndMethod: 0,
        interworking: 0,
        endToEndInformation: 0,
        isdnUserPart: 1,
        isdnUserPartPreference: 0,
        isdnAccess: 0,
        sccpMethod: 0,
        portedNumberTranslated: 0,
        queryOnReleaseAttempt: 0,
      },
      callingPartysCategory: { value: 10, name: "ordinary" },
      ...(variant.startsWith("ansi")
        ? { userServiceInformation: { octets: Uint8Array.of(0x90, 0x90, 0xa2) } }
        : { transmissionMediumRequirement: { value: 3, name: "3.1kHzAudio" } }),
      calledPartyNumber: isupNumber({
        ...called,
        numberingPlanIndicator: E164_PLAN,
        internalNetworkNumber: 1,
      }),
      ...(calling && {
        callingPartyNumber: isupNumber({
          ...calling,
          incomplete: 0,
          presentationIndicator: parts.isRestricted === true ? 1 : 0,
          screeningIndicator: NETWORK_PROVIDED,
        }),
      }),
    },
    { variant },
  );
}

function addressOf(
  written: string,
  country: string | undefined,
): { digits: string; natureOfAddressIndicator: number } {
  const number = written.replace(SEPARATORS, "");
  if (!number.startsWith("+")) return { digits: number, natureOfAddressIndicator: NATIONAL };
  if (country !== undefined && number.startsWith(`+${country}`)) {
    return { digits: number.slice(1 + country.length), natureOfAddressIndicator: NATIONAL };
  }
  return { digits: number.slice(1), natureOfAddressIndicator: INTERNATIONAL };
}
