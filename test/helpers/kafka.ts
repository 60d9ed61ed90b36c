import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";

/** The runner sets this when Java and Kafka's jars are there. */
export const HAS_KAFKA = process.env["TANDEM_KAFKA"] === "1";

/** Says why a suite does nothing; a suite that is silent would look like one that passed. */
export function announceSkippedKafka(suite: string): void {
  if (!HAS_KAFKA) console.log(`SKIPPED ${suite}: needs Kafka (TANDEM_KAFKA=1, java, jars)`);
}

export interface TestBroker {
  readonly address: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  readonly pid: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface TestBrokerOptions {
  readonly dataDir?: string;
  readonly port?: number;
  readonly controllerPort?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

interface BrokerModule {
  startBroker(options?: TestBrokerOptions): Promise<TestBroker>;
}

const BROKER_MODULE = new URL("../dev-env/kafka/broker.mjs", import.meta.url).href;

export async function startBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "tandem-kafka-"));
  const module = (await import(BROKER_MODULE)) as BrokerModule;
  return module.startBroker({ ...options, dataDir });
}

/** The same broker again, on the same port and data. */
export function restartBroker({ dataDir, port, controllerPort }: TestBroker): Promise<TestBroker> {
  return startBroker({ dataDir, port, controllerPort });
}

export async function removeBroker(broker: TestBroker): Promise<void> {
  await broker.kill();
  if (existsSync(broker.dataDir)) rmSync(broker.dataDir, { recursive: true, force: true });
}

export interface ReadRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly timestamp: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads committed records only, from the beginning, until `isEnough`; a test's own consumer group. */
export class TestConsumer {
  readonly records: ReadRecord[] = [];
  readonly #kafka: Kafka;
  readonly #consumer;

  constructor(address: string) {
    this.#kafka = new Kafka({ brokers: [address], clientId: "test", logLevel: logLevel.NOTHING });
    this.#consumer = this.#kafka.consumer({
      groupId: `test-${Math.random().toString(36).slice(2)}`,
      readUncommitted: false,
      maxWaitTimeInMs: 100,
    });
  }

  async start(topics: readonly string[]): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await this.#consumer.run({
      eachMessage: ({ topic, partition, message }) => {
        this.records.push({
          topic,
          partition,
          key: message.key?.toString() ?? "",
          value: message.value?.toString() ?? "",
          timestamp: message.timestamp,
          headers: Object.fromEntries(
            Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
          ),
        });
        return Promise.resolve();
      },
    });
  }

  /** Waits for so many records, then a little longer: a record too many is a fault as well. */
  async waitFor(count: number, timeoutMs = 30_000, settleMs = 500): Promise<void> {
    for (const deadline = Date.now() + timeoutMs; this.records.length < count && Date.now() < deadline;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => setTimeout(resolve, settleMs));
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect();
  }
}
