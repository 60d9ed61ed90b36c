import { afterAll, describe, expect, it } from "@jest/globals";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { eventsByCall, expectWhole, releaseOf, wordsOf } from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { closeClients, SipClient } from "../helpers/sip-client.ts";
import { expectSuccess, startSipp } from "../helpers/sipp.ts";

const GOOD = 360;
/** 5 % each of all calls. */
const CANCELLED = 20;
const STRANGERS = 20;
const PER_SECOND = 45;
const BROKEN = 200;
/** 64·T1 + T4 (RFC 3261 §17.2), and the turn of the loop that a busy machine may be late by. */
const QUIET_MS = 37_000;
const LATE_MS = 8_000;
const TIME_MS = 150_000;
const REFUSED = "tandem_sip_refused_total";

const ROOT = resolve(import.meta.dirname, "../..");
const CORPUS = resolve(ROOT, process.env["TANDEM_CORPUS"] ?? "../shared/corpus", "sip");
const HAS_CORPUS = existsSync(CORPUS);
const VECTORS = resolve(ROOT, "test/vectors/sip/invalid");

afterAll(async () => {
  closeClients();
  await removeEdges();
});

/** A datagram to be refused; `label` is what it counts as, where that is known beforehand. */
interface Broken {
  readonly octets: Buffer;
  readonly label?: string;
}

/** Refused by a transaction: repeated, it is answered from there and not counted again. */
const BY_TRANSACTION = /^(uri-scheme|unknown-method|method-not-allowed|bad-extension|missing-contact) /;

function ownVectors(): Broken[] {
  const index = JSON.parse(readFileSync(join(VECTORS, "index.json"), "utf8")) as {
    readonly file: string;
    readonly code: string | null;
    readonly status: number | null;
  }[];
  return index.flatMap(({ file, code, status }) => {
    const label = `${code} ${status ?? "none"}`;
    if (code === null || BY_TRANSACTION.test(label)) return [];
    return [{ octets: readFileSync(join(VECTORS, file)), label }];
  });
}

/** What the index says must not be taken for a good message. */
function corpus(): Broken[] {
  const index = JSON.parse(readFileSync(join(CORPUS, "index.json"), "utf8")) as {
    readonly file: string;
    readonly policy: string;
  }[];
  const rejected = index.filter(({ policy }) => policy === "reject");
  return rejected.map(({ file }) => ({ octets: readFileSync(join(CORPUS, file)) }));
}

/** Good calls, given-up calls, strangers and broken datagrams at once; gives what each side counted. */
async function runMixed(edge: TestEdge, broken: readonly Broken[]): Promise<void> {
  const target = `${edge.address}:${edge.port}`;
  const seconds = GOOD / PER_SECOND;
  const good = await startSipp({
    scenario: "sip-t-call.xml",
    target,
    calls: GOOD,
    rate: PER_SECOND,
    holdMs: 1_000,
  });
  const cancelled = await startSipp({
    scenario: "sip-t-cancel.xml",
    target,
    calls: CANCELLED,
    rate: Math.ceil(CANCELLED / seconds),
    holdMs: 100,
  });
  const strangers = await startSipp({
    scenario: "refused.xml",
    target,
    calls: STRANGERS,
    rate: Math.ceil(STRANGERS / seconds),
    address: "127.0.0.2",
  });
  const client = await SipClient.open(edge);
  for (let sent = 0; sent < BROKEN; sent++) {
    client.send(broken[sent % broken.length]!.octets);
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1_000) / BROKEN));
  }
  expectSuccess(await good.result, GOOD);
  expectSuccess(await cancelled.result, CANCELLED);
  expectSuccess(await strangers.result, STRANGERS);
}

/** UDP sockets of the process, as the system counts them. */
function udpSocketsOf(pid: number): number {
  const inodes = new Set(
    readFileSync(`/proc/${pid}/net/udp`, "latin1")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/)[9]),
  );
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return inodes.has(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]);
    } catch {
      // A descriptor that was closed while the others were read.
      return false;
    }
  }).length;
}

