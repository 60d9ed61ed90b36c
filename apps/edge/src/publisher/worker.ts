import { parentPort, workerData } from "node:worker_threads";
import { Delivery } from "./delivery.ts";
import { describeFault } from "./faults.ts";
import { guardKafkajs } from "./kafkajs-guard.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";
import { CommitSignal } from "./signal.ts";

/** The publisher's thread: Kafka may be as slow as it likes here. */
if (parentPort !== null) {
  const port = parentPort;
  const { settings, hasClaimed, signal } = workerData as WorkerStart;
  const post = (message: FromWorker): void => {
    port.postMessage(message);
  };
  guardKafkajs();
  const delivery = new Delivery(settings, hasClaimed, new CommitSignal(signal), post);
  port.on("message", (message: ToWorker) => {
    switch (message.kind) {
      case "wake":
        delivery.wake();
        break;
      case "close":
        delivery.close(message.flushMs);
        break;
    }
  });
  // kafkajs may reject promises of a producer that was given up, with nobody left to hear it.
  process.on("unhandledRejection", (reason) => {
    post({ kind: "fault", error: describeFault(reason) });
  });
  await delivery.run();
  port.close();
}
