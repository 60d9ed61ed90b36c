/** RFC 3550 §5.1: the fixed header. */
const HEADER_OCTETS = 12;
const VERSION = 2;
/** A list of contributing sources has at most 15 of four octets (RFC 3550 §5.1). */
const CSRC_OCTETS = 4;
/** A G.711 packet of 100 ms is 812 octets, and an Ethernet frame takes 1472: what is larger is no speech. */
const RTP_PACKET_OCTETS_MAX = 1_472;

/** What the echo needs of an RTP header (RFC 3550 §5.1). */
export interface RtpHeader {
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payloadOctets: number;
}

/** undefined where it is no RTP: another version, as STUN and DTLS have (RFC 7983 §7), too short, or too long. */
export function readRtp(packet: Buffer): RtpHeader | undefined {
  const [first = 0, second = 0] = packet;
  const headerOctets = HEADER_OCTETS + CSRC_OCTETS * (first & 0x0f);
  if (first >> 6 !== VERSION || packet.length <= headerOctets || packet.length > RTP_PACKET_OCTETS_MAX)
    return undefined;
  return {
    payloadType: second & 0x7f,
    sequenceNumber: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    payloadOctets: packet.length - headerOctets,
  };
}

/** Writes the numbers of another stream over those of the packet. */
export function renumberRtp(
  packet: Buffer,
  numbers: Pick<RtpHeader, "sequenceNumber" | "timestamp" | "ssrc">,
): void {
  packet.writeUInt16BE(numbers.sequenceNumber, 2);
  packet.writeUInt32BE(numbers.timestamp, 4);
  packet.writeUInt32BE(numbers.ssrc, 8);
}
