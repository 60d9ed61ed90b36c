import type { SeededOctets } from "@tandem/isup/testing";

/** What means something in the text that SIP, SDP and MIME are made of. */
const SNIPPETS = [
  ...[
    "\r\n",
    "\r",
    "\n",
    "\r\n ",
    "\r\n\r\n",
    "\0",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "=",
    "<",
    ">",
    '"',
    "\\",
    "%",
    "@",
    "[",
    "]",
    "--",
  ],
  ...[
    "sip:",
    "tel:+",
    "SIP/2.0",
    "z9hG4bK",
    ";tag=",
    ";rport",
    "Content-Length: 4294967296\r\n",
    "l: 0\r\n",
    "Via: ",
    "*",
  ],
  ...["m=", "a=", "a=rtpmap:", "99999999999999999999", "-1", "\u00fc", "\u{1f600}"],
].map((text) => Buffer.from(text));

const CHANGES_MAX = 4;
const PIECE_OCTETS_MAX = 40;
/** A mutation may double what it is given; no message needs to be larger than this. */
const OCTETS_MAX = 16_384;

/** One to four changes: an octet, a bit, a cut, a piece doubled or moved in from another message, something that means something. */
export function mutated(octets: Uint8Array, others: readonly Uint8Array[], random: SeededOctets): Uint8Array {
  let changed = Buffer.from(octets);
  for (let changes = 1 + random.below(CHANGES_MAX); changes > 0; changes--) {
    const at = random.below(changed.length + 1);
    const end = Math.min(changed.length, at + 1 + random.below(PIECE_OCTETS_MAX));
    changed = change(changed, at, end, others, random);
  }
  return Uint8Array.from(changed.subarray(0, OCTETS_MAX));
}

function change(
  octets: Buffer<ArrayBuffer>,
  at: number,
  end: number,
  others: readonly Uint8Array[],
  random: SeededOctets,
): Buffer<ArrayBuffer> {
  const [head, piece, tail] = [octets.subarray(0, at), octets.subarray(at, end), octets.subarray(end)];
  switch (random.below(7)) {
    case 0:
      return Buffer.concat([head, random.octets(piece.length), tail]);
    case 1:
      return Buffer.concat([head, piece.map((octet) => octet ^ (1 << random.below(8))), tail]);
    case 2:
      return Buffer.concat([head, tail]);
    case 3:
      return Buffer.concat([head, piece, piece, tail]);
    case 4: {
      const other = random.pick(others);
      const from = random.below(other.length + 1);
      return Buffer.concat([head, other.subarray(from, from + PIECE_OCTETS_MAX), tail]);
    }
    case 5:
      return Buffer.concat([head, random.pick(SNIPPETS), piece, tail]);
    default:
      return octets.subarray(0, at);
  }
}

/** As few octets as still show a fault of the same kind: pieces are left out, the largest first. */
export function smallest(octets: Uint8Array, isFaulty: (octets: Uint8Array) => boolean): Uint8Array {
  let least = octets;
  for (let size = least.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < least.length;) {
      const without = Uint8Array.from([...least.subarray(0, at), ...least.subarray(at + size)]);
      if (isFaulty(without)) least = without;
      else at += size;
    }
  }
  return least;
}
