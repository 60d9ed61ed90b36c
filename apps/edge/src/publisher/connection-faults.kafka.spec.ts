import { mkdtempSync, rmSync } from "node:fs";
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  closeLines,
  EVENTS_PER_CALL,
  expectExactlyOnce,
  Line,
  readAll,
} from "../../../../test/helpers/kafka-line.ts";
import type { TestBroker } from "../../../../test/helpers/kafka.ts";
import {
  announceSkippedKafka,
  HAS_KAFKA,
  removeBroker,
  startBroker,
} from "../../../../test/helpers/kafka.ts";

announceSkippedKafka("connection-faults.kafka.spec.ts");

const HOST = "127.0.0.1";
const ROUNDS = 25;
const FAULT_MS_MAX = 500;
const DEAF_MS_MAX = 80;

/** A relay in front of the broker whose connections break: at once, or after answers were lost for a while. */
class BreakingRelay {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  brokerPort = 0;
  #isDeaf = false;

  constructor() {
    this.#server = createServer((near) => {
      const far = connect(this.brokerPort, HOST);
      const pair = [near, far] as const;
      this.#pairs.add(pair);
      near.on("data", (chunk) => far.write(chunk));
      far.on("data", (chunk) => {
        if (!this.#isDeaf) near.write(chunk);
      });
      for (const socket of pair) {
        socket.on("error", () => socket.destroy());
        socket.on("close", () => {
          this.#pairs.delete(pair);
          near.destroy();
          far.destroy();
        });
      }
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, HOST, resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  break(): void {
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
    this.#isDeaf = false;
  }

  /** Requests still arrive at the broker; nobody hears its answers. */
  loseAnswers(): void {
    this.#isDeaf = true;
  }

  async close(): Promise<void> {
    this.break();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

(HAS_KAFKA ? describe : describe.skip)("Publisher, over connections that break", () => {
  const relay = new BreakingRelay();
  let broker: TestBroker;
  let address: string;
  let directory: string;

  beforeAll(async () => {
    const port = await relay.listen();
    address = `${HOST}:${port}`;
    broker = await startBroker({ settings: { "advertised.listeners": `PLAINTEXT://${address}` } });
    relay.brokerPort = broker.port;
  }, 120_000);

  afterAll(async () => {
    await relay.close();
    await removeBroker(broker);
  }, 60_000);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "tandem-publisher-"));
  });

  afterEach(async () => {
    await closeLines();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  it(`delivers each record once, in order, over ${ROUNDS} breaks with and without lost answers`, async () => {
    const place = { directory, address, name: "faults" };
    const line = await Line.open(place);
    const stream = setInterval(() => {
      line.appendCalls(3);
    }, 8);
    const wait = (ms: number): Promise<unknown> =>
      new Promise((resolve) => setTimeout(resolve, Math.random() * ms));
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { deliveredTo } = line.publisher.status;
        for (const deadline = Date.now() + 20_000; line.publisher.status.deliveredTo === deliveredTo;) {
          if (Date.now() > deadline) break;
          await wait(20);
        }
        await wait(FAULT_MS_MAX);
        if (round % 3 > 0) {
          relay.loseAnswers();
          await wait(DEAF_MS_MAX);
        }
        relay.break();
      }
    } finally {
      clearInterval(stream);
    }
    await line.delivered(60_000);
    expectExactlyOnce(await readAll(place, line.calls * EVENTS_PER_CALL), line.calls);
    expect(line.events).toEqual([]);
  }, 180_000);
});
