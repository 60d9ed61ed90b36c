import type { Admin, ITopicConfig } from "kafkajs";
import { PublisherError } from "./faults.ts";
import type { PublisherSettings } from "./messages.ts";

/** One partition: nothing is ever written to it, it is the name under which offsets are kept. */
const PROGRESS_PARTITIONS = 1;

/** The newest value per key is what counts in these; call records also go by age. */
const CLEANUP_POLICIES: Readonly<Record<string, string>> = {
  callRecords: "compact,delete",
  trunkState: "compact",
};

/** Sees that topics exist, makes them where that is wanted, and returns how many partitions each has. */
export async function ensureTopics(
  admin: Admin,
  settings: PublisherSettings,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length > 0) {
    if (!settings.createTopics)
      throw new PublisherError("topics-unfit", `topics are missing: ${missing.join(", ")}`);
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => topicConfig(settings, topic)),
    });
  }
  const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
  return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
}

/** Replication is the broker's default (-1, KIP-464). */
function topicConfig({ topics, partitions }: PublisherSettings, topic: string): ITopicConfig {
  const role = Object.keys(topics).find((name) => topics[name] === topic);
  const policy = role === undefined ? undefined : CLEANUP_POLICIES[role];
  return {
    topic,
    numPartitions: role === "progress" ? PROGRESS_PARTITIONS : partitions,
    replicationFactor: -1,
    ...(policy !== undefined && { configEntries: [{ name: "cleanup.policy", value: policy }] }),
  };
}
