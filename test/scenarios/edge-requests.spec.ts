import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { eventsOf } from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { newBranch, sdpFor, TestCall } from "../helpers/sip-call.ts";
import { closeClients, SipClient } from "../helpers/sip-client.ts";

const VECTORS = new URL("../vectors/sip/invalid/", import.meta.url);
const REFUSED = "tandem_sip_refused_total";

let edge: TestEdge;
let client: SipClient;

beforeAll(async () => {
  edge = await startEdge();
  client = await SipClient.open(edge);
});
jest.setTimeout(20_000);

afterAll(async () => {
  closeClients();
  await removeEdges();
});

interface Parts {
  readonly uri?: string;
  readonly headers?: readonly string[];
  readonly to?: string;
  readonly body?: string;
  readonly from?: SipClient;
}

/** A request outside of any call, complete but for what the test adds. */
function requestOf(method: string, callId: string, parts: Parts = {}): string {
  const { port, address } = parts.from ?? client;
  const target = `${edge.address}:${edge.port}`;
  const {
    uri = `sip:+493099900100@${target}`,
    headers = [],
    to = `<sip:+493099900100@${target}>`,
    body = "",
  } = parts;
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:${port};branch=${newBranch()}`,
    "Max-Forwards: 70",
    `From: <sip:peer@${address}>;tag=${callId}`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:peer@${address}:${port}>`,
    ...headers,
    `Content-Length: ${body.length}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

describe("requests outside of calls", () => {
  it("answers OPTIONS with what it can do (RFC 3261 §11.2)", async () => {
    client.send(requestOf("OPTIONS", "options"));
    const answer = await client.response(200, "OPTIONS", "options");
    const allowed = answer.header("allow")?.split(", ");
    expect(allowed).toEqual(expect.arrayContaining(["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO"]));
    expect(allowed).not.toContain("REGISTER");
    expect(answer.header("accept")).toBe("application/sdp, application/isup, multipart/mixed");
    expect(answer.header("supported")).toBeDefined();
    expect(answer.header("to")).toMatch(/;tag=\S+$/);
  });

  it("tells an address that is no trunk's 403, keeps nothing of it and counts it", async () => {
    const stranger = await SipClient.open(edge, "127.0.0.2");
    const before = await edge.health();
    const call = new TestCall(stranger, edge);
    call.invite();
    call.invite({ branch: newBranch(), cseq: 1 });
    await call.final(403);
    await call.final(403);
    stranger.send(requestOf("OPTIONS", "strange", { from: stranger }));
    await stranger.response(403, "OPTIONS", "strange");
    const after = await edge.health();
    expect(after.sip.transactions).toBe(before.sip.transactions);
    expect(after.calls).toBe(0);
    expect(await edge.counter(REFUSED, "unknown-trunk 403")).toBe(3);
    expect(eventsOf(edge.journalEvents(), call.callId)).toEqual([]);
  });

  it.each([
    ["REGISTER", 405, "method-not-allowed 405"],
    ["SUBSCRIBE", 405, "method-not-allowed 405"],
    ["TELEPORT", 501, "unknown-method 501"],
  ])(
    "answers %s with %d and says what it takes (RFC 3261 §8.2.1, §21.5.2)",
    async (method, status, reason) => {
      const before = await edge.counter(REFUSED, reason);
      client.send(requestOf(method, `method-${method}`));
      const answer = await client.response(status, method, `method-${method}`);
      expect(answer.header("allow")).toContain("INVITE");
      expect(await edge.counter(REFUSED, reason)).toBe(before + 1);
    },
  );

  it("refuses a Request-URI of another scheme with 416 (RFC 3261 §8.2.2.1)", async () => {
    client.send(requestOf("INVITE", "scheme", { uri: "http://example.com/" }));
    await client.response(416, "INVITE", "scheme");
    expect(await edge.counter(REFUSED, "uri-scheme 416")).toBe(1);
  });

  it("refuses what it is required to know with 420 and names it (RFC 3261 §8.2.2.3)", async () => {
    client.send(requestOf("INVITE", "require", { headers: ["Require: foo, bar"] }));
    const answer = await client.response(420, "INVITE", "require");
    expect(answer.header("unsupported")).toBe("foo, bar");
    expect(await edge.counter(REFUSED, "bad-extension 420")).toBe(1);
  });

  it("refuses a body it must understand and does not with 415 and says what it reads (RFC 3261 §8.2.3)", async () => {
    const headers = ["Content-Type: application/pidf+xml"];
    client.send(requestOf("INVITE", "media-type", { headers, body: "<presence/>" }));
    const answer = await client.response(415, "INVITE", "media-type");
    expect(answer.header("accept")).toBe("application/sdp, application/isup, multipart/mixed");
    expect(await edge.counter(REFUSED, "unsupported-media-type 415")).toBe(1);
  });

  it("passes over a body that may be passed over (RFC 3261 §20.11)", async () => {
    const headers = ["Content-Type: application/pidf+xml", "Content-Disposition: render;handling=optional"];
    client.send(requestOf("INVITE", "optional-body", { headers, body: "<presence/>" }));
    const answer = await client.response(200, "INVITE", "optional-body");
    expect(answer.header("content-type")).toBe("application/sdp");
  });

  it("refuses a multipart that cannot be read with 400 (RFC 5621 §4)", async () => {
    const headers = ["Content-Type: multipart/mixed;boundary=b"];
    client.send(requestOf("INVITE", "multipart", { headers, body: "no boundary in here" }));
    await client.response(400, "INVITE", "multipart");
    expect(await edge.counter(REFUSED)).toBeGreaterThan(0);
  });

  it("refuses an INVITE without Contact with 400: it could not be answered in a dialog (RFC 3261 §8.1.1.8)", async () => {
    client.send(requestOf("INVITE", "contact").replace(/Contact: .*\r\n/, ""));
    await client.response(400, "INVITE", "contact");
    expect(await edge.counter(REFUSED, "missing-contact 400")).toBe(1);
  });

  it.each(["BYE", "INFO", "INVITE", "OPTIONS"])(
    "answers %s of a dialog that it does not know with 481 and counts it (RFC 3261 §12.2.2)",
    async (method) => {
      const before = await edge.counter(REFUSED, "no-dialog 481");
      client.send(requestOf(method, `lost-${method}`, { to: "<sip:edge@example.com>;tag=gone" }));
      await client.response(481, method, `lost-${method}`);
      expect(await edge.counter(REFUSED, "no-dialog 481")).toBe(before + 1);
    },
  );

  it("answers a CANCEL of nothing with 481 and counts it (RFC 3261 §9.2)", async () => {
    client.send(requestOf("CANCEL", "cancel-nothing"));
    await client.response(481, "CANCEL", "cancel-nothing");
    expect(await edge.counter(REFUSED, "no-transaction 481")).toBe(1);
  });

  it("is silent to an ACK of nothing, and counts it (RFC 3261 §17.1.1.3)", async () => {
    await client.unreadAfterPing();
    const before = await edge.counter(REFUSED, "stray-ack none");
    client.send(requestOf("ACK", "ack-nothing", { to: "<sip:edge@example.com>;tag=gone" }));
    expect(await client.unreadAfterPing()).toEqual([]);
    expect(await edge.counter(REFUSED, "stray-ack none")).toBe(before + 1);
  });

  it("takes a call whose Max-Forwards is 0: it goes no further than here (RFC 3261 §8.2)", async () => {
    const sdp = sdpFor(client.address, 40_000);
    const request = requestOf("INVITE", "hops", { headers: ["Content-Type: application/sdp"], body: sdp });
    client.send(request.replace("Max-Forwards: 70", "Max-Forwards: 0"));
    await client.response(200, "INVITE", "hops");
  });
});

interface Vector {
  readonly file: string;
  readonly clause: string;
  readonly tests: string;
  /** Why it is refused; null where it is not refused as a message. */
  readonly code: string | null;
  readonly status: number | null;
}

describe("broken datagrams", () => {
  const index = JSON.parse(readFileSync(new URL("index.json", VECTORS), "utf8")) as Vector[];

  it("are all in the index", () => {
    const files = readdirSync(VECTORS).filter((name) => name.endsWith(".sip"));
    expect(index.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
  });

  // Responses go to the port the Via names, which is not the test's: the count tells what was answered.
  it.each(index.filter(({ code }) => code !== null))(
    "$file: $tests ($clause) is answered $status and counted as $code",
    async ({ file, code, status }) => {
      const label = `${code} ${status ?? "none"}`;
      const before = await edge.counter(REFUSED, label);
      client.send(readFileSync(new URL(file, VECTORS)));
      await client.unreadAfterPing();
      expect(await edge.counter(REFUSED, label)).toBe(before + 1);
    },
  );

  it("are answered where RFC 3261 says so: 400 with what could be read (§16.3, §21.4.1)", async () => {
    client.send(requestOf("INVITE", "bad").replace("CSeq: 1 INVITE", "CSeq: one INVITE"));
    const answer = await client.response(400, "INVITE", "bad");
    expect(answer.header("call-id")).toBe("bad");
    expect(answer.header("cseq")).toBe("one INVITE");
  });

  it("are met with silence where there is nobody to answer: a broken Via, a broken ACK (§17.1.1.3, §18.2.2)", async () => {
    await client.unreadAfterPing();
    client.send(requestOf("INVITE", "via").replace(/Via: .*/, "Via: nonsense"));
    client.send(requestOf("ACK", "ack").replace("CSeq: 1 ACK", "CSeq: one ACK"));
    client.send("\r\n\r\n");
    client.send(Buffer.from([0, 1, 2, 3, 255]));
    expect(await client.unreadAfterPing()).toEqual([]);
    expect((await edge.health()).calls).toBeLessThanOrEqual(2);
  });
});

describe("STUN on a UDP listener (RFC 5626 §8)", () => {
  it("is answered with the address that the request came from, and is no refused datagram", async () => {
    const before = await edge.counter(REFUSED);
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const id = Buffer.from("0123456789ab");
    socket.send(Buffer.concat([Buffer.from("000100002112a442", "hex"), id]), edge.port, edge.address);
    const [answer] = (await once(socket, "message")) as [Buffer];
    const { port } = socket.address();
    socket.close();
    expect(answer.toString("hex", 0, 26)).toBe(`0101000c2112a442${id.toString("hex")}002000080001`);
    expect(answer.readUInt16BE(26) ^ 0x2112).toBe(port);
    expect(await edge.counter(REFUSED)).toBe(before);
  });
});