async function expectNothingLeft(edge: TestEdge): Promise<void> {
  const figures = await edge.until(
    ({ calls, sip, rtp }) => calls + sip.transactions + sip.dialogs + sip.timers + rtp.sockets === 0,
    QUIET_MS + LATE_MS,
  );
  expect(figures).toMatchObject({
    status: "ok",
    calls: 0,
    sip: { transactions: 0, dialogs: 0, timers: 0 },
    rtp: { portsInUse: 0, sockets: 0 },
  });
  expect(udpSocketsOf(edge.pid)).toBe(1);
}

async function expectEvents(edge: TestEdge): Promise<void> {
  const calls = [...eventsByCall(await edge.events()).values()];
  for (const events of calls) expectWhole(events);
  const count = (finalState: string): number =>
    calls.filter((events) => releaseOf(events).finalState === finalState).length;
  expect(calls).toHaveLength(GOOD + CANCELLED);
  expect({ answered: count("answered"), cancelled: count("cancelled") }).toEqual({
    answered: GOOD,
    cancelled: CANCELLED,
  });
  for (const events of calls) {
    const isCancelled = releaseOf(events).finalState === "cancelled";
    expect(wordsOf(events)).toEqual([
      "incoming",
      "ringing",
      ...(isCancelled ? [] : ["answered"]),
      "released",
    ]);
  }
}

const ROUTES = [
  { id: "long", when: { called: "+493099902" }, answer: { after: "10m" } },
  { id: "echo", answer: "echo" },
];

describe("a run with good calls, CANCELs, strangers and broken datagrams", () => {
  // Both wait for 37 s at their end: they do so together.
  it.concurrent(
    "keeps the good calls, counts each of our own broken datagrams by reason, and leaves nothing behind",
    async () => {
      const edge = await startEdge({ routes: ROUTES });
      const broken = ownVectors();
      await runMixed(edge, broken);
      const refused = (await edge.health()).counters[REFUSED] ?? {};
      // The ACK to a 403 that was given without a transaction belongs to nothing either.
      const expected: Record<string, number> = {
        "unknown-trunk 403": STRANGERS,
        "stray-ack none": STRANGERS,
      };
      for (let sent = 0; sent < BROKEN; sent++) {
        const { label = "" } = broken[sent % broken.length]!;
        expected[label] = (expected[label] ?? 0) + 1;
      }
      expect(refused).toEqual(expected);
      await expectEvents(edge);
      await expectNothingLeft(edge);
      expect(edge.log.filter((line) => / (error|warn) /.test(line))).toEqual([]);
      expect(await edge.stop()).toBe(0);
    },
    TIME_MS,
  );

  if (!HAS_CORPUS)
    console.warn(`SKIPPED: the run with the SIP corpus, since there is no ${CORPUS} (TANDEM_CORPUS)`);
  (HAS_CORPUS ? it.concurrent : it.concurrent.skip)(
    "keeps the good calls beside 200 broken datagrams of the corpus, which others have sent to their stacks",
    async () => {
      const edge = await startEdge({ routes: ROUTES });
      await runMixed(edge, corpus());
      const refused = Object.entries((await edge.health()).counters[REFUSED] ?? {});
      const known = refused.filter(([label]) => label === "unknown-trunk 403" || label === "stray-ack none");
      expect(Object.fromEntries(known)).toEqual({
        "unknown-trunk 403": STRANGERS,
        "stray-ack none": STRANGERS,
      });
      const others = refused.filter((each) => !known.includes(each));
      for (const [label] of others) expect(label).toMatch(/^[a-z-]+ (400|505|none)$/);
      expect(others.reduce((sum, [, count]) => sum + count, 0)).toBe(BROKEN);
      await expectEvents(edge);
      await expectNothingLeft(edge);
      expect(edge.log.filter((line) => / (error|warn) /.test(line))).toEqual([]);
      expect(await edge.stop()).toBe(0);
    },
    TIME_MS,
  );
});
