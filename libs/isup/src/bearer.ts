import { bits, coded, extended, flag, number } from "./fields.ts";
import * as n from "./names.ts";
import { optional, sequence, type Fields } from "./parts.ts";

const MULTIRATE = 24;

/** Whether an octet begins the group of a layer: its identification stands in b7 and b6. */
const ofLayer = (layer: 1 | 2 | 3) => (octets: Uint8Array, at: number) =>
  (((octets[at] ?? 0) >> 5) & 3) === layer;

/**
 * Q.763 (12/1999) §3.57, §3.58: the bearer capability of Q.931 §4.5.5 from its octet 3 on. Octet 5b is read as that of
 * V.110 and X.30; V.120 has other fields in the same bits.
 */
export const userServiceInformation = sequence(
  extended(
    {
      informationTransferCapabilityValue: coded(0, 5, n.TRANSFER_CAPABILITY),
      codingStandardValue: coded(5, 2, n.CODING_STANDARD),
    },
    [],
  ),
  extended(
    {
      informationTransferRateValue: coded(0, 5, n.TRANSFER_RATE),
      transferModeValue: coded(5, 2, n.TRANSFER_MODE),
    },
    [],
  ),
  optional(
    bits(1, { rateMultiplier: number(0, 7) }, { initial: 0x80 }),
    (_octets, _at, fields: Fields) => fields["informationTransferRateValue"] === MULTIRATE,
  ),
  optional(
    extended(
      { layer1ProtocolValue: coded(0, 5, n.LAYER_1_PROTOCOL) },
      [
        { userRate: number(0, 5), negotiationPossible: flag(5), isAsynchronous: flag(6) },
        {
          flowControlOnRx: flag(1),
          flowControlOnTx: flag(2),
          networkClockOnRx: flag(3),
          networkClockOnTx: flag(4),
          intermediateRate: number(5, 2),
        },
        { parity: number(0, 3), dataBits: number(3, 2), stopBits: number(5, 2) },
        { modemType: number(0, 6), isFullDuplex: flag(6) },
      ],
      { initial: 0x20 },
    ),
    ofLayer(1),
  ),
  optional(
    extended({ layer2ProtocolValue: coded(0, 5, n.LAYER_2_PROTOCOL) }, [{ layer2Extension: number(0, 7) }], {
      initial: 0x40,
    }),
    ofLayer(2),
  ),
  optional(
    extended(
      { layer3ProtocolValue: coded(0, 5, n.LAYER_3_PROTOCOL) },
      [{ layer3Extension: number(0, 7) }, { layer3SecondExtension: number(0, 7) }],
      { initial: 0x60 },
    ),
    ofLayer(3),
  ),
);

/** Q.763 (12/1999) §3.59: the high layer compatibility of Q.931 §4.5.17 from its octet 3 on. */
export const userTeleserviceInformation = sequence(
  extended(
    {
      presentationMethod: number(0, 2),
      interpretation: number(2, 3),
      codingStandardValue: coded(5, 2, n.CODING_STANDARD),
    },
    [],
  ),
  extended({ highLayerCharacteristicsValue: coded(0, 7, n.HIGH_LAYER) }, [
    { extendedCharacteristics: number(0, 7) },
  ]),
);
