import { hexOf, partsOfIsup, type IsupMessage, type IsupPart } from "@tandem/isup";

/** Octets of a line; an access transport parameter may have 200 more. */
const OCTETS_SHOWN = 16;

/** The octets of a message, a line for each part: where, what, and which. */
export function isupOctetLines(message: IsupMessage): string[] {
  const parts = partsOfIsup(message);
  return [
    "octets",
    ...parts.map(
      (part) => `  ${String(part.offset).padStart(4)}  ${nameOf(part).padEnd(40)} ${octetsOf(part)}`,
    ),
  ];
}

function nameOf({ kind, name, code, target }: IsupPart): string {
  switch (kind) {
    case "type":
      return "message type";
    case "pointer":
      return target === undefined ? "pointer to nothing" : `pointer to ${target}`;
    case "end":
      return "end of optional parameters";
    case "gap":
      return "octets nothing leads to";
    case "trailing":
      return "octets behind the message";
    case "fixed":
    case "variable":
    case "optional":
      return name ?? `unknown parameter ${code}`;
  }
}

/** Grouped as the standard draws them: code and length, then the content. */
function octetsOf({ offset, contentOffset, octets }: IsupPart): string {
  const header = (contentOffset ?? offset) - offset;
  const shown = octets.subarray(0, OCTETS_SHOWN);
  const content = spaced(shown.subarray(header));
  const more = octets.length > shown.length ? ` … ${octets.length - shown.length} more` : "";
  return `${header === 0 ? "" : `${spaced(shown.subarray(0, header))} | `}${content}${more}`;
}

function spaced(octets: Uint8Array): string {
  return hexOf(octets).replace(/(..)(?=.)/g, "$1 ");
}
