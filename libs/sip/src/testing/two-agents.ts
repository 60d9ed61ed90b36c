import type { SipMessage, SipRequest, SipResponse } from "../message/message.ts";
import { parseMessage } from "../message/parse-message.ts";
import { octetsOf } from "../message/octets.ts";
import type {
  InviteClientSession,
  InviteClientSessionListener,
  InviteParts,
} from "../user-agent/invite-client-session.ts";
import type {
  InviteServerSession,
  InviteServerSessionListener,
} from "../user-agent/invite-server-session.ts";
import type { InviteUsage } from "../user-agent/invite-usage.ts";
import { UserAgent, type UserAgentListener, type UserAgentOptions } from "../user-agent/user-agent.ts";
import { MemoryNetwork, type NetworkFaults } from "./memory-network.ts";
import { PlainDescriptions } from "./plain-descriptions.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

const ALICE = "192.0.2.1";
export const BOB = "192.0.2.2";

export interface TwoAgentsOptions {
  readonly alice?: Partial<UserAgentOptions>;
  readonly bob?: Partial<UserAgentOptions>;
  readonly aliceListens?: Partial<UserAgentListener>;
  readonly bobListens?: Partial<UserAgentListener>;
  readonly faults?: NetworkFaults;
  /** What the listeners of calls have besides the usual. */
  readonly aliceInCall?: Partial<InviteClientSessionListener>;
  readonly bobInCall?: Partial<InviteServerSessionListener>;
}

/** Alice calls Bob over a network in memory; everything either is told, and all that is sent, is written down. */
export class TwoAgents {
  readonly clock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly alice: UserAgent;
  readonly bob: UserAgent;
  readonly told: string[] = [];
  readonly aliceMedia = new PlainDescriptions("alice");
  readonly bobMedia = new PlainDescriptions("bob");
  readonly #options: TwoAgentsOptions;
  #incoming: InviteServerSession | undefined;
  #mark = 0;
  call: InviteClientSession | undefined;
  /** What Bob does with a new call. */
  onInvite: (session: InviteServerSession) => void = () => undefined;

  constructor(options: TwoAgentsOptions = {}) {
    this.#options = options;
    const random = new SeededRandom(7);
    this.network = new MemoryNetwork(this.clock, random, options.faults);
    const make = (
      host: string,
      own: Partial<UserAgentOptions> | undefined,
      listener: Partial<UserAgentListener>,
    ): UserAgent =>
      new UserAgent(
        {
          clock: this.clock,
          random,
          transports: [this.network.transport("udp", host)],
          locate: (name) => (/^[0-9.]+$/.test(name) ? name : undefined),
          accept: ["application/sdp"],
          ...own,
        },
        {
          admit: () => undefined,
          onRefused: (reason, status) => this.told.push(`refused ${reason} ${status ?? "silence"}`),
          ...listener,
        },
      );
    this.alice = make(ALICE, options.alice, options.aliceListens ?? {});
    this.bob = make(BOB, options.bob, {
      onInvite: (session) => {
        this.#incoming = session;
        session.listener = this.#bobListener(session);
        this.onInvite(session);
      },
      ...options.bobListens,
    });
  }

  get incoming(): InviteServerSession {
    if (this.#incoming === undefined) throw new TypeError("Bob was not called yet");
    return this.#incoming;
  }

  get aliceUsage(): InviteUsage {
    const usage = this.call?.usage;
    if (usage === undefined) throw new TypeError("Alice was not answered yet");
    return usage;
  }

  #bobListener(session: InviteServerSession): InviteServerSessionListener {
    return {
      session: this.bobMedia,
      onAck: () => this.told.push("bob: ACK"),
      onAckTimeout: () => this.told.push("bob: no ACK"),
      onBye: (_request, respond) => {
        this.told.push("bob: BYE");
        respond({ status: 200 });
      },
      onCancel: (_request, respond) => {
        this.told.push("bob: CANCEL");
        respond({ status: 200 });
        session.reject({ status: 487 });
      },
      onResponseLost: () => this.told.push("bob: response lost"),
      onSessionChanged: () => this.told.push("bob: changed"),
      ...this.#options.bobInCall,
    };
  }

