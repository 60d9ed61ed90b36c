import type { CallPlan } from "../call.ts";
import { Ladder } from "../ladder.ts";
import { callersDialect } from "../profile.ts";
import { reportJson, reportLine, type CallReport } from "../report.ts";
import type { Endpoint } from "../endpoint.ts";
import { CommandError, FAULT, OK, type Command, type Terminal } from "./command.ts";
import { locate, openEndpoint, pause, PlacedCalls, unlessAborted } from "./network.ts";
import {
  durationOf,
  isupVariantOf,
  numberOf,
  optionsOf,
  profileOf,
  targetOf,
  telephoneNumberOf,
  usage,
} from "./options.ts";

/** More is a load test of another kind: SIPp's. */
const COUNT_MAX = 1_000_000;
const RATE_MAX = 10_000;
const DURATION_MS = 2_000;
/** As `telephoneNumberOf` takes them. */
const DIGITS_MAX = 32;

export const call: Command = {
  summary: "places calls",
  help: `tandem carrier call --target sip:HOST:PORT --from NUMBER --to NUMBER [OPTIONS]

Places calls over UDP and prints each message, with the ISUP inside in words.
Exit code 0 where every call went as asked, 1 where one did not, 2 for a wrong command line.
  --target URI          whom to call: sip:127.0.0.1:5060
  --from, --to NUMBER   digits, with + where international
  --profile PROFILE     sip (no ISUP), sip-t or sip-i; sip-t by default
  --variant VARIANT     version of the ISUP; itu-t92+ by default
  --listen ADDRESS:PORT own address; any port of the one that reaches the target by default
  --duration TIME       from the answer to our BYE; 2s by default
  --count N             so many calls, one after the other
  --rate R              so many calls a second, whatever the others do
  --media               play a second of tone and count what comes back
  --overlap N           N digits of --to in the INVITE, the others one by one in SAMs behind it (RFC 3578)
  --cancel-after TIME   CANCEL so long after the INVITE; the call is not to be answered
  --quiet               no messages, only how each call ended
  --json                one JSON object for each call in the place of all else`,

  async run(args, terminal) {
    const values = optionsOf(args, {
      target: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
      profile: { type: "string" },
      variant: { type: "string" },
      listen: { type: "string" },
      duration: { type: "string" },
      count: { type: "string" },
      rate: { type: "string" },
      media: { type: "boolean" },
      "cancel-after": { type: "string" },
      overlap: { type: "string" },
      quiet: { type: "boolean" },
      json: { type: "boolean" },
    });
    const target = targetOf(values.target);
    const profile = profileOf(values.profile);
    const overlapDigits = numberOf("--overlap", values.overlap, {
      least: 1,
      most: DIGITS_MAX,
      isWhole: true,
    });
    if (overlapDigits !== undefined && profile === "sip") throw usage("--overlap needs sip-t or sip-i");
    const wanted = {
      overlapDigits,
      host: target.written,
      from: telephoneNumberOf("--from", values.from),
      to: telephoneNumberOf("--to", values.to),
      dialect: callersDialect(profile, isupVariantOf(values.variant)),
      durationMs: durationOf("--duration", values.duration) ?? DURATION_MS,
      cancelAfterMs: durationOf("--cancel-after", values["cancel-after"]),
      hasMedia: values.media === true,
    };
    const count = numberOf("--count", values.count, { least: 1, most: COUNT_MAX, isWhole: true }) ?? 1;
    const rate = numberOf("--rate", values.rate, { least: 0.001, most: RATE_MAX, isWhole: false });
    if (rate !== undefined && values.count === undefined) throw usage("--rate needs --count");
    const { remote, local } = await locate(target);
    const isPrinted = values.quiet !== true && values.json !== true;
    const ladder = isPrinted ? new Ladder(terminal.out, count > 1) : undefined;
    const endpoint = await openEndpoint(values.listen, local, {
      ladder,
      // A calling carrier takes no calls.
      onInvite: (session) => session.reject({ status: 480 }),
    });
    const run = new Run(
      endpoint,
      { ...wanted, target: { address: remote, port: target.port } },
      terminal,
      (report) => {
        if (values.json === true) terminal.out(reportJson(report));
        else if (ladder === undefined) terminal.out(`${report.from} → ${report.to}: ${reportLine(report)}`);
        else ladder.note(report.callId, reportLine(report));
      },
    );
    try {
      const asAsked = await run.place(count, rate);
      if (count > 1 && values.json !== true) terminal.out(`${asAsked} of ${count} calls went as asked`);
      return asAsked === count ? OK : FAULT;
    } finally {
      await endpoint.close();
    }
  },
};

/** The calls of one command. */
class Run {
  readonly #calls: PlacedCalls;
  readonly #plan: CallPlan;
  readonly #terminal: Terminal;
  readonly #print: (report: CallReport) => void;
  #asAsked = 0;

  constructor(endpoint: Endpoint, plan: CallPlan, terminal: Terminal, print: (report: CallReport) => void) {
    this.#calls = new PlacedCalls(endpoint);
    this.#plan = plan;
    this.#terminal = terminal;
    this.#print = print;
  }

  /** Gives how many went as asked; those not placed, as the command was stopped, did not. */
  async place(count: number, rate: number | undefined): Promise<number> {
    const { stop } = this.#terminal;
    const firstMs = performance.now();
    const ending = new Set<Promise<void>>();
    for (let placed = 0; placed < count; placed++) {
      if (rate !== undefined)
        await pause(Math.max(0, firstMs + (placed * 1_000) / rate - performance.now()), stop);
      if (stop.aborted) break;
      const done = this.#one().finally(() => ending.delete(done));
      ending.add(done);
      if (rate === undefined) await unlessAborted(done, stop);
    }
    await unlessAborted(Promise.all(ending), stop);
    if (stop.aborted) {
      await this.#calls.end();
      await Promise.all(ending);
    }
    return this.#asAsked;
  }

  async #one(): Promise<void> {
    const placed = await this.#calls.place(this.#plan).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      this.#terminal.err(`tandem carrier: ${error.message}`);
    });
    if (placed === undefined) return;
    const report = await placed.ended;
    if (report.wentAsAsked) this.#asAsked++;
    this.#print(report);
  }
}
