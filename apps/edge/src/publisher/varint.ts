/** Zig-zag varints of safe integers, as Kafka's records have them; a month of milliseconds exceeds 32 bits. */

function zigZag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = zigZag(value); rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

/** Writes and returns the place behind. */
export function writeVarint(octets: Buffer, at: number, value: number): number {
  let position = at;
  let rest = zigZag(value);
  while (rest >= 0x80) {
    octets[position] = (rest % 0x80) | 0x80;
    position += 1;
    rest = Math.floor(rest / 0x80);
  }
  octets[position] = rest;
  return position + 1;
}
