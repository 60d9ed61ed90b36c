import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  callEventRecord,
  EVENT_SCHEMAS,
  gatewayEventRecord,
  isEventType,
  readEvent,
  readStructuredEvent,
  structuredEvent,
  topicsOf,
  type EventType,
  type TandemEvent,
} from "@tandem/call-events";
import { Ajv2020 } from "ajv/dist/2020.js";
import { eventsOf, releaseOf } from "../helpers/calls.ts";
import { removeEdges, startEdge } from "../helpers/edge.ts";
import { bodyOf, ISUP, TestCall } from "../helpers/sip-call.ts";
import { closeClients, SipClient, type RawMessage } from "../helpers/sip-client.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/events.md"), "utf8");
const START_MS_MAX = 40_000;
const TYPE_CHECK_MS_MAX = 60_000;

const TYPES = Object.keys(EVENT_SCHEMAS) as EventType[];

type Json = Readonly<Record<string, unknown>>;

/** The JSON behind ```json NAME. */
function example(name: string): Json {
  const text = new RegExp(`^\`\`\`json ${name.replaceAll(".", "\\.")}\\n(.*?)^\`\`\`$`, "ms").exec(PAGE)?.[1];
  if (text === undefined) throw new TypeError(`docs/events.md has no example ${name}`);
  return JSON.parse(text) as Json;
}

/** The same for two runs: what the clock, chance and the system's ports make is replaced by its kind. */
function settled(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((each) => settled(each));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, settled(each, name)]));
  if (typeof value === "number") return /(Ms|^port)$/.test(key) ? "a number" : value;
  if (typeof value !== "string") return value;
  if (key.endsWith("Tag")) return "a tag";
  return value
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UUID")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, "TIME")
    .replaceAll(/\d+\.\d+\.\d+\.\d+(:\d+)?/g, "ADDRESS");
}

const events = new Map<EventType, TandemEvent>();
let firstLine: Json;

/** Rings never: early media instead. */
const EARLY = "+493099900199";

/** One call with everything in it: IAM, ringing, ACM, ANM, SUS, REL; and of another its early media. */
async function placeCall(): Promise<void> {
  const edge = await startEdge({
    node: "edge-1",
    trunks: [{ id: "acme", profile: "sip-t", sources: ["127.0.0.1"], numbers: { country: "49" } }],
    routes: [
      { id: "early", when: { called: EARLY }, answer: { after: "10m", provisional: "progress" } },
      { id: "echo", answer: { after: "200ms" } },
    ],
  });
  const client = await SipClient.open(edge);
  const headers = [
    "User-Agent: SBC/7.2",
    'P-Asserted-Identity: "Erika Mustermann" <sip:+4989123456789@127.0.0.1;user=phone>',
  ];
  const call = new TestCall(client, edge, { iam: ISUP.iam, headers });
  await call.establish();
  call.send("INFO", bodyOf({ isup: ISUP.suspend }));
  await call.response(200, "INFO");
  await call.bye(['Reason: Q.850;cause=16;text="Normal call clearing"']);
  const early = new TestCall(client, edge, { iam: ISUP.iam, called: EARLY });
  early.invite();
  await early.response(183, "INVITE");
  early.cancel();
  await early.final(487);
  const printed = await edge.events();
  const [progress] = eventsOf(printed, early.callId).slice(1);
  const lines = [...eventsOf(printed, call.callId), ...(progress === undefined ? [] : [progress])];
  firstLine = lines[0] as unknown as Json;
  for (const line of lines) {
    const read = readStructuredEvent(line);
    if (read.ok) events.set(read.event.type, read.event);
  }
}

