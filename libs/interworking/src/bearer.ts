import type { ParameterInputs, Parameters } from "@tandem/isup";

/** Transmission medium requirement, Q.763 (12/1999) §3.54. */
const SPEECH = 0;
const UNRESTRICTED = 2;
const AUDIO_3_1_KHZ = 3;
const PREFERRED_64K = 6;

/** User service information, Q.931 §4.5.5: 3.1 kHz audio, circuit mode, 64 kbit/s, G.711; and 64 kbit/s unrestricted. */
const USI_AUDIO_MU_LAW = Uint8Array.of(0x90, 0x90, 0xa2);
const USI_AUDIO_A_LAW = Uint8Array.of(0x90, 0x90, 0xa3);
const USI_UNRESTRICTED = Uint8Array.of(0x88, 0x90);

/** Encodings of an audio stream, as `rtpmap` names them in upper case. */
type Encodings = readonly string[];

/** RFC 4040: 64 kbit/s through RTP. */
const CLEARMODE = "CLEARMODE";

/** What the bearer of a call is by the codecs of its offer; 3.1 kHz audio where there is none (RFC 3398 §7.2.1.1). */
export function bearerParameters(encodings: Encodings, isAnsi: boolean): ParameterInputs {
  const isUnrestricted = encodings[0] === CLEARMODE;
  const usi = encodings.includes("PCMA") ? USI_AUDIO_A_LAW : USI_AUDIO_MU_LAW;
  if (isAnsi) return { userServiceInformation: { octets: isUnrestricted ? USI_UNRESTRICTED : usi } };
  return { transmissionMediumRequirement: { value: isUnrestricted ? UNRESTRICTED : AUDIO_3_1_KHZ } };
}

/** Encodings to offer for the bearer of an IAM; undefined where no single RTP stream carries it: release with cause 65. */
export function encodingsFrom({
  transmissionMediumRequirement,
  userServiceInformation,
}: Parameters): Encodings | undefined {
  const AUDIO = ["PCMA", "PCMU"];
  const UNRESTRICTED_CAPABILITY = 8;
  switch (transmissionMediumRequirement?.value) {
    case SPEECH:
    case AUDIO_3_1_KHZ:
      return AUDIO;
    case UNRESTRICTED:
      return [CLEARMODE];
    case PREFERRED_64K:
      return [CLEARMODE, ...AUDIO];
    case undefined: {
      const capability = userServiceInformation?.informationTransferCapabilityValue;
      return capability === UNRESTRICTED_CAPABILITY ? [CLEARMODE] : AUDIO;
    }
    default:
      return undefined;
  }
}
