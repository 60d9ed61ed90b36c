import type { Isup } from "@tandem/call-events";
import { buildBody, reasonHeader } from "@tandem/interworking";
import type { HeaderField } from "@tandem/sip";
import type { ReleaseCause } from "../calls/primitives.ts";
import type { TrunkConfig } from "../config/config.ts";
import { OWN_LOCATION } from "./cause.ts";
import type { CarriedIsup, IsupAnswers, IsupDialect } from "./leg-isup.ts";

/** Header fields and body of what a leg sends. */
export interface Content {
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array | undefined;
}

type Pick = (answers: IsupAnswers, dialect: IsupDialect) => CarriedIsup;

/** The REL that shows a cause. */
export function relOf(cause: ReleaseCause, answers: IsupAnswers, dialect: IsupDialect): CarriedIsup {
  return answers.rel(dialect, cause.q850.value, OWN_LOCATION);
}

/**
 * What a leg sends: SDP, and ISUP for a caller who sent some and whose trunk is to be answered with it, none for others
 * (RFC 3398 §7.2.5 to §7.2.7).
 */
export class LegContent {
  readonly #trunk: TrunkConfig;
  readonly #answers: IsupAnswers;
  readonly #dialect: IsupDialect | undefined;

  /** `dialect`: that of the caller's own ISUP. */
  constructor(trunk: TrunkConfig, answers: IsupAnswers, dialect: IsupDialect | undefined) {
    this.#trunk = trunk;
    this.#answers = answers;
    this.#dialect = trunk.isup.inAnswers ? dialect : undefined;
  }

  /** The ISUP of a message as its event has it; null where it carries none. */
  event(pick: Pick): Isup | null {
    const dialect = this.#dialect;
    return dialect === undefined ? null : pick(this.#answers, dialect).event;
  }

  of({ sdp }: { readonly sdp?: Uint8Array | undefined }, pick?: Pick): Content {
    const dialect = this.#dialect;
    const carried = dialect && pick?.(this.#answers, dialect);
    const isup = dialect &&
      carried && {
        octets: carried.message.octets,
        version: dialect.version,
        base: dialect.base,
        handling: this.#trunk.isup.handling,
      };
    const body = buildBody({ sdp, isup });
    return { headers: body?.headers ?? [], body: body?.octets };
  }

  /** A REL alone; nothing without a cause. */
  rel(cause: ReleaseCause | undefined): Content {
    return this.of({}, cause && ((answers, dialect) => relOf(cause, answers, dialect)));
  }

  /** Our BYE, or a final response (RFC 3398 §7.2.4). */
  ofEnd(cause: ReleaseCause): Content {
    const { headers, body } = this.rel(cause);
    return { headers: [["Reason", reasonHeader(cause.q850.value, OWN_LOCATION)], ...headers], body };
  }
}
