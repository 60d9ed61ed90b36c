import { createRequire } from "node:module";
import { produceRequest } from "./produce-request.ts";

/*
 * kafkajs 2.2.4 has some habits that cost a publisher exactness or CPU. They are corrected here, on its own
 * classes, once per thread; the version is pinned, and a class that is not as expected is an error at load.
 */

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

interface ProduceRequest {
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

interface Broker {
  produce(request: ProduceRequest): Promise<unknown>;
  addPartitionsToTxn(request: object): Promise<unknown>;
  addOffsetsToTxn(request: object): Promise<unknown>;
}

interface CoordinatorRequest {
  readonly groupId: string;
  readonly coordinatorType?: number;
}

interface Cluster {
  findGroupCoordinator(request: CoordinatorRequest): Promise<unknown>;
}

/** A transaction begun right after a commit is refused until the commit's markers are written: a few ms. */
const CONCURRENT_RETRY_MS = 3;
const CONCURRENT_RETRIES_MAX = 1000;

/** Which partitions the transaction in progress has been sent. One producer per thread, one transaction at a time. */
const sent = new Set<string>();

/** To be called before each transaction. */
export function beginLedger(): void {
  sent.clear();
}

/** Corrects kafkajs in this thread. */
export function guardKafkajs(): void {
  const require = createRequire(import.meta.url);
  guardRequestQueue(prototypeOf(require("kafkajs/src/network/requestQueue"), "scheduleCheckPendingRequests"));
  const broker: Broker = prototypeOf(require("kafkajs/src/broker"), "produce");
  guardProduce(broker);
  guardConcurrentTransactions(broker);
  guardCoordinator(prototypeOf(require("kafkajs/src/cluster"), "findGroupCoordinator"));
  replaceFunction(require, "kafkajs/src/protocol/requests/produce/v3/request", produceRequest);
}

/** Works because kafkajs loads the versions of a request only when one is made; later ones build on the third. */
function replaceFunction(require: NodeJS.Require, module: string, replacement: unknown): void {
  const loaded: unknown = require(module);
  const cached = require.cache[require.resolve(module)];
  if (typeof loaded !== "function" || cached === undefined) {
    throw new TypeError(`kafkajs is not as expected: ${module}`);
  }
  cached.exports = replacement;
}

function prototypeOf<T>(loaded: unknown, method: keyof T & string): T {
  const prototype: unknown = typeof loaded === "function" ? loaded.prototype : undefined;
  if (typeof prototype !== "object" || prototype === null || !(method in prototype)) {
    throw new TypeError(`kafkajs is not as expected: no ${method}`);
  }
  return prototype as T;
}

/** The queue of each connection schedules a timer after every answer, and again from that timer, also with nothing to send. */
function guardRequestQueue(queue: RequestQueue): void {
  const schedule: (this: RequestQueue) => void = Reflect.get(queue, "scheduleCheckPendingRequests");
  queue.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}

/**
 * A failed send is retried inside kafkajs with sequence numbers that may have been used, and with the parts
 * for other brokers that are still under way: records are then lost or doubled although all was acknowledged.
 * So each partition is sent once per transaction; a second time rejects the send, and with it the producer.
 */
function guardProduce(broker: Broker): void {
  const produce: Broker["produce"] = Reflect.get(broker, "produce");
  broker.produce = async function (this: Broker, request: ProduceRequest): Promise<unknown> {
    for (const { topic, partitions } of request.topicData) {
      for (const { partition } of partitions) {
        const name = `${topic}/${partition}`;
        if (sent.has(name)) throw notRetriable(new Error(`${name} was already sent in this transaction`));
        sent.add(name);
      }
    }
    try {
      return await produce.call(this, request);
    } catch (error) {
      throw notRetriable(error);
    }
  };
}

function notRetriable(error: unknown): unknown {
  if (typeof error === "object" && error !== null) Reflect.set(error, "retriable", false);
  return error;
}

/** kafkajs repeats the whole send for this answer, or gives up; here only the refused request is repeated. */
function guardConcurrentTransactions(broker: Broker): void {
  for (const method of ["addPartitionsToTxn", "addOffsetsToTxn"] as const) {
    const request: (this: Broker, request: object) => Promise<unknown> = Reflect.get(broker, method);
    broker[method] = async function (this: Broker, argument: object): Promise<unknown> {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await request.call(this, argument);
        } catch (error) {
          if (attempt >= CONCURRENT_RETRIES_MAX || !isConcurrentTransactions(error)) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, CONCURRENT_RETRY_MS));
      }
    };
  }
}

function isConcurrentTransactions(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "type" in error && error.type === "CONCURRENT_TRANSACTIONS"
  );
}

/**
 * The coordinators are asked for four times per transaction. One answer per producer is enough: when it is no
 * longer true a call is rejected, and every rejection ends the producer.
 */
function guardCoordinator(cluster: Cluster): void {
  const find: Cluster["findGroupCoordinator"] = Reflect.get(cluster, "findGroupCoordinator");
  const found = new WeakMap<Cluster, Map<string, Promise<unknown>>>();
  cluster.findGroupCoordinator = function (this: Cluster, request: CoordinatorRequest): Promise<unknown> {
    const known = found.get(this) ?? new Map<string, Promise<unknown>>();
    found.set(this, known);
    const name = `${request.coordinatorType ?? 0}/${request.groupId}`;
    const answer = known.get(name) ?? find.call(this, request);
    known.set(name, answer);
    answer.catch(() => known.delete(name));
    return answer;
  };
}
