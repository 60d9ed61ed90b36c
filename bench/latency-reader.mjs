/**
 * Reads committed records as they come: `node latency-reader.mjs BROKER TOPIC` says "reading" once it does, and at SIGTERM writes
 * a line `{"sip": Call-ID, "ns": monotonic time}` for each `call.released` it was given.
 */
import { kafkaAt } from "./kafka.mjs";

const [broker, topic] = process.argv.slice(2);
const lines = [];
const consumer = kafkaAt(broker).consumer({ groupId: `bench-${process.pid}`, readUncommitted: false });

await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => process.stdout.write("reading\n"));
await consumer.run({
  // A commit of offsets behind each batch, one after the other, would be measured with it.
  autoCommit: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const at = process.hrtime.bigint();
    for (const { headers, value, offset } of batch.messages) {
      resolveOffset(offset);
      if (!String(headers?.ce_type).startsWith("tandem.call.released")) continue;
      lines.push(`{"sip":${JSON.stringify(JSON.parse(String(value)).sip.callId)},"ns":"${at}"}`);
    }
    await heartbeat();
  },
});

process.once("SIGTERM", () => {
  process.stdout.write(`${lines.join("\n")}\n`, () => process.exit(0));
});
