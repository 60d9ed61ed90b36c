import { afterEach, describe, expect, it } from "@jest/globals";
import { DigestClient } from "../authentication/digest-client.ts";
import { DigestServer } from "../authentication/digest-server.ts";
import { ha1Of } from "../authentication/digest.ts";
import { ServerLocator } from "../location/server-locator.ts";
import { TargetLocator } from "../location/target-locator.ts";
import type { SipRequest } from "../message/message.ts";
import { MemoryResolver } from "../testing/memory-resolver.ts";
import type { TransportName } from "../transport/flow.ts";
import { Listeners } from "../transport/listeners.ts";
import type { Responder } from "../user-agent/invite-usage.ts";
import { UserAgent, type UserAgentOptions } from "../user-agent/user-agent.ts";
import { systemClock as clock, systemRandom as random } from "./clock.ts";
import { systemHash as hash } from "./digest-hash.ts";
import { openTransport, type Listen, type OpenTransport } from "./open-transport.ts";
import { makeCertificate } from "./testing/certificate.ts";

const root = makeCertificate({ commonName: "Test root" });
const own = makeCertificate({ commonName: "b", dnsNames: ["b.example"], ipv4: ["127.0.0.1"], issuer: root });
const certificates = { own, trusted: [root.cert] };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const listen = (protocol: TransportName): Listen => ({
  id: protocol,
  protocol,
  address: "127.0.0.1",
  port: 0,
  certificates,
});

const ok = (_request: SipRequest, respond: Responder): void => {
  respond({ status: 200 });
};
const inCall = {
  onAck: () => undefined,
  onAckTimeout: () => undefined,
  onBye: ok,
  onInfo: ok,
  onReinvite: ok,
};

const REALM = "b.example";
const login = { username: "alice", password: "secret" };

/** Answers calls that know the password, after 180. */
function callee(transport: OpenTransport, log: string[]): UserAgent {
  const server = new DigestServer({
    hash,
    clock,
    random,
    realm: REALM,
    ha1: (username, algorithm) =>
      username === login.username ? ha1Of(hash, algorithm, { ...login, realm: REALM }) : undefined,
  });
  const options: UserAgentOptions = {
    clock,
    random,
    transports: [transport],
    locate: (host) => host,
    accept: [],
  };
  return new UserAgent(options, {
    admit: () => undefined,
    onRefused: (reason, status, detail) => log.push(`refused ${reason} ${status} ${detail}`),
    onInvite: (session) => {
      session.listener = { ...inCall, onCancel: ok, onResponseLost: () => undefined };
      const verdict = server.verify(session.request);
      if (!verdict.ok) {
        log.push(`${verdict.status} ${verdict.reason}`);
        session.reject({ status: verdict.status ?? 401, headers: verdict.headers });
        return;
      }
      session.progress({ status: 180 });
      session.accept({ status: 200 });
    },
  });
}

describe("a call over connections", () => {
  it.each(["TCP", "TLS", "WS", "WSS"] as const)(
    "is located, challenged, answered and ended over %s",
    async (protocol) => {
      const [near, far] = [await openTransport(listen(protocol)), await openTransport(listen(protocol))];
      const log: string[] = [];
      const host = "b.example";
      const scheme = protocol === "TLS" || protocol === "WSS" ? "sips" : "sip";
      const parameter = protocol.startsWith("W")
        ? ";transport=ws"
        : protocol === "TCP"
          ? ";transport=tcp"
          : "";
      const locator = new TargetLocator(
        new ServerLocator({
          resolver: new MemoryResolver({ A: { [host]: ["127.0.0.1"] } }),
          clock,
          random,
          transports: [protocol],
        }),
        new Listeners([near]),
      );
      const callees = callee(far, log);
      const authenticator = new DigestClient({ hash, random, account: () => login });
      const caller = new UserAgent(
        { clock, random, transports: [near], locate: () => undefined, locator, authenticator, accept: [] },
        { admit: () => undefined, onRefused: () => undefined, onInvite: () => undefined },
      );
      closers.push(async () => {
        caller.close();
        callees.close();
        await Promise.all([near.close(), far.close()]);
      });
      await new Promise<void>((resolve, reject) => {
        const requestUri = `${scheme}:b@${host}:${far.port}${parameter}`;
        const parts = { requestUri, from: "<sip:a@a.example>", to: `<${requestUri}>` };
        const call = caller.invite(parts, {
          ...inCall,
          onProvisional: ({ status }) => log.push(String(status)),
          onAccepted: () => {
            log.push("200");
            setImmediate(() => {
              call.usage?.bye({}, (response) => {
                log.push(`BYE ${response?.status}`);
                resolve();
              });
            });
          },
          onRejected: ({ status }) => {
            reject(new Error(String(status)));
          },
          onFailed: (reason) => {
            reject(new Error(reason));
          },
        });
      });
      expect(log).toEqual(["401 no-credentials", "180", "200", "BYE 200"]);
    },
  );
});
