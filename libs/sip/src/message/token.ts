/** RFC 3261 §25.1 `token`, by octet. */
export const IS_TOKEN = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~")
  IS_TOKEN[character.charCodeAt(0)] = 1;

export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (IS_TOKEN[text.charCodeAt(at)] !== 1) return false;
  return text !== "";
}

/** Index of the closing quote of the quoted-string opened at `open`, or -1 (RFC 3261 §25.1, quoted-pair). */
export function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x5c) at++;
    else if (character === 0x22) return at;
  }
  return -1;
}

export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/gs, "$1");
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Splits at `separator` outside quoted strings and angle brackets; undefined where one of them stays open. */
export function splitOutside(text: string, separator: "," | ";"): string[] | undefined {
  if (!text.includes(separator) && !text.includes('"'))
    return text.lastIndexOf("<") > text.lastIndexOf(">") ? undefined : [text];
  const parts: string[] = [];
  let start = 0;
  let isInAngles = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"' && !isInAngles) {
      at = closingQuote(text, at);
      if (at < 0) return undefined;
    } else if (character === "<") isInAngles = true;
    else if (character === ">") isInAngles = false;
    else if (character === separator && !isInAngles) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  if (isInAngles) return undefined;
  parts.push(text.slice(start));
  return parts;
}
