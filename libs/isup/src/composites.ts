import { bits, coded, extended, flag, number } from "./fields.ts";
import { address, packedDigits, readDigits, writeDigits, type Digits } from "./digits.ts";
import * as n from "./names.ts";
import { octets, prefixed } from "./octet-fields.ts";
import { derived, group, list, optional, sequence, type Fields, type Part } from "./parts.ts";

/** Parameters made of several parts, each with the clause of Q.763 (12/1999). */

/** §3.61; the user's octets are 128 at most. */
export const userToUserInformation = sequence(
  bits(1, { protocolDiscriminator: coded(0, 8, n.USER_TO_USER_PROTOCOL) }),
  octets("octets"),
);

/** §3.15: the network identity has its first digit in the high nibble, as no other digits of ISUP but those of §3.34. */
export const closedUserGroupInterlockCode = sequence(
  packedDigits("networkIdentity", { octets: 2, isHighFirst: true }),
  octets("binaryCode", { length: 2 }),
);

/** §3.34. Look-ahead for busy 1 and 2: two sources against a dissector that has them swapped. */
export const mlppPrecedence = sequence(
  bits(1, {
    precedenceLevelIndicator: coded(0, 4, n.PRECEDENCE_LEVEL),
    lookAheadForBusyIndicator: coded(5, 2, n.LOOK_AHEAD_FOR_BUSY),
  }),
  packedDigits("networkIdentity", { octets: 2, isHighFirst: true }),
  octets("serviceDomain", { length: 3 }),
);

export interface TransitNetworkSelection extends Digits {
  readonly networkIdentificationPlanIndicator: number;
  readonly networkIdentificationPlan: string;
  readonly typeOfNetworkIdentificationIndicator: number;
  readonly typeOfNetworkIdentification: string;
  /** In T1.113 only. */
  readonly circuitCodeIndicator?: number;
  readonly circuitCode?: string;
}

/** §3.53 with the digits of a transit network; odd and even as in numbers. */
export const transitNetworkSelection: Part<TransitNetworkSelection> = address(
  {
    networkIdentificationPlanIndicator: coded(0, 4, n.NETWORK_PLAN),
    typeOfNetworkIdentificationIndicator: coded(4, 3, n.NETWORK_TYPE),
  },
  { octets: 1, least: 2 },
);

/** §3.90. */
export const networkRoutingNumber = address(
  {
    natureOfAddressIndicator: coded(0, 4, n.ROUTING_NUMBER_NATURE),
    numberingPlanIndicator: coded(4, 3, n.NUMBERING_PLAN, 1),
  },
  { octets: 1 },
);

/** §3.36: the network's identification has its own length, then follow its facilities. */
export const networkSpecificFacility = sequence(
  group(
    "networkIdentification",
    prefixed(
      sequence(
        bits(
          1,
          {
            networkIdentificationPlanIndicator: coded(0, 4, n.NETWORK_PLAN),
            typeOfNetworkIdentificationIndicator: coded(4, 3, n.NETWORK_TYPE),
          },
          { initial: 0x80 },
        ),
        octets("identification"),
      ),
    ),
  ),
  octets("facility"),
);

/** §3.48; the components are ASN.1 of Q.731 and later. */
export const remoteOperations = sequence(
  bits(1, { protocolProfileIndicator: coded(0, 5, n.PROTOCOL_PROFILE) }, { initial: 0x80 }),
  octets("components"),
);

/** §3.49: codes 124 to 254 are national. */
export const serviceActivation = list("features", bits(1, { featureCode: coded(0, 8, n.FEATURE) }));

const SINGLE_OCTET = 0x80;

/** An information element of Q.931 §4.5.1: an octet alone where its b8 is 1, else with length and content. */
const informationElement = sequence(
  bits(1, { identifier: coded(0, 8, n.INFORMATION_ELEMENT) }),
  optional(
    prefixed(octets("octets")),
    (_octets, _at, fields) => Number(fields["identifier"] ?? 0) < SINGLE_OCTET,
  ),
);

/** §3.3: information elements from one access to the other. */
export const accessTransport = list("elements", informationElement);

/** §3.94, §3.95, §3.99, §3.100: tag, length, content. */
export const forwardInformation = list(
  "items",
  sequence(bits(1, { tag: coded(0, 8, n.FORWARD_TAG) }), prefixed(octets("octets"))),
);
export const backwardInformation = list(
  "items",
  sequence(bits(1, { tag: coded(0, 8, n.BACKWARD_TAG) }), prefixed(octets("octets"))),
);

/** §3.82, Q.765. Without octet 3a the whole of the application's octets is in one message. */
export const applicationTransport = sequence(
  extended(
    { applicationContextIdentifier: coded(0, 7, n.APPLICATION_CONTEXT) },
    [{ applicationContextIdentifierLow: number(0, 7) }],
    { most: 2 },
  ),
  extended({ releaseCall: flag(0), sendNotification: flag(1) }, [], { most: 1 }),
  extended(
    { segmentationIndicator: number(0, 6), newSequence: flag(6) },
    [{ segmentationLocalReference: number(0, 7) }],
    { most: 2 },
  ),
  octets("encapsulated"),
);