/** Events that a good call does not have, written as the edge writes them, from what the page shows. */
function writeOthers(): void {
  const source = { cluster: "demo", node: "edge-1", topics: topicsOf() };
  const callId = String(example("common")["callId"]);
  const large = { ...example("common"), callId, sequence: 4, isup: { raw: "A".repeat(300_000) } };
  const omitted = callEventRecord(source, {
    type: "tandem.call.isup.v1",
    callId,
    term: 1,
    sequence: 4,
    partition: 0,
    at: Date.now(),
    data: large as never,
  });
  const gateway = (
    ["tandem.gateway.journal.degraded.v1", "tandem.gateway.delivery.uncertain.v1"] as const
  ).map((type) =>
    gatewayEventRecord(source, { type, id: "edge-1/1", at: Date.now(), data: example(type) as never }, 0),
  );
  for (const { headers, value } of [omitted, ...gateway]) {
    const read = readEvent({ headers: JSON.parse(headers) as Json, value });
    if (read.ok) events.set(read.event.type, read.event);
  }
}

beforeAll(async () => {
  await placeCall();
  writeOthers();
}, START_MS_MAX);

afterAll(async () => {
  closeClients();
  await removeEdges();
});

describe("what the edge writes", () => {
  it.each(TYPES)("%s passes its published schema", (type) => {
    const schema = JSON.parse(
      readFileSync(join(ROOT, `libs/call-events/schemas/${type}.json`), "utf8"),
    ) as object;
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    expect(validate(events.get(type)?.data) ? [] : validate.errors).toEqual([]);
  });

  it("has no field that the schema does not know", () => {
    const known = (schema: Json, all: Json): Json => {
      const reference = typeof schema["$ref"] === "string" ? schema["$ref"].split("/").at(-1)! : undefined;
      return reference === undefined ? schema : ((all["$defs"] as Json)[reference] as Json);
    };
    const visit = (value: unknown, schema: Json, all: Json, path: string): string[] => {
      const branches = schema["anyOf"] as readonly Json[] | undefined;
      const { properties, items } = known(branches?.[0] ?? schema, all) as {
        properties?: Json;
        items?: Json;
      };
      if (Array.isArray(value)) return value.flatMap((each) => visit(each, items ?? {}, all, `${path}[]`));
      if (typeof value !== "object" || value === null || properties === undefined) return [];
      return Object.entries(value).flatMap(([key, each]) =>
        key in properties ? visit(each, properties[key] as Json, all, `${path}.${key}`) : [`${path}.${key}`],
      );
    };
    for (const type of TYPES) {
      const schema = JSON.parse(EVENT_SCHEMAS[type]) as Json;
      expect(visit(events.get(type)?.data, schema, schema, type)).toEqual([]);
    }
  });
});

/** `finalState`, `side`, `class` of the row with that detail. */
function rowOf(detail: string): readonly string[] {
  const rows = PAGE.split("\n").filter(
    (line) => line.endsWith(`| \`${detail}\` |`) || line.includes(`| \`${detail}\` `),
  );
  return rows.length === 1 ? rows[0]!.split("|").slice(2, 5) : [];
}

/** RFC 3261 §8.2.6.2: what a response copies from its request. */
function okTo(request: RawMessage): string {
  const copied = ["Via", "From", "To", "Call-ID", "CSeq"].map(
    (name) => `${name}: ${request.header(name.toLowerCase()) ?? ""}`,
  );
  return ["SIP/2.0 200 OK", ...copied, "Content-Length: 0", "\r\n"].join("\r\n");
}

