/** Octets of one message: the largest UDP payload; a stream transport may not exceed it either. */
export const MESSAGE_OCTETS_MAX = 65_535;
/** Octets of the start line: RFC 4475 §3.1.1.7 sends long Request-URIs, none near 8 KiB. */
export const START_LINE_OCTETS_MAX = 8_192;
/** Header fields of one message: SIP-I INVITEs carry about 40. */
export const HEADER_FIELDS_MAX = 256;
/** Octets of one header field value, folded lines joined. */
export const HEADER_VALUE_OCTETS_MAX = 16_384;
/** RFC 3261 §8.1.1.5: the sequence number is below 2**31; RFC 4475 §3.1.2.4 lets up to 2**32-1 be readable. */
export const CSEQ_MAX = 4_294_967_295;