/** What is to be done by who does not know a message or a parameter: bits A to D of §3.33 and §3.41. */
const INSTRUCTIONS = {
  endNodeInterpretation: flag(0),
  releaseCall: flag(1),
  sendNotification: flag(2),
  discardMessage: flag(3),
};

/** §3.33. */
export const messageCompatibilityInformation = extended(
  {
    ...INSTRUCTIONS,
    passOnNotPossible: number(4, 1),
    broadbandNarrowbandInterworking: coded(5, 2, n.BAND_INTERWORKING),
  },
  [],
);

/** §3.41: instructions for each parameter named. */
export const parameterCompatibilityInformation = list(
  "instructions",
  sequence(
    bits(1, { parameterCode: number(0, 8) }),
    extended(
      {
        ...INSTRUCTIONS,
        discardParameter: flag(4),
        passOnNotPossible: coded(5, 2, n.PASS_ON_NOT_POSSIBLE),
      },
      [{ broadbandNarrowbandInterworking: coded(0, 2, n.BAND_INTERWORKING) }],
    ),
  ),
  2,
);

/** §3.66: digits whose header octet says how many octets they take. */
function gvnsNumber<D extends object>(header: Part<D>, headerOctets: number): Part<D & Digits> {
  const endOf = (from: Uint8Array, at: number, end: number): number =>
    at < end ? Math.min(at + 1 + ((from[at] ?? 0) & 0x0f), end) : at;
  return {
    least: headerOctets,
    fields: [...header.fields, { name: "digits", kind: "digits" }, { name: "stSignal", kind: "boolean" }],
    read(from, at, end, into) {
      const next = endOf(from, at, end);
      header.read(from, at, next, into);
      const isOdd = at < end && ((from[at] ?? 0) & 0x80) !== 0;
      readDigits(from, Math.min(at + headerOctets, next), next, isOdd, into);
      return next;
    },
    write(value, out, base, at, end) {
      const next = base === undefined ? at : endOf(base, at, end);
      const before: Fields = {};
      if (base !== undefined) this.read(base, at, end, before);
      const first = out.length;
      header.write(value, out, base, at, next);
      const { digits = before["digits"], stSignal = before["stSignal"] } = value;
      const isOdd = writeDigits({ digits, stSignal }, out);
      const spare = headerOctets === 1 ? out.at(first) & 0x70 : out.at(first) & 0x7f & ~0x0f;
      out.set(first, (isOdd ? 0x80 : 0) | spare | ((out.length - first - 1) & 0x0f));
      return next;
    },
  };
}

const plainHeader = bits(1, {});
export const forwardGvns = sequence(
  group("originatingParticipatingServiceProvider", gvnsNumber(plainHeader, 1)),
  group("gvnsUserGroup", gvnsNumber(plainHeader, 1)),
  group(
    "terminatingNetworkRoutingNumber",
    gvnsNumber(
      bits(2, {
        numberingPlanIndicator: coded(4, 3, n.NUMBERING_PLAN, 1),
        natureOfAddressIndicator: coded(8, 7, n.NATURE_OF_ADDRESS),
      }),
      2,
    ),
  ),
);

/** Degrees in a fraction of 23 and 24 bits: 3GPP TS 23.032 §6.1, whose shapes these are. */
const LATITUDE_STEP = 90 / 2 ** 23;
const LONGITUDE_STEP = 360 / 2 ** 24;
const POINT_OCTETS = 6;
/** The shapes that begin with a point. */
const POINT_SHAPES_MAX = 4;

/** §3.88. */
export const callingGeodeticLocation = sequence(
  bits(1, {
    screeningIndicator: coded(0, 2, n.SCREENING),
    presentationIndicator: coded(2, 2, n.LOCATION_PRESENTATION),
  }),
  bits(1, { typeOfShapeIndicator: coded(0, 7, n.SHAPE) }, { initial: 0x80 }),
  octets("shape"),
  derived<{ readonly latitude?: number; readonly longitude?: number }>(
    [
      { name: "latitude", kind: "number", isOptional: true },
      { name: "longitude", kind: "number", isOptional: true },
    ],
    ({ shape, typeOfShapeIndicator }) => {
      const isPoint = Number(typeOfShapeIndicator) <= POINT_SHAPES_MAX;
      if (!(shape instanceof Uint8Array) || shape.length < POINT_OCTETS || !isPoint) return undefined;
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = shape;
      const north = (((a & 0x7f) << 16) | (b << 8) | c) * LATITUDE_STEP;
      const east = (((d << 24) | (e << 16) | (f << 8)) >> 8) * LONGITUDE_STEP;
      return { latitude: (a & 0x80) === 0 ? north : -north, longitude: east };
    },
  ),
);
