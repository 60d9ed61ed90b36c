const HEX: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** Octets as hexadecimal digits. */
export function hexOf(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += HEX[octet] ?? "";
  return text;
}

/** The octets of hexadecimal digits, white space between them allowed; undefined where it is none. */
export function octetsOfHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}
