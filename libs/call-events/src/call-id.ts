const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/**
 * A UUIDv7 (RFC 9562 §5.7): sorts by time of making. `random` are ten octets nobody can guess.
 */
export function newCallId(nowMs: number, random: Uint8Array): string {
  const octets = new Uint8Array(16);
  const now = Math.floor(nowMs);
  for (let index = 0; index < 6; index++) octets[index] = Math.floor(now / 2 ** (8 * (5 - index))) % 256;
  octets.set(random.subarray(0, 10), 6);
  octets[6] = 0x70 | ((octets[6] ?? 0) & 0x0f);
  octets[8] = 0x80 | ((octets[8] ?? 0) & 0x3f);
  let text = "";
  octets.forEach((octet, index) => {
    text += `${index === 4 || index === 6 || index === 8 || index === 10 ? "-" : ""}${HEX[octet]}`;
  });
  return text;
}
