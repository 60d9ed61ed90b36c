/**
 * A callee without state, so that what stands before it is the limit: 180 and 200 to INVITE, 200 to all else, nothing to
 * ACK. `node callee.mjs PORT`
 */
import { createSocket } from "node:dgram";
import { DESCRIPTION } from "./programs.mjs";

const BUFFER_OCTETS = 4 * 1024 * 1024;
const HOST = "127.0.0.1";
const COPIED = /^(?:via|from|to|call-id|cseq|record-route)$/i;

const port = Number(process.argv[2]);
const socket = createSocket({
  type: "udp4",
  recvBufferSize: BUFFER_OCTETS,
  sendBufferSize: BUFFER_OCTETS,
  lookup: (host, _options, callback) => callback(null, host, 4),
});
const contact = `Contact: <sip:callee@${HOST}:${port}>\r\n`;

/** Header fields that every response repeats (RFC 3261 §8.2.6.2), with a tag of ours. */
function repeated(text) {
  let lines = "";
  for (const line of text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n").slice(1)) {
    const name = line.slice(0, line.indexOf(":"));
    if (!COPIED.test(name)) continue;
    lines +=
      name.toLowerCase() === "to" && !line.includes(";tag=") ? `${line};tag=callee\r\n` : `${line}\r\n`;
  }
  return lines + contact;
}

const withoutBody = "Content-Length: 0\r\n\r\n";
const withBody = `Content-Type: application/sdp\r\nContent-Length: ${DESCRIPTION.length}\r\n\r\n${DESCRIPTION}`;

socket.on("message", (octets, { address, port: from }) => {
  const text = octets.latin1Slice();
  if (text.startsWith("ACK ") || text.startsWith("SIP/2.0 ")) return;
  const lines = repeated(text);
  const send = (response) => socket.send(Buffer.from(response, "latin1"), from, address);
  if (text.startsWith("INVITE ")) {
    send(`SIP/2.0 180 Ringing\r\n${lines}${withoutBody}`);
    send(`SIP/2.0 200 OK\r\n${lines}${withBody}`);
  } else send(`SIP/2.0 200 OK\r\n${lines}${withoutBody}`);
});
socket.bind(port, HOST, () => console.log("ready"));
