/** CRC-32C (Castagnoli), reflected: RFC 3720 §B.4. */
const POLYNOMIAL = 0x82f6_3b78;
const SLICES = 8;

const TABLES = tables();

function tables(): readonly Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, octet) => {
    let crc = octet;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  const all = [first];
  for (let previous = first; all.length < SLICES; all.push(previous)) {
    previous = previous.map((crc) => (crc >>> 8) ^ look(first, crc & 0xff));
  }
  return all;
}

/** Eight octets per turn ("slicing by eight"): every octet that goes to Kafka passes here. */
export function crc32c(octets: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as readonly [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  let crc = -1;
  let at = 0;
  for (const last = octets.length - SLICES; at <= last; at += SLICES) {
    crc ^=
      byte(octets, at) |
      (byte(octets, at + 1) << 8) |
      (byte(octets, at + 2) << 16) |
      (byte(octets, at + 3) << 24);
    crc =
      look(t7, crc & 0xff) ^
      look(t6, (crc >>> 8) & 0xff) ^
      look(t5, (crc >>> 16) & 0xff) ^
      look(t4, crc >>> 24) ^
      look(t3, byte(octets, at + 4)) ^
      look(t2, byte(octets, at + 5)) ^
      look(t1, byte(octets, at + 6)) ^
      look(t0, byte(octets, at + 7));
  }
  for (; at < octets.length; at += 1) crc = look(t0, (crc ^ byte(octets, at)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function byte(octets: Uint8Array, at: number): number {
  return octets[at] as number;
}

function look(table: Int32Array, index: number): number {
  return table[index] as number;
}
