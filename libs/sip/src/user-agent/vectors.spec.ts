import { describe, expect, it } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkRequest, checkResponse } from "../message/check-message.ts";
import type { SipMessage } from "../message/message.ts";
import { parseMessage } from "../message/parse-message.ts";
import { isSipUri } from "../message/uri.ts";
import { parseVia } from "../message/via.ts";
import { MemoryNetwork } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { TIMEOUT } from "../transaction/timers.ts";
import { UserAgent } from "./user-agent.ts";

const DIRECTORY = join(import.meta.dirname, "../../../../test/vectors/sip");

interface ValidVector {
  readonly file: string;
  readonly clause: string;
  readonly tests: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

interface InvalidVector {
  readonly file: string;
  readonly clause: string;
  readonly tests: string;
  /** The reason told, null where more than one is right. */
  readonly code: string | null;
  /** The status answered, null for silence. */
  readonly status: number | null;
}

const indexOf = <T>(folder: string): T[] =>
  JSON.parse(readFileSync(join(DIRECTORY, folder, "index.json"), "utf8")) as T[];
const octetsOfFile = (folder: string, file: string): Uint8Array =>
  readFileSync(join(DIRECTORY, folder, file));

function readingOf(message: SipMessage): Readonly<Record<string, unknown>> {
  const uri = message.kind === "request" ? message.requestUri : undefined;
  const cseq = message.cseq;
  return {
    ...(message.kind === "request"
      ? { method: message.method }
      : { status: message.status, reason: message.reasonPhrase }),
    callId: message.callId,
    cseq: cseq === undefined ? undefined : `${cseq.sequenceNumber} ${cseq.method}`,
    fromTag: message.fromTag,
    toTag: message.toTag,
    fromName: message.from?.displayName,
    toName: message.to?.displayName,
    fromUri: message.from?.uriText,
    toUri: message.to?.uriText,
    branch: message.topVia?.branch,
    vias: message.list("via")?.map((value) => {
      const via = parseVia(value);
      return `${via?.transport} ${via?.host}${via?.port === undefined ? "" : `:${via.port}`}`;
    }),
    contacts: message.contacts?.map(({ uriText }) => uriText),
    requestScheme: uri?.scheme,
    requestUser: uri !== undefined && isSipUri(uri) ? uri.user : undefined,
    requestHost: uri !== undefined && isSipUri(uri) ? uri.host : undefined,
    bodyOctets: message.body.length,
    extraOctets: message.extraOctets,
  };
}

it("lists every vector once", () => {
  for (const folder of ["valid", "invalid"]) {
    const files = readdirSync(join(DIRECTORY, folder)).filter((file) => file.endsWith(".sip"));
    expect(
      indexOf<ValidVector>(folder)
        .map(({ file }) => file)
        .sort(),
    ).toEqual(files.sort());
  }
});

describe("valid vectors are read", () => {
  it.each(indexOf<ValidVector>("valid"))("$file: $tests ($clause)", ({ file, expect: expected }) => {
    const parsed = parseMessage(octetsOfFile("valid", file));
    if (!parsed.ok) throw new TypeError(`${parsed.error.code}: ${parsed.error.message}`);
    const { message } = parsed;
    expect(message.kind === "request" ? checkRequest(message) : checkResponse(message)).toBeUndefined();
    const { headers, ...fields } = expected;
    expect(readingOf(message)).toMatchObject(fields);
    for (const [id, value] of Object.entries((headers ?? {}) as Record<string, string>))
      expect([id, message.header(id)]).toEqual([id, value]);
  });
});

describe("invalid vectors are answered by a user agent as the clause says", () => {
  it.each(indexOf<InvalidVector>("invalid"))(
    "$file: $tests → $status ($clause)",
    ({ file, code, status }) => {
      const clock = new VirtualClock();
      const network = new MemoryNetwork(clock, new SeededRandom(1));
      const reasons: string[] = [];
      const agent = new UserAgent(
        {
          clock,
          random: new SeededRandom(2),
          transports: [network.transport("udp", "192.0.2.2")],
          locate: (host) => host,
          accept: ["application/sdp"],
        },
        {
          admit: () => undefined,
          onInvite: (session) => {
            session.reject({ status: 486 });
          },
          onRefused: (reason) => reasons.push(reason),
        },
      );
      const peer = network.transport("peer", "192.0.2.77", 5062);
      peer.send(octetsOfFile("invalid", file), "192.0.2.2", 5060);
      clock.advance(2);
      const answers = network.sent.slice(1).map(({ octets }) => {
        const parsed = parseMessage(octets);
        return parsed.ok && parsed.message.kind === "response" ? parsed.message : undefined;
      });
      expect(answers.map((answer) => answer?.status)).toEqual(status === null ? [] : [status]);
      // RFC 3261 §8.2.6.2: a To tag, where there was a To.
      for (const answer of answers) expect(answer?.header("to") ?? ";tag=").toContain(";tag=");
      expect(reasons).toHaveLength(1);
      if (code !== null) expect(reasons).toEqual([code]);
      clock.advance(2 * TIMEOUT);
      expect(agent.layer.serverTransactions + agent.layer.timers.size + agent.dialogs).toBe(0);
    },
  );
});
