import { connect } from "node:net";
import type { Admin, KafkaConfig, Producer, RecordMetadata, SASLOptions, Transaction } from "kafkajs";
import { Kafka, logLevel } from "kafkajs";
import type { Batch } from "./batch.ts";
import { PublisherError } from "./faults.ts";
import { beginLedger } from "./kafkajs-guard.ts";
import type { PublisherSettings } from "./messages.ts";
import type { CommittedOffset } from "./resume.ts";
import { ensureTopics } from "./topics.ts";

/** The broker ends a transaction that is left open after this time; readers wait for it as long. */
const TRANSACTION_TIMEOUT_MS = 10_000;

/** Below the transaction's own timeout: a request without answer is given up before the broker gives up. */
const REQUEST_TIMEOUT_MS = 8_000;
const CONNECTION_TIMEOUT_MS = 3_000;

/** A transaction soon after another is answered "not yet" for some ms: ask again quickly, some seconds long. */
const RETRY = { initialRetryTime: 5, factor: 0.2, multiplier: 1.2, retries: 50, maxRetryTime: 200 };

/** A producer that is given up is not waited for longer than this. */
const DISCARD_TIMEOUT_MS = 2_000;

const PROGRESS_PARTITION = 0;

/**
 * One producer's life: initialised with the node's transactional id, which ends whatever an earlier producer
 * of this id left open. After any rejected call it is discarded: what a rejection leaves behind inside
 * kafkajs loses records that are acknowledged later.
 */
export class KafkaSession {
  readonly #producer: Producer;
  readonly #admin: Admin;
  readonly #settings: PublisherSettings;
  readonly #groupId: string;
  #partitionCounts: ReadonlyMap<string, number> = new Map();
  /** Begun to initialise the producer, without anything sent yet; taken by the next commit. */
  #begun: Transaction | undefined;

