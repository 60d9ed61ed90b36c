import type { SipRequest, SipResponse } from "../message/message.ts";
import { octetsOf } from "../message/octets.ts";
import { parseMessage } from "../message/parse-message.ts";
import type { InviteServerSession } from "../user-agent/invite-server-session.ts";
import type { Responder } from "../user-agent/invite-usage.ts";
import { UserAgent } from "../user-agent/user-agent.ts";
import { MemoryNetwork, type MemoryTransport } from "./memory-network.ts";
import type { PlainDescriptions } from "./plain-descriptions.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** A user agent that is called, and a bare transport that plays the caller. */
export class Called {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork(this.clock, new SeededRandom(1));
  readonly peer: MemoryTransport = this.network.transport("peer", "192.0.2.1");
  readonly agent: UserAgent;
  readonly told: string[] = [];
  /** Responders that were not used at once. */
  readonly waiting: Responder[] = [];
  isAnsweringAtOnce = true;
  descriptions: PlainDescriptions | undefined;
  readonly port = (): PlainDescriptions | undefined => this.descriptions;
  #session: InviteServerSession | undefined;
  #branch = 0;

  constructor() {
    const answer = (what: string, respond: Responder, status = 200): void => {
      this.told.push(what);
      if (this.isAnsweringAtOnce) respond({ status });
      else this.waiting.push(respond);
    };
    this.agent = new UserAgent(
      {
        clock: this.clock,
        random: new SeededRandom(2),
        transports: [this.network.transport("udp", "192.0.2.2")],
        locate: (host) => (/^[0-9.]+$/.test(host) ? host : undefined),
        accept: ["application/sdp"],
        callMethods: ["INFO"],
      },
      {
        admit: () => undefined,
        onInvite: (session) => {
          this.#session = session;
          const { port } = this;
          session.listener = {
            get session() {
              return port();
            },
            onSessionChanged: () => this.told.push("changed"),
            onSessionLost: (reason) => this.told.push(`lost ${reason}`),
            onAck: () => this.told.push("ACK"),
            onAckTimeout: () => this.told.push("no ACK"),
            onBye: (_request, respond) => {
              answer("BYE", respond);
            },
            onInfo: (request, respond) => {
              answer(request.method, respond);
            },
            onCancel: (_request, respond) => {
              answer("CANCEL", respond);
              session.reject({ status: 487 });
            },
            onResponseLost: () => this.told.push("response lost"),
          };
        },
        onRefused: (reason) => this.told.push(`refused ${reason}`),
      },
    );
  }

  get session(): InviteServerSession {
    if (this.#session === undefined) throw new TypeError("no session yet");
    return this.#session;
  }

  /** Sends a request of the caller; returns its branch. */
  send(
    method: string,
    number: number,
    toTag?: string,
    changes: { branch?: string; headers?: string[]; body?: string } = {},
  ): string {
    const branch = changes.branch ?? `z9hG4bK${++this.#branch}`;
    const lines = [
      `${method} sip:b@192.0.2.2 SIP/2.0`,
      `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=${branch}`,
      "From: <sip:a@192.0.2.1>;tag=a",
      `To: <sip:b@192.0.2.2>${toTag === undefined ? "" : `;tag=${toTag}`}`,
      "Call-ID: c",
      `CSeq: ${number} ${method}`,
      "Max-Forwards: 70",
      "Contact: <sip:a@192.0.2.1:5060>",
      ...(changes.headers ?? []),
    ];
    this.peer.send(octetsOf(`${lines.join("\r\n")}\r\n\r\n${changes.body ?? ""}`), "192.0.2.2", 5060);
    this.clock.advance(2);
    return branch;
  }

  get messages(): readonly (SipRequest | SipResponse)[] {
    return this.network.sent.flatMap(({ from, octets }) => {
      const parsed = parseMessage(octets);
      return from === "192.0.2.2:5060" && parsed.ok ? [parsed.message] : [];
    });
  }

  /** What the called one sent: "200 INVITE", "BYE". */
  get sent(): string[] {
    return this.messages.map((message) =>
      message.kind === "response" ? `${message.status} ${message.cseq?.method}` : message.method,
    );
  }

  /** An answered and acknowledged call; returns the To tag. */
  establish(): string {
    this.send("INVITE", 1);
    this.session.accept({ status: 200 });
    this.send("ACK", 1, this.session.tag);
    return this.session.tag;
  }

  get leftovers(): number {
    const { dialogs, layer } = this.agent;
    return (
      dialogs +
      layer.serverTransactions +
      layer.clientTransactions +
      layer.timers.size +
      this.clock.pendingTimers
    );
  }
}
