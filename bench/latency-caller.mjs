/**
 * Places calls over UDP at a steady rate and tells when the 200 to each BYE came: `node latency-caller.mjs PORT RATE SECONDS`
 * writes lines `{"sip": Call-ID, "ns": monotonic time}`. Small on purpose: SIPp gives no time per call.
 */
import { createSocket } from "node:dgram";

const HOST = "127.0.0.1";
const TICK_MS = 5;
const LATE_MS = 3_000;

const [port, rate, seconds] = process.argv.slice(2).map(Number);
const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
const lines = [];
let placed = 0;

const send = (text) => socket.send(Buffer.from(text, "latin1"), port, HOST);

function request(method, call, { sequence, to, target, body = "" }) {
  const { port: local } = socket.address();
  return [
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP ${HOST}:${local};branch=z9hG4bK-${call}-${sequence}-${method}`,
    "Max-Forwards: 70",
    `From: <sip:+4989123456@${HOST}>;tag=f${call}`,
    `To: ${to}`,
    `Call-ID: ${call}@bench-${local}`,
    `CSeq: ${sequence} ${method}`,
    `Contact: <sip:bench@${HOST}:${local}>`,
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
}

const SDP = [
  "v=0",
  `o=- 1 1 IN IP4 ${HOST}`,
  "s=-",
  `c=IN IP4 ${HOST}`,
  "t=0 0",
  "m=audio 6000 RTP/AVP 8",
  "",
];
const CALLED = `sip:+49309990@${HOST}:${port}`;

function place() {
  const call = ++placed;
  send(request("INVITE", call, { sequence: 1, to: `<${CALLED}>`, target: CALLED, body: SDP.join("\r\n") }));
}

socket.on("message", (octets) => {
  const at = process.hrtime.bigint();
  const text = octets.toString("latin1");
  if (!text.startsWith("SIP/2.0 200")) return;
  const [, callId = "", call = ""] = /^Call-ID: ((\d+)@\S+)/m.exec(text) ?? [];
  const [, to = ""] = /^To: (.*)\r$/m.exec(text) ?? [];
  if (/^CSeq: 2 BYE/m.test(text)) {
    lines.push(`{"sip":${JSON.stringify(callId)},"ns":"${at}"}`);
    return;
  }
  const [, target = CALLED] = /^Contact: <([^>]+)>/m.exec(text) ?? [];
  send(request("ACK", call, { sequence: 1, to, target }));
  send(request("BYE", call, { sequence: 2, to, target }));
});

socket.bind(0, HOST, () => {
  const started = performance.now();
  const timer = setInterval(() => {
    const due = Math.min(rate * seconds, ((performance.now() - started) / 1_000) * rate);
    while (placed < due) place();
    if (placed < rate * seconds) return;
    clearInterval(timer);
    setTimeout(() => {
      process.stdout.write(`${lines.join("\n")}\n`, () => process.exit(0));
    }, LATE_MS);
  }, TICK_MS);
});
