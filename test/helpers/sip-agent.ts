import { randomInt } from "node:crypto";
import { Descriptions } from "@tandem/sdp";
import {
  DigestClient,
  type Account,
  type InviteClientSession,
  type InviteParts,
  type InviteServerSession,
  type InviteUsage,
  type ReceivedRefer,
  type SipRequest,
  type SipResponse,
  type Target,
  type TransportName,
  UserAgent,
  type UserAgentListener,
  type UserAgentOptions,
} from "@tandem/sip";
import {
  openTransport,
  systemClock as clock,
  systemHash as hash,
  systemRandom as random,
  type Certificates,
  type OpenTransport,
} from "@tandem/sip/node";

const ADDRESS = "127.0.0.1";
const WAIT_MS = 10_000;
const SESSION_IDS = 2 ** 40;

/** What somebody was told, in order; a test waits for a line of it. */
export class Told {
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  note(line: string): void {
    this.lines.push(line);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Until there are so many of such a line. */
  async hears(line: string, count = 1, timeoutMs = WAIT_MS): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.lines.filter((each) => each === line).length < count) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw new TypeError(`no "${line}" (${count}) in ${timeoutMs} ms, but: ${this.lines.join(", ")}`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, left);
        this.#waiting.add(resolve);
      });
      clearTimeout(timer);
    }
  }
}

/** One side of a call, and what happens in it. */
abstract class AgentCall {
  readonly told = new Told();
  /** Its session descriptions, of audio; nobody listens there. */
  readonly media: Descriptions;
  /** References that came in it, told `REFER`; each waits for its answer. */
  readonly refers: ReceivedRefer[] = [];
  /** Whether the next description of ours holds (RFC 3264 §8.4). */
  isHolding = false;

  constructor() {
    const local = { address: ADDRESS, port: 40_000, encodings: ["PCMA", "PCMU"] };
    this.media = new Descriptions(String(randomInt(1, SESSION_IDS)), () => ({
      ...local,
      direction: this.isHolding ? "sendonly" : "sendrecv",
    }));
  }

  abstract get usage(): InviteUsage;

  /** A re-INVITE or UPDATE with an offer; gives its status. */
  change(method: "INVITE" | "UPDATE"): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.usage.change(method, {}, (response) => {
        resolve(response?.status);
      });
    });
  }

  /** INFO without a body. */
  info(): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.usage.send("INFO", {}, (response) => {
        resolve(response?.status);
      });
    });
  }

  bye(): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.usage.bye({}, (response) => {
        resolve(response?.status);
      });
    });
  }

  protected get listener(): {
    readonly session: Descriptions;
    readonly onAck: () => void;
    readonly onAckTimeout: () => void;
    readonly onBye: (request: SipRequest, respond: (reply: { status: number }) => void) => void;
    readonly onInfo: (request: SipRequest, respond: (reply: { status: number }) => void) => void;
    readonly onRefer: (refer: ReceivedRefer) => void;
    readonly onSessionChanged: () => void;
    readonly onSessionLost: (reason: string) => void;
  } {
    const confirm =
      (word: string) =>
      (_request: SipRequest, respond: (reply: { status: number }) => void): void => {
        this.told.note(word);
        respond({ status: 200 });
      };
    return {
      session: this.media,
      onAck: () => {
        this.told.note("ACK");
      },
      onAckTimeout: () => {
        this.told.note("no ACK");
      },
      onBye: confirm("BYE"),
      onInfo: confirm("INFO"),
      onRefer: (refer) => {
        this.refers.push(refer);
        this.told.note("REFER");
      },
      onSessionChanged: () => {
        this.told.note("agreed");
      },
      onSessionLost: (reason) => {
        this.told.note(reason);
        this.usage.bye({}, () => undefined);
      },
    };
  }
}

/** A call that was placed: told `180`, `200`, `486`, `timeout`, `agreed` (on a session), `BYE`. */
export class PlacedCall extends AgentCall {
  readonly session: InviteClientSession;
  /** The first 2xx. */
  answer: SipResponse | undefined;
  /** Further calls of forks that were accepted, too: told, and ended by the user agent. */
  forks = 0;

  constructor(agent: UserAgent, parts: InviteParts) {
    super();
    this.session = agent.invite(parts, {
      ...this.listener,
      onProvisional: ({ status, toTag }) => {
        // RFC 3261 §17.2.1: 100 is of the next hop, and not of the call.
        if (toTag !== undefined) this.told.note(String(status));
      },
      onAccepted: (response) => {
        this.answer = response;
        this.told.note(String(response.status));
        return undefined;
      },
      onForkAccepted: () => {
        this.forks++;
        this.told.note("fork 200");
        return false;
      },
      onRejected: ({ status }) => {
        this.told.note(String(status));
      },
      onFailed: (reason) => {
        this.told.note(reason);
      },
    });
  }

  get callId(): string {
    return this.session.callId;
  }

  get usage(): InviteUsage {
    if (this.session.usage === undefined) throw new TypeError("the call was not answered");
    return this.session.usage;
  }
}

