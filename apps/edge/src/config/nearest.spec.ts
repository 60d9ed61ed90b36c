import { describe, expect, it } from "@jest/globals";
import { nearest } from "./nearest.ts";

const KEYS = ["brokers", "clientId", "topicPrefix", "createTopics", "partitions", "ssl", "sasl", "id", "to"];

describe("nearest", () => {
  it.each([
    ["broker", "brokers"],
    ["borkers", "brokers"],
    ["BROKERS", "brokers"],
    ["clientID", "clientId"],
    ["client_id", "clientId"],
    ["topic-prefix", "topicPrefix"],
    ["createTopic", "createTopics"],
    ["partition", "partitions"],
    ["sssl", "ssl"],
    ["sals", "sasl"],
    ["di", "id"],
  ])("finds what %s was meant to be", (written, word) => {
    expect(nearest(written, KEYS)).toBe(word);
  });

  it("takes the nearest of several that are near, wherever it stands", () => {
    expect(nearest("partitons", ["portitions", "partitions"])).toBe("partitions");
    expect(nearest("partitons", ["partitions", "portitions"])).toBe("partitions");
  });

  it.each(["replication", "tls", "xy", "a", "", "x".repeat(1_000_000)])(
    "finds nothing for another word (%#)",
    (written) => {
      expect(nearest(written, ["brokers", "clientId", "topicPrefix", "id", "sasl"])).toBeUndefined();
    },
  );
});