  private constructor(settings: PublisherSettings) {
    const kafka = new Kafka(kafkaConfig(settings));
    this.#settings = settings;
    this.#groupId = `tandem.publisher.${settings.node}`;
    this.#admin = kafka.admin();
    this.#producer = kafka.producer({
      transactionalId: this.#groupId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      createPartitioner: () => partitionOfMessage,
    });
  }

  /** Connects and sees that the topics are there; initialises nothing yet. */
  static async connect(settings: PublisherSettings): Promise<KafkaSession> {
    await anyAnswers(settings.brokers);
    const session = new KafkaSession(settings);
    try {
      await session.#admin.connect();
      session.#partitionCounts = await ensureTopics(session.#admin, settings, Object.values(settings.topics));
      return session;
    } catch (error) {
      await session.discard();
      throw error;
    }
  }

  /** What this node's publisher last committed, whoever it was. */
  async committedOffset(): Promise<CommittedOffset | undefined> {
    const { progress } = this.#settings.topics;
    const [topic] = await this.#admin.fetchOffsets({ groupId: this.#groupId, topics: [progress] });
    const committed = topic?.partitions.find(({ partition }) => partition === PROGRESS_PARTITION);
    const offset = Number(committed?.offset ?? -1);
    return offset < 0 ? undefined : { offset, metadata: committed?.metadata ?? "" };
  }

  /** Makes this the node's only producer; an earlier one's open transaction is ended by the broker. */
  async initialise(): Promise<void> {
    await this.#producer.connect();
    beginLedger();
    // kafkajs initialises a transactional producer only when a transaction begins; the broker hears nothing of it yet.
    this.#begun = await this.#producer.transaction();
  }

  /** Commits the position alone: the claim at boot, and a sign of life while there is nothing to send. */
  async commitPosition(position: number, metadata: string): Promise<void> {
    const transaction = await this.#begin();
    await this.#sendOffset(transaction, position, metadata);
    await transaction.commit();
  }

  /** Commits a batch and the position behind it, both or nothing. */
  async commitBatch(batch: Batch, metadata: string): Promise<void> {
    await this.#checkPartitions(batch);
    const transaction = await this.#begin();
    const answers = await transaction.sendBatch({ topicMessages: [...batch.topicMessages] });
    checkAnswers(batch, answers);
    await this.#sendOffset(transaction, batch.lastPosition, metadata);
    await transaction.commit();
  }

  /** Gives the connections up; what was under way is ended by whoever is initialised next, or by its timeout. */
  async discard(): Promise<void> {
    const ended = Promise.allSettled([this.#producer.disconnect(), this.#admin.disconnect()]);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, DISCARD_TIMEOUT_MS).unref())]);
  }

  async #begin(): Promise<Transaction> {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun !== undefined) return begun;
    beginLedger();
    return this.#producer.transaction();
  }

  async #sendOffset(transaction: Transaction, position: number, metadata: string): Promise<void> {
    const committed = { partition: PROGRESS_PARTITION, offset: String(position), metadata };
    await transaction.sendOffsets({
      consumerGroupId: this.#groupId,
      topics: [{ topic: this.#settings.topics.progress, partitions: [committed] }],
    });
  }

  /** kafkajs drops a message for a partition it does not know, without a word. */
  async #checkPartitions(batch: Batch): Promise<void> {
    const isKnown = ({ topic, partition }: { readonly topic: string; readonly partition: number }): boolean =>
      partition < (this.#partitionCounts.get(topic) ?? 0);
    if (batch.records.every(isKnown)) return;
    const topics = new Set([
      ...Object.values(this.#settings.topics),
      ...batch.records.map(({ topic }) => topic),
    ]);
    this.#partitionCounts = await ensureTopics(this.#admin, this.#settings, [...topics]);
    const unknown = batch.records.find((record) => !isKnown(record));
    if (unknown === undefined) return;
    const count = this.#partitionCounts.get(unknown.topic) ?? 0;
    throw new PublisherError(
      "topics-unfit",
      `topic ${unknown.topic} has ${count} partitions, partition ${unknown.partition} is needed`,
    );
  }
}

function partitionOfMessage({ message }: { readonly message: { readonly partition?: number } }): number {
  return message.partition ?? 0;
}

function kafkaConfig({ brokers, clientId, ssl, sasl }: PublisherSettings): KafkaConfig {
  return {
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: logLevel.NOTHING,
    ...(ssl !== undefined && { ssl }),
    // One object for what kafkajs types as one of three.
    ...(sasl !== undefined && { sasl: sasl as SASLOptions }),
  };
}

/** Every partition of the batch must have been answered for: an acknowledgement that is missing is a loss. */
function checkAnswers(batch: Batch, answers: readonly RecordMetadata[]): void {
  const answered = new Set(
    answers
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ topicName, partition }) => `${topicName}/${partition}`),
  );
  for (const { topic, partition } of batch.records) {
    if (!answered.has(`${topic}/${partition}`))
      throw new PublisherError("not-acknowledged", `no acknowledgement for ${topic}/${partition}`);
  }
}

/** A quick look before kafkajs is put to work: it needs seconds to find out that nobody listens. */
async function anyAnswers(brokers: readonly string[]): Promise<void> {
  const attempts = brokers.map(
    (broker) =>
      new Promise<void>((resolve, reject) => {
        const at = broker.lastIndexOf(":");
        const host = broker.slice(0, at).replace(/^\[(.*)\]$/, "$1");
        const socket = connect({ host, port: Number(broker.slice(at + 1)), timeout: CONNECTION_TIMEOUT_MS });
        const settle = (error?: Error): void => {
          socket.destroy();
          if (error === undefined) resolve();
          else reject(error);
        };
        socket.once("connect", () => {
          settle();
        });
        socket.once("timeout", () => {
          settle(new PublisherError("no-answer", `${broker}: no answer within ${CONNECTION_TIMEOUT_MS} ms`));
        });
        socket.once("error", settle);
      }),
  );
  try {
    await Promise.any(attempts);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}