/** A call that came in: told `ACK`, `CANCEL`, `agreed`, `BYE`. */
export class TakenCall extends AgentCall {
  readonly session: InviteServerSession;
  /** What a CANCEL is followed by: the INVITE's 487. */
  onCancelled: () => void;
  #usage: InviteUsage | undefined;

  constructor(session: InviteServerSession) {
    super();
    this.session = session;
    this.onCancelled = () => {
      session.reject({ status: 487 });
    };
    session.listener = {
      ...this.listener,
      onCancel: (_request, respond) => {
        this.told.note("CANCEL");
        respond({ status: 200 });
        this.onCancelled();
      },
      onResponseLost: () => {
        this.told.note("response lost");
      },
    };
  }

  get callId(): string {
    return this.session.request.callId ?? "";
  }

  get usage(): InviteUsage {
    if (this.#usage === undefined) throw new TypeError("the call was not answered");
    return this.#usage;
  }

  ring(): void {
    this.session.progress({ status: 180 });
  }

  answer(): void {
    this.#usage = this.session.accept({ status: 200 });
  }
}

export interface TestAgentOptions extends Partial<
  Pick<UserAgentOptions, "locator" | "reliableProvisionals" | "sessionTimer">
> {
  /** For challenges of any realm. */
  readonly account?: Account;
  readonly isMd5Allowed?: boolean;
  /** Event packages that can be subscribed to. */
  readonly events?: NonNullable<UserAgentListener["events"]>;
  readonly certificates?: Certificates;
}

const opened = new Set<TestAgent>();

/** For `afterEach` or `afterAll`. */
export async function closeAgents(): Promise<void> {
  await Promise.all([...opened].map((agent) => agent.close()));
}

/** A user agent of @tandem/sip on one real socket. */
export class TestAgent {
  readonly agent: UserAgent;
  readonly transport: OpenTransport;
  /** Calls that came in, oldest first; each is told of by `call`. */
  readonly taken: TakenCall[] = [];
  /** Is told `call` for each call that comes in, and what was refused. */
  readonly told = new Told();
  /** What becomes of a call that comes in. */
  onCall: (call: TakenCall) => void = (call) => {
    call.answer();
  };

  private constructor(transport: OpenTransport, options: TestAgentOptions) {
    this.transport = transport;
    const { account, isMd5Allowed, locator, reliableProvisionals, sessionTimer } = options;
    const authenticator = account && new DigestClient({ hash, random, account: () => account, isMd5Allowed });
    this.agent = new UserAgent(
      {
        ...{
          clock,
          random,
          transports: [transport],
          accept: ["application/sdp"],
          callMethods: ["INFO", "REFER"],
        },
        locate: (host) => (/^[0-9.]+$/.test(host) ? host : undefined),
        ...{ authenticator, locator, sessionTimer },
        ...(reliableProvisionals !== undefined && { reliableProvisionals }),
      },
      {
        admit: () => undefined,
        ...(options.events !== undefined && { events: options.events }),
        onRefused: (reason, status) => {
          this.told.note(`refused ${reason} ${status ?? "silence"}`);
        },
        onInvite: (session) => {
          const call = new TakenCall(session);
          this.taken.push(call);
          this.onCall(call);
          this.told.note("call");
        },
      },
    );
    opened.add(this);
  }

  static async open(protocol: TransportName, options: TestAgentOptions = {}): Promise<TestAgent> {
    const { certificates } = options;
    const socket = { id: "socket", address: ADDRESS, port: 0 };
    if (protocol !== "TLS" && protocol !== "WSS")
      return TestAgent.on(await openTransport({ ...socket, protocol }), options);
    if (certificates === undefined) throw new TypeError(`${protocol} needs certificates`);
    return TestAgent.on(await openTransport({ ...socket, protocol, certificates }), options);
  }

  /** On a socket that its locator already knows. */
  static on(transport: OpenTransport, options: TestAgentOptions): TestAgent {
    return new TestAgent(transport, options);
  }

  get port(): number {
    return this.transport.port;
  }

  targetAt(port: number): Target {
    return { listener: this.transport.id, address: ADDRESS, port };
  }

  /** Calls a number by way of a port of this machine. */
  call(number: string, port: number, parts: Partial<InviteParts> = {}): PlacedCall {
    const { requestUri = `sip:${number}@${ADDRESS}:${port}` } = parts;
    const from = `<sip:+4989123456789@${ADDRESS}>`;
    return new PlacedCall(this.agent, {
      ...{ requestUri, from, to: `<${requestUri}>`, target: this.targetAt(port) },
      ...parts,
    });
  }

  /** The call that came in last. */
  get incoming(): TakenCall {
    const call = this.taken.at(-1);
    if (call === undefined) throw new TypeError("no call came in");
    return call;
  }

  async close(): Promise<void> {
    if (!opened.delete(this)) return;
    this.agent.close();
    await this.transport.close();
  }
}