  /** Alice's INVITE arrives at Bob. */
  invite(parts: Partial<InviteParts> = {}): InviteClientSession {
    const told = (what: string): void => {
      this.told.push(`alice: ${what}`);
    };
    this.call = this.alice.invite(
      {
        requestUri: `sip:bob@${BOB}`,
        from: `<sip:alice@${ALICE}>`,
        to: `<sip:bob@${BOB}>`,
        target: { listener: "udp", address: BOB, port: 5060 },
        ...parts,
      },
      {
        session: this.aliceMedia,
        onProvisional: ({ status }) => {
          told(String(status));
        },
        onAccepted: ({ status }) => {
          told(String(status));
          return undefined;
        },
        onRejected: ({ status }) => {
          told(String(status));
        },
        onFailed: told,
        onAck: () => undefined,
        onAckTimeout: () => undefined,
        onBye: (_request, respond) => {
          told("BYE");
          respond({ status: 200 });
        },
        onSessionChanged: () => {
          told("changed");
        },
        ...this.#options.aliceInCall,
      },
    );
    this.clock.advance(5);
    return this.call;
  }

  /** A call that stands: both usages. */
  establish(parts: Partial<InviteParts> = {}): { readonly alice: InviteUsage; readonly bob: InviteUsage } {
    this.invite(parts);
    const bob = this.incoming.accept({ status: 200 });
    this.clock.advance(10);
    if (bob === undefined) throw new TypeError("Bob cannot answer any more");
    this.mark();
    return { alice: this.aliceUsage, bob };
  }

  /** From here `trace`, `messages` and `told` begin anew. */
  mark(): void {
    this.#mark = this.network.sent.length;
    this.told.length = 0;
  }

  get messages(): readonly { readonly from: string; readonly message: SipMessage }[] {
    return this.network.sent.slice(this.#mark).flatMap(({ from, octets }) => {
      const parsed = parseMessage(octets);
      return parsed.ok ? [{ from: from.replace(":5060", ""), message: parsed.message }] : [];
    });
  }

  /** `> INVITE`, `< 200 INVITE`: to the right what Alice sends. */
  get trace(): string[] {
    return this.messages.map(({ from, message }) => {
      const what =
        message.kind === "request" ? message.method : `${message.status} ${message.cseq?.method ?? ""}`;
      return `${from.startsWith(ALICE) ? ">" : "<"} ${what}`;
    });
  }

  request(method: string): SipRequest {
    const found = this.messages.find(
      ({ message }) => message.kind === "request" && message.method === method,
    );
    if (found?.message.kind !== "request") throw new TypeError(`no ${method} was sent`);
    return found.message;
  }

  response(status: number, method: string): SipResponse {
    const found = this.messages.find(
      ({ message }) =>
        message.kind === "response" && message.status === status && message.cseq?.method === method,
    );
    if (found?.message.kind !== "response") throw new TypeError(`no ${status} to ${method} was sent`);
    return found.message;
  }

  /** A request as someone else would write it, from Alice's address. */
  inject(text: string, to = BOB): void {
    this.network.transport("injector", ALICE, 5999).send(octetsOf(text), to, 5060);
    this.clock.advance(5);
  }

  /** What is open anywhere, once every timer has had its time. */
  leftovers(): number {
    this.clock.advance(4 * 32_000 + 5_000);
    const open = ({ dialogs, pendingSubscriptions, references, layer }: UserAgent): number =>
      dialogs +
      pendingSubscriptions +
      references +
      layer.serverTransactions +
      layer.clientTransactions +
      layer.timers.size;
    return open(this.alice) + open(this.bob) + this.clock.pendingTimers;
  }
}
