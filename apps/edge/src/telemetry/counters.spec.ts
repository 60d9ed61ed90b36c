import { describe, expect, it } from "@jest/globals";
import { Counters } from "./counters.ts";

describe("Counters", () => {
  it("counts each combination of label values on its own", () => {
    const counters = new Counters();
    counters.add("tandem_sip_refused_total", "unknown-trunk", "403");
    counters.add("tandem_sip_refused_total", "unknown-trunk", "403");
    counters.add("tandem_sip_refused_total", "not-sip", "none");
    counters.add("tandem_events_lost_total");
    expect(counters.get("tandem_sip_refused_total", "unknown-trunk", "403")).toBe(2);
    expect(counters.get("tandem_sip_refused_total", "unknown-trunk", "503")).toBe(0);
    expect(counters.get("tandem_events_lost_total")).toBe(1);
    expect(counters.snapshot()).toEqual({
      tandem_sip_refused_total: { "unknown-trunk 403": 2, "not-sip none": 1 },
      tandem_events_lost_total: { "": 1 },
    });
    expect(counters.of("tandem_sip_refused_total")).toEqual([
      { labels: ["unknown-trunk", "403"], value: 2 },
      { labels: ["not-sip", "none"], value: 1 },
    ]);
  });
});
