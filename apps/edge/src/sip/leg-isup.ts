import type { Isup } from "@tandem/call-events";
import { acmFrom18x, anmFrom200, inBandAcm, relFromCause, rlc, type IsupPart } from "@tandem/interworking";
import {
  causeIndicatorsOf,
  decodeIsup,
  encodeIsup,
  parametersToJson,
  reassembleIsup,
  variantOf,
  type IsupMessage,
  type IsupResult,
  type IsupVariant,
} from "@tandem/isup";
import type { TrunkConfig } from "../config/config.ts";
import { maskedIsup } from "./masking.ts";

/** Octets as events have them. */
function base64Of(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("base64");
}

/** What events call the variant: the peer's own name for it. */
function variantNameOf({ base, version }: IsupDialect): string {
  return base ?? version;
}

/** An ISUP message with its form in events; made once, sent and published. */
export interface CarriedIsup {
  readonly message: IsupMessage;
  readonly event: Isup;
}

/** How a peer names its ISUP: its answers are named the same (RFC 3204 §3.1). */
export interface IsupDialect {
  readonly variant: IsupVariant;
  readonly version: string;
  readonly base: string | undefined;
}

function dialectOf(part: IsupPart, configured: string): IsupDialect {
  const variant =
    variantOf(part.base ?? "") ?? variantOf(part.version) ?? variantOf(configured) ?? "itu-t92+";
  return { variant, version: part.version === "" ? configured : part.version, base: part.base };
}

function decodePart(part: IsupPart, dialect: IsupDialect): IsupResult {
  return decodeIsup(part.octets, { variant: dialect.variant });
}

function carried(message: IsupMessage, dialect: IsupDialect): CarriedIsup {
  const { messageType } = message;
  const parameters = parametersToJson(message, base64Of);
  const raw = base64Of(encodeIsup(message));
  return { message, event: { messageType, variant: variantNameOf(dialect), parameters, raw } };
}

/** A part that could not be decoded still reaches the consumers, octet for octet. */
function undecoded(part: IsupPart, dialect: IsupDialect): Isup {
  const raw = base64Of(part.octets);
  return { messageType: "undecodable", variant: variantNameOf(dialect), parameters: {}, raw };
}

/**
 * The ISUP that answers of the edge carry. ACM, ANM and RLC say the same in every call of a dialect, so each is made
 * once.
 */
export class IsupAnswers {
  readonly #made = new Map<string, CarriedIsup>();

  acm(dialect: IsupDialect): CarriedIsup {
    return this.#once(`acm ${nameOf(dialect)}`, dialect, () => acmFrom18x(180, dialect.variant));
  }

  /** The ACM of a 183 whose media are played, or are not (RFC 3398 §7.2.5, §8.2.3). */
  earlyAcm(dialect: IsupDialect, hasMedia: boolean): CarriedIsup {
    const make = (): IsupMessage =>
      hasMedia ? inBandAcm(dialect.variant) : acmFrom18x(183, dialect.variant);
    return this.#once(`early acm ${hasMedia} ${nameOf(dialect)}`, dialect, make);
  }

  /** ANM behind an ACM, else CON (RFC 3398 §7.2.7). */
  anm(dialect: IsupDialect, hasSentAcm: boolean): CarriedIsup {
    const make = (): IsupMessage => anmFrom200(hasSentAcm, dialect.variant);
    return this.#once(`${hasSentAcm ? "anm" : "con"} ${nameOf(dialect)}`, dialect, make);
  }

  rlc(dialect: IsupDialect): CarriedIsup {
    return this.#once(`rlc ${nameOf(dialect)}`, dialect, () => rlc(dialect.variant));
  }

  rel(dialect: IsupDialect, cause: number, location: number): CarriedIsup {
    const make = (): IsupMessage => relFromCause(causeIndicatorsOf(cause, location), dialect.variant);
    return this.#once(`rel ${cause} ${location} ${nameOf(dialect)}`, dialect, make);
  }

  #once(key: string, dialect: IsupDialect, make: () => IsupMessage): CarriedIsup {
    let answer = this.#made.get(key);
    if (answer === undefined) {
      // The version is the peer's own text: a peer that changes it with every call must not fill the memory.
      if (this.#made.size >= DIALECTS_MAX) this.#made.clear();
      answer = carried(make(), dialect);
      this.#made.set(key, answer);
    }
    return answer;
  }
}

/** Answers kept: some dozen causes in a handful of dialects. */
const DIALECTS_MAX = 512;

function nameOf({ variant, version, base }: IsupDialect): string {
  return `${variant} ${version} ${base ?? ""}`;
}

/** ISUP that came with a message. */
export interface ReadIsup {
  readonly dialect: IsupDialect;
  readonly message: IsupMessage | undefined;
  readonly event: Isup;
}

/** Decodes a part; its event shows what consumers of the trunk may see. `hidesCaller`: SIP restricts the caller. */
export function readIsup(part: IsupPart, trunk: TrunkConfig, hidesCaller = false): ReadIsup {
  const dialect = dialectOf(part, trunk.isup.variant);
  const decoded = decodePart(part, dialect);
  if (decoded.ok) return shownIsup(decoded.message, dialect, trunk, hidesCaller);
  const hides = trunk.numbers.restricted === "mask" && hidesCaller;
  const event = undecoded(hides ? { ...part, octets: new Uint8Array(0) } : part, dialect);
  return { dialect, message: undefined, event };
}

/** An IAM with the segment that it announced (Q.764 (12/1999) §2.1.12), as {@link readIsup} gives it. */
export function withSegment(
  { dialect, message }: ReadIsup,
  segment: IsupMessage,
  trunk: TrunkConfig,
  hidesCaller: boolean,
): ReadIsup {
  if (message === undefined) throw new TypeError("a segment of nothing");
  return shownIsup(reassembleIsup(message, segment), dialect, trunk, hidesCaller);
}

function shownIsup(
  message: IsupMessage,
  dialect: IsupDialect,
  trunk: TrunkConfig,
  hidesCaller: boolean,
): ReadIsup {
  const shown = trunk.numbers.restricted === "mask" ? maskedIsup(message, hidesCaller) : message;
  if (shown !== undefined) return { dialect, message, event: carried(shown, dialect).event };
  const variant = variantNameOf(dialect);
  return { dialect, message, event: { messageType: message.messageType, variant, parameters: {}, raw: "" } };
}
