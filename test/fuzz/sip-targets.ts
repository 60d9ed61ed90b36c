import {
  buildResponse,
  checkRequest,
  checkResponse,
  editMessage,
  parseMessage,
  parseUri,
  StreamReader,
  UserAgent,
  type SipMessage,
} from "@tandem/sip";
import { MemoryNetwork, SeededRandom, VirtualClock } from "@tandem/sip/testing";
import { sipSeeds } from "./seeds.ts";
import type { FuzzTarget } from "./target.ts";

/** Asks for everything there is: a value that is read when asked for fails when asked for. */
function readAll(message: SipMessage): void {
  const { topVia, from, to, cseq, callId, fromTag, toTag, contacts, body, extraOctets } = message;
  for (const id of new Set(message.index.ids)) void [message.headers(id), message.list(id)];
  void [topVia, from, to, cseq, callId, fromTag, toTag, contacts, body, extraOctets];
  if (message.kind === "request") void [message.requestUri, checkRequest(message)];
  else checkResponse(message);
}

function checkMessage(octets: Uint8Array): string | undefined {
  const parsed = parseMessage(octets);
  if (!parsed.ok) {
    const { offset, partial } = parsed.error;
    if (offset > octets.length) return "an error behind the message";
    if (partial === undefined) return undefined;
    readAll(partial);
    const answer = parseMessage(buildResponse(partial, { status: 400, toTag: "t" }));
    return answer.ok ? undefined : `its answer cannot be read: ${answer.error.code}`;
  }
  const { message } = parsed;
  readAll(message);
  const again = parseMessage(editMessage(message, {}));
  if (!again.ok) return `forwarded it cannot be read: ${again.error.code}`;
  const names = (each: SipMessage): string => each.index.ids.filter((id) => id !== "content-length").join();
  if (names(again.message) !== names(message)) return "forwarded it has other header fields";
  if (!Buffer.from(again.message.body).equals(message.body)) return "forwarded it has another body";
  return undefined;
}

/** What a reader says of a stream that comes in these pieces. */
function heardOf(pieces: readonly Uint8Array[]): string {
  const heard: string[] = [];
  const reader = new StreamReader({
    onMessage: (octets) => heard.push(Buffer.from(octets).toString("latin1")),
    onPing: () => heard.push("ping"),
    onPong: () => heard.push("pong"),
    onError: ({ code }) => heard.push(`error ${code}`),
  });
  for (const piece of pieces) reader.push(Uint8Array.from(piece));
  return JSON.stringify([heard, reader.bufferedOctets]);
}

/** Whole, octet by octet, and in two pieces it is the same stream. */
function checkStream(octets: Uint8Array): string | undefined {
  const whole = heardOf([octets]);
  const cut = octets.length >> 1;
  if (heardOf([octets.subarray(0, cut), octets.subarray(cut)]) !== whole)
    return `cut at ${cut} it is another stream`;
  const single = Array.from(octets, (_, at) => octets.subarray(at, at + 1));
  return heardOf(single) === whole ? undefined : "octet by octet it is another stream";
}

const HOST = "192.0.2.2";
/** 64·T1 + T4, the longest that a transaction or dialog may stay behind, several times over: calls are answered and released in it. */
const AFTER_ALL_MS = 4 * 32_000 + 5_000;

/** A user agent that answers every call and releases it: nothing throws, and nothing is left of any of it. */
function checkUserAgent(octets: Uint8Array): string | undefined {
  const clock = new VirtualClock();
  const random = new SeededRandom(7);
  const network = new MemoryNetwork(clock, random);
  const options = {
    ...{ clock, random, transports: [network.transport("udp", HOST)], accept: ["application/sdp"] },
    locate: (host: string) => (/^[0-9.]+$/.test(host) ? host : undefined),
  };
  const agent = new UserAgent(options, {
    admit: () => undefined,
    onRefused: () => undefined,
    onInvite: (session) => {
      session.listener = {
        onAck: () => undefined,
        onAckTimeout: () => undefined,
        onBye: (_request, respond) => respond({ status: 200 }),
        onCancel: (_request, respond) => {
          respond({ status: 200 });
          session.reject({ status: 487 });
        },
        onInfo: (_request, respond) => respond({ status: 200 }),
        onResponseLost: () => undefined,
      };
      session.progress({ status: 180 });
      const usage = session.accept({ status: 200 });
      clock.setTimeout(() => usage?.bye({}, () => undefined), 60_000);
    },
  });
  network.transport("stranger", "192.0.2.9", 5_999).send(octets, HOST, 5_060);
  clock.advance(AFTER_ALL_MS);
  const { serverTransactions, clientTransactions, timers } = agent.layer;
  const left = { dialogs: agent.dialogs, serverTransactions, clientTransactions, timers: timers.size };
  const isNothing = Object.values(left).every((count) => count === 0) && clock.pendingTimers === 0;
  agent.close();
  return isNothing
    ? undefined
    : `it leaves ${JSON.stringify(left)}, ${clock.pendingTimers} timers of the clock`;
}

/** Values of URIs, one a line of a message. */
function checkUris(octets: Uint8Array): string | undefined {
  for (const [text] of Buffer.from(octets)
    .toString("utf8")
    .matchAll(/(?:sips?|tel):[^\s>]+/gi))
    parseUri(text);
  return undefined;
}

export const SIP_TARGETS: readonly FuzzTarget[] = [
  { name: "sip-message", seeds: sipSeeds, check: checkMessage },
  { name: "sip-stream", seeds: sipSeeds, check: checkStream },
  { name: "sip-uri", seeds: sipSeeds, check: checkUris },
  { name: "user-agent", seeds: sipSeeds, check: checkUserAgent },
];
