import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { EventType } from "./event-record.ts";
import type {
  CallCommon,
  CallIncoming,
  CallReleased,
  EventData,
  Isup,
  PartyNumber,
} from "./generated/events.ts";
import { EVENT_SCHEMAS } from "./generated/schemas.ts";

const CALL_ID = "019a1b2c-3d4e-7f50-8a61-728394a5b6c7";

const common: CallCommon = {
  callId: CALL_ID,
  sequence: 1,
  direction: "inbound",
  trunkId: "acme",
  legId: "a",
  sip: { callId: "1@192.0.2.1", fromTag: "a", toTag: "b", cseq: 4_294_967_295 },
  state: "incoming",
  nodeId: "edge-1",
};

const number: PartyNumber = {
  raw: "4930990",
  e164: "+4930990",
  natureOfAddress: "international",
  numberingPlan: "isdn",
  display: "",
  presentation: "allowed",
  screening: "network",
  source: "isup",
};

const isup: Isup = {
  messageType: "REL",
  variant: "itu-t92+",
  parameters: { a: { octets: "AA==" } },
  raw: "DA==",
};

const incoming: CallIncoming = {
  ...common,
  called: number,
  calling: number,
  originalCalled: null,
  redirecting: [{ number, reason: "unknown", count: null }],
  headers: { "user-agent": "x" },
  ruri: "sip:4930990@192.0.2.2",
  source: { address: "192.0.2.1", port: 5060, transport: "udp", listener: "udp-1" },
  codecsOffered: ["PCMA"],
  srtpOffered: false,
  callingPartysCategory: "ordinary",
  transmissionMediumRequirement: "speech",
  hopCounter: null,
  isup,
};

const released: CallReleased = {
  ...common,
  cause: {
    sip: null,
    q850: { value: 16, text: "normal call clearing", location: "U", codingStandard: "itu" },
    isup: { value: 16, location: 0, codingStandard: 0 },
    reasonHeaders: ["Q.850;cause=16"],
    side: "caller",
    class: "normal",
    mapping: "received",
    row: "RFC 3398 §7.2.3",
    detail: "",
  },
  times: { createdAt: "2026-11-25T12:00:00.000000Z", ringingAt: "", answeredAt: "", endedAt: "" },
  durationMs: 1.5,
  billableMs: 0,
  finalState: "cancelled",
  isup: null,
};

/** One of each type: a type that is new is missing here, says the compiler. */
const SAMPLES: { readonly [T in EventType]: EventData[T] } = {
  "tandem.call.incoming.v1": incoming,
  "tandem.call.progress.v1": { ...common, code: 183, earlyMedia: true, isup: null },
  "tandem.call.ringing.v1": { ...common, code: 180, earlyMedia: false, isup: null },
  "tandem.call.answered.v1": {
    ...common,
    answeredAt: "2026-11-25T12:00:00.000000Z",
    ringMs: 0.001,
    pddMs: 2,
    codec: "PCMA",
    connectedNumber: null,
    isup: null,
  },
  "tandem.call.isup.v1": { ...common, isup },
  "tandem.call.released.v1": released,
  "tandem.call.event.omitted.v1": {
    callId: CALL_ID,
    sequence: 2,
    omittedType: "tandem.call.isup.v1",
    reason: "x",
  },
  "tandem.gateway.delivery.uncertain.v1": { nodeId: "edge-1", from: 1, to: 2, reason: "offset-behind" },
  "tandem.gateway.journal.degraded.v1": {
    nodeId: "edge-1",
    reason: "slow",
    lastCommitMs: 300.5,
    usedBytes: 5e9,
    maxBytes: 6e9,
  },
};

const TYPES = Object.keys(EVENT_SCHEMAS) as EventType[];

function validatorOf(type: EventType): ValidateFunction {
  return new Ajv2020({ strict: true, allErrors: true }).compile(JSON.parse(EVENT_SCHEMAS[type]) as object);
}

describe("JSON Schemas of events", () => {
  it("stand in schemas/ and in the library, the same", () => {
    const directory = new URL("../schemas/", import.meta.url);
    expect(readdirSync(directory).sort()).toEqual(TYPES.map((type) => `${type}.json`).sort());
    for (const type of TYPES) {
      const file: unknown = JSON.parse(readFileSync(new URL(`${type}.json`, directory), "utf8"));
      expect(JSON.parse(EVENT_SCHEMAS[type])).toEqual(file);
    }
  });

  it.each(TYPES)("%s: the one that ce_dataschema names, and a strict validator takes it", (type) => {
    expect(JSON.parse(EVENT_SCHEMAS[type])).toMatchObject({
      $id: `urn:tandem:schema:${type}`,
      $schema: "https://json-schema.org/draft/2020-12/schema",
    });
    expect(() => validatorOf(type)).not.toThrow();
  });

  it.each(TYPES)("%s: what has the type passes", (type) => {
    const validate = validatorOf(type);
    expect(validate(SAMPLES[type]) ? [] : validate.errors).toEqual([]);
  });

  it.each(TYPES)("%s: every field is written, also where it has its default (design: JSON form)", (type) => {
    const validate = validatorOf(type);
    for (const name of Object.keys(SAMPLES[type])) {
      const without = Object.fromEntries(Object.entries(SAMPLES[type]).filter(([key]) => key !== name));
      expect([name, validate(without)]).toEqual([name, false]);
    }
  });

  it.each(TYPES)("%s: fields of a newer edge pass (changes within a version only add)", (type) => {
    expect(validatorOf(type)({ ...SAMPLES[type], fromTheFuture: { x: 1 } })).toBe(true);
  });

  it("writes enums in camelCase, and knows no others", () => {
    const validate = validatorOf("tandem.call.released.v1");
    for (const finalState of ["noAnswer", "unspecified"])
      expect(validate({ ...released, finalState })).toBe(true);
    for (const finalState of ["NO_ANSWER", "FINAL_STATE_NO_ANSWER", "no_answer", 3])
      expect(validate({ ...released, finalState })).toBe(false);
  });

  it("has numbers as numbers, and integers without a fraction", () => {
    const validate = validatorOf("tandem.call.released.v1");
    expect(validate({ ...released, durationMs: "1500" })).toBe(false);
    expect(validate({ ...released, sequence: "3" })).toBe(false);
    expect(validate({ ...released, sequence: 1.5 })).toBe(false);
  });

  it("lets absent messages be null, but not those that are always there", () => {
    const validate = validatorOf("tandem.call.incoming.v1");
    for (const name of ["originalCalled", "isup"]) expect(validate({ ...incoming, [name]: null })).toBe(true);
    for (const name of ["called", "calling", "source", "sip"])
      expect(validate({ ...incoming, [name]: null })).toBe(false);
    expect(validatorOf("tandem.call.released.v1")({ ...released, cause: null })).toBe(false);
  });

  it("marks personal data in words", () => {
    const { $defs } = JSON.parse(EVENT_SCHEMAS["tandem.call.incoming.v1"]) as {
      $defs: Record<string, { properties: Record<string, { description: string }> }>;
    };
    const marked = ["raw", "e164", "display"];
    for (const [name, { description }] of Object.entries($defs["PartyNumber"]!.properties))
      expect([name, description.endsWith(" Personal data.")]).toEqual([name, marked.includes(name)]);
    for (const name of ["parameters", "raw"])
      expect($defs["Isup"]!.properties[name]!.description).toMatch(/ Personal data\.$/);
  });
});
