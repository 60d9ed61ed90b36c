import { Ladder } from "../ladder.ts";
import { callersDialect } from "../profile.ts";
import { reportLine } from "../report.ts";
import { CommandError, OK, type Command } from "./command.ts";
import { locate, openEndpoint, pause, PlacedCalls } from "./network.ts";
import { durationOf, optionsOf, targetOf } from "./options.ts";

const EVERY_MS = 3_000;
/** How soon the end of the program that started us is seen. */
const PARENT_CHECK_MS = 500;

interface Scene {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly durationMs: number;
  readonly cancelAfterMs?: number;
  readonly hasMedia?: boolean;
}

/** Played in turn; the numbers are those of the edge's config/demo.yaml. */
const SCENES: readonly Scene[] = [
  {
    subject: "answered, hears its echo",
    from: "+493012345601",
    to: "+4930990101",
    durationMs: 3_000,
    hasMedia: true,
  },
  { subject: "busy", from: "+493012345602", to: "+493099086", durationMs: 0 },
  { subject: "answered, short", from: "+493012345603", to: "+4930990102", durationMs: 1_000 },
  {
    subject: "cancelled while ringing",
    from: "+493012345604",
    to: "+493099087",
    durationMs: 0,
    cancelAfterMs: 1_500,
  },
];

export const demo: Command = {
  summary: "places a call every few seconds, of several kinds",
  help: `tandem carrier demo --target sip:HOST:PORT [--every TIME]

Places SIP-T calls until SIGINT: answered, busy, cancelled. What "npm start" runs beside the edge.
  --target URI   whom to call: sip:127.0.0.1:5060
  --every TIME   time between calls; 3s by default`,

  async run(args, terminal) {
    const values = optionsOf(args, { target: { type: "string" }, every: { type: "string" } });
    const target = targetOf(values.target);
    const everyMs = durationOf("--every", values.every) ?? EVERY_MS;
    const { remote, local } = await locate(target);
    const ladder = new Ladder(terminal.out, true);
    const endpoint = await openEndpoint(undefined, local, {
      ladder,
      onInvite: (session) => session.reject({ status: 480 }),
    });
    const base = {
      target: { address: remote, port: target.port },
      host: target.written,
      dialect: callersDialect("sip-t", "itu-t92+"),
    };
    const stop = AbortSignal.any([terminal.stop, parentGone()]);
    const calls = new PlacedCalls(endpoint);
    const place = async (scene: Scene): Promise<void> => {
      const placed = await calls.place({ ...base, ...scene });
      const report = await placed.ended;
      ladder.note(report.callId, reportLine(report));
    };
    const fault = (error: unknown): void => {
      if (!(error instanceof CommandError)) throw error;
      terminal.err(`carrier: ${error.message}`);
    };
    for (let index = 0; !stop.aborted; index++) {
      const scene = SCENES[index % SCENES.length];
      if (scene !== undefined) place(scene).catch(fault);
      await pause(everyMs, stop);
    }
    await calls.end();
    await endpoint.close();
    terminal.out("carrier: calls ended, stopped cleanly");
    return OK;
  },
};

/** Aborted when the process has another parent: who started it is gone, and nobody would stop it. */
function parentGone(): AbortSignal {
  const gone = new AbortController();
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    gone.abort();
  }, PARENT_CHECK_MS);
  check.unref();
  return gone.signal;
}