describe("the ends that docs/events.md lists", () => {
  const BUSY = "+493000000001";
  const ECHO = "+493000000002";
  const options = {
    routes: [
      { id: "busy", when: { called: BUSY }, reject: { sip: 486, q850: 17 } },
      { id: "echo", when: { called: ECHO }, answer: "echo" },
    ],
  };

  it(
    "are as the edge tells them: refused, without route, stopped, crashed",
    async () => {
      const edge = await startEdge(options);
      const client = await SipClient.open(edge);
      const refused = new TestCall(client, edge, { called: BUSY });
      refused.invite();
      await refused.final(486);
      const unrouted = new TestCall(client, edge, { called: "+4940" });
      unrouted.invite();
      await unrouted.final(404);
      const crashed = new TestCall(client, edge, { called: ECHO });
      await crashed.establish();
      // What a carrier was told is on disk (design: barrier).
      await edge.kill();

      const again = await startEdge({ ...options, directory: edge.directory });
      const other = await SipClient.open(again);
      const stopped = new TestCall(other, again, { called: ECHO });
      await stopped.establish();
      const stopping = again.stop();
      other.send(okTo(await other.request("BYE")));
      await stopping;

      const events = await again.events();
      const ends: [TestCall, string][] = [
        [refused, "route <id>"],
        [unrouted, "no route"],
        [crashed, "gateway-recovery"],
        [stopped, "gateway-shutdown"],
      ];
      for (const [call, detail] of ends) {
        const { cause, finalState } = releaseOf(eventsOf(events, call.callId));
        expect(cause.detail).toBe(detail.replace("<id>", "busy"));
        const [states = "", side = "", classes = ""] = rowOf(detail);
        expect(states).toContain(finalState);
        expect(side).toContain(cause.side);
        expect(classes).toContain(cause.class);
      }
      expect(releaseOf(eventsOf(events, crashed.callId)).cause).toMatchObject({
        sip: null,
        q850: { value: 127 },
      });
      expect(releaseOf(eventsOf(events, stopped.callId)).cause.sip).toBeNull();
    },
    START_MS_MAX,
  );
});

describe("docs/events.md", () => {
  it("has a section with an example for every type", () => {
    for (const type of TYPES) expect(PAGE).toMatch(new RegExp(`^### ${type.replaceAll(".", "\\.")}$`, "m"));
    const named = [...PAGE.matchAll(/^```json (tandem\.\S+)$/gm)].map(([, type = ""]) => type);
    expect([...named].sort()).toEqual([...TYPES].sort());
    expect(named.every(isEventType)).toBe(true);
  });

  it("shows the envelope as it is written", () => {
    const structured = structuredEvent({ headers: JSON.stringify(example("envelope")), value: "{}" });
    const { data: _shown, ...attributes } = structured;
    const { data: _written, ...written } = firstLine;
    // The page's edge is of the cluster demo, the test's of another.
    expect(settled({ ...attributes, source: "" })).toEqual(settled({ ...written, source: "" }));
    expect(attributes["source"]).toBe(`urn:tandem:demo:call:${String(attributes["subject"])}`);
  });

  it("shows the fields that all events of a call have", () => {
    const { data } = events.get("tandem.call.incoming.v1")!;
    const common = Object.fromEntries(Object.entries(data).slice(0, Object.keys(example("common")).length));
    expect(settled(example("common"))).toEqual(settled(common));
  });

  it.each(TYPES)("shows %s as it is written", (type) => {
    const isOfCall = "trunkId" in (events.get(type)?.data ?? {});
    const left = isOfCall ? Object.keys(example("common")) : [];
    const own = Object.entries(events.get(type)?.data ?? {}).filter(([key]) => !left.includes(key));
    expect(settled(example(type))).toEqual(settled(Object.fromEntries(own)));
  });

  it("names every topic that is written to, as it is called", () => {
    const { callEvents, gatewayEvents, progress } = topicsOf();
    const rows = [...PAGE.matchAll(/^\| `(tandem\.[a-z.]+\.v1)` +\| (call id|node|-) +\|/gm)].map(
      ([, topic]) => topic,
    );
    expect(rows).toEqual([callEvents, gatewayEvents, progress]);
  });

  it(
    "has a consumer that passes the compiler",
    () => {
      mkdirSync(join(ROOT, ".cache"), { recursive: true });
      const directory = mkdtempSync(join(ROOT, ".cache/events-"));
      try {
        const options = {
          extends: "../../tsconfig.spec.base.json",
          compilerOptions: { composite: false, declarationMap: false, rootDir: ROOT },
          include: ["*.ts"],
        };
        writeFileSync(join(directory, "package.json"), '{ "type": "module" }\n');
        writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(options));
        writeFileSync(join(directory, "consumer.ts"), /^```ts\n(.*?)^```$/ms.exec(PAGE)?.[1] ?? "");
        const args = ["node_modules/typescript/bin/tsc", "-p", directory];
        expect(execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" })).toBe("");
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
    TYPE_CHECK_MS_MAX,
  );
});
