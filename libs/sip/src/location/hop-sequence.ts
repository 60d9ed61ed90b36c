import type { TransportName } from "../transport/flow.ts";
import type { NextHop } from "../transport/listeners.ts";

/** Lookups and hops of one sequence: a request that failed at so many places is not for this world. */
const STEPS_MAX = 100;

/** A step that is left to do: it gives a hop, or further steps once it is run. */
export type Step =
  | { readonly type: "hop"; readonly hop: NextHop }
  | { readonly type: "naptr"; readonly target: Target }
  | {
      readonly type: "srv";
      readonly name: string;
      readonly transport: TransportName;
      /** Without records, the target's own addresses (RFC 3263 §4.2). */
      readonly orAddressOf: string | undefined;
    }
  | {
      readonly type: "address";
      readonly name: string;
      readonly transport: TransportName;
      readonly port: number;
      /** Only where no SRV record was found on the way here. */
      readonly isLastResort: boolean;
    };

/** The name that a URI asks for. */
export interface Target {
  readonly name: string;
  readonly isSecure: boolean;
}

/** What running a step came to. */
export interface StepOutcome {
  readonly steps: readonly Step[];
  readonly hasSrv: boolean;
  /** No name server has answered: each further question would cost as much time again. */
  readonly isSilent: boolean;
}
/** What a sequence asks of its locator. */
export interface StepRunner {
  run(step: Exclude<Step, { type: "hop" }>, done: (outcome: StepOutcome) => void): void;
  hasFailed(hop: NextHop): boolean;
  failed(hop: NextHop): void;
}

/** The hops for one request, best first; those that failed a short while ago come last (RFC 3263 §4.3). */
export class HopSequence {
  readonly #runner: StepRunner;
  readonly #serverName: string | undefined;
  readonly #steps: Step[];
  readonly #postponed: NextHop[] = [];
  readonly #given = new Set<string>();
  #stepsLeft = STEPS_MAX;
  #hasSrv = false;

  constructor(steps: readonly Step[], serverName: string | undefined, runner: StepRunner) {
    this.#steps = [...steps];
    this.#serverName = serverName;
    this.#runner = runner;
  }

  /**
   * The next hop, or undefined where none is left. Gives it before it returns where nothing has to be looked up: a
   * numeric host, an answer in the cache. Ask again only when it has been given.
   */
  next(give: (hop: NextHop | undefined) => void): void {
    for (;;) {
      const step = this.#stepsLeft-- > 0 ? this.#steps.shift() : undefined;
      if (step === undefined) {
        give(this.#postponed.shift());
        return;
      }
      if (step.type === "hop") {
        const hop = this.#fresh(step.hop);
        if (hop === undefined) continue;
        give(hop);
        return;
      }
      if (step.type === "address" && step.isLastResort && this.#hasSrv) continue;
      this.#runner.run(step, ({ steps, hasSrv, isSilent }) => {
        this.#hasSrv ||= hasSrv;
        this.#steps.unshift(...steps);
        if (isSilent) this.#askAddressesOnly();
        this.next(give);
      });
      return;
    }
  }

  /** As {@link next}, after a hop that gave 503, a transport error or no answer (RFC 3263 §4.3). */
  nextAfter(failed: NextHop, give: (hop: NextHop | undefined) => void): void {
    this.#runner.failed(failed);
    this.next(give);
  }

  /** Whoever drops questions for NAPTR and SRV may yet answer those for addresses. */
  #askAddressesOnly(): void {
    const left = this.#steps.filter(({ type }) => type === "hop" || type === "address");
    this.#steps.splice(0, this.#steps.length, ...left);
  }

  #fresh(located: NextHop): NextHop | undefined {
    const key = keyOfHop(located);
    if (this.#given.has(key)) return undefined;
    this.#given.add(key);
    const hop = this.#serverName === undefined ? located : { ...located, serverName: this.#serverName };
    if (!this.#runner.hasFailed(located)) return hop;
    this.#postponed.push(hop);
    return undefined;
  }
}

export function keyOfHop({ transport, address, port }: NextHop): string {
  return `${transport} ${address} ${port}`;
}
