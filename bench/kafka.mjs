/** The broker that events go to: a real one, on the cores that are not measured. */
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import { isPrepared, missing, prepare, startBroker } from "../test/dev-env/kafka/broker.mjs";
import { ROOT } from "../tools/project.mjs";

/** The edge's own client; it belongs to the edge's packages. */
const { Kafka, logLevel } = createRequire(join(ROOT, "apps/edge/package.json"))("kafkajs");

// kafkajs sets timers with negative times, and Node 24 says so.
process.removeAllListeners("warning");

export function kafkaAt(broker) {
  return new Kafka({ brokers: [broker], clientId: "bench", logLevel: logLevel.NOTHING });
}

/** Why there can be no broker, or undefined. */
export async function missingBroker() {
  const reason = missing();
  if (reason !== undefined || isPrepared()) return reason;
  try {
    await prepare();
    return undefined;
  } catch (error) {
    return `Kafka's jars cannot be fetched: ${String(error.message).split("\n")[0]}`;
  }
}

/** On the port wanted, where it is free. */
export async function openBroker(directory, wantedPort) {
  const isFree = await new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(wantedPort, "127.0.0.1", () => server.close(() => resolve(true)));
  });
  return startBroker({ dataDir: directory, ...(isFree && { port: wantedPort }) });
}

export async function createTopic(broker, topic, numPartitions) {
  await withAdmin(broker, (admin) => admin.createTopics({ topics: [{ topic, numPartitions }] }));
}

/** Records appended to a topic since it was made; a topic written in transactions holds their marks as well. */
export function recordsIn(broker, topic) {
  return withAdmin(broker, async (admin) => {
    const partitions = await admin.fetchTopicOffsets(topic);
    return partitions.reduce((sum, { high }) => sum + Number(high), 0);
  });
}

async function withAdmin(broker, act) {
  const admin = kafkaAt(broker).admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
}
