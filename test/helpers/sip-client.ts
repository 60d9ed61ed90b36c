import { udpWire, type Peer, type Wire } from "./sip-wires.ts";

/** Longer than a busy machine stands still; who waits for nothing to come says for how long. */
const WAIT_MS = 10_000;

/** A message as a test reads it: by a reader of its own, so that our parser cannot agree with itself. */
export interface RawMessage {
  readonly octets: Buffer;
  readonly startLine: string;
  /** Of a response; 0 for a request. */
  readonly status: number;
  /** Of the request, or of the CSeq of a response. */
  readonly method: string;
  readonly body: Buffer;
  /** First value of a header field, by its long name in lower case. */
  header(name: string): string | undefined;
  /** Every line of a header field. */
  headers(name: string): readonly string[];
}

export function readMessage(octets: Buffer): RawMessage {
  const end = octets.indexOf("\r\n\r\n");
  const [startLine = "", ...lines] = octets.subarray(0, end).toString("latin1").split("\r\n");
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  const headers = (name: string): string[] => fields.flatMap(([key, value]) => (key === name ? [value] : []));
  const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(startLine)?.[1] ?? 0);
  const method = status === 0 ? startLine.split(" ")[0] : headers("cseq")[0]?.split(" ")[1];
  return {
    octets,
    startLine,
    status,
    method: method ?? "",
    body: octets.subarray(end + 4),
    header: (name) => headers(name)[0],
    headers,
  };
}

export interface BodyPart {
  /** Media type with its parameters. */
  readonly type: string;
  readonly disposition: string;
  readonly octets: Buffer;
}

/** The parts of a body: those of multipart/mixed, or the one there is. */
export function partsOf(message: RawMessage): BodyPart[] {
  const type = message.header("content-type") ?? "";
  const boundary = /^multipart\/mixed\s*;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (message.body.length === 0) return [];
  if (boundary === undefined)
    return [{ type, disposition: message.header("content-disposition") ?? "", octets: message.body }];
  const text = `\r\n${message.body.toString("latin1")}`;
  const inner = text.split(`\r\n--${boundary}`).slice(1, -1);
  return inner.map((each) => {
    const part = readMessage(Buffer.from(`part\r\n${each.replace(/^\r\n/, "")}`, "latin1"));
    const [partType, disposition] = [part.header("content-type"), part.header("content-disposition")];
    return { type: partType ?? "", disposition: disposition ?? "", octets: part.body };
  });
}

/** Octets of the application/isup part as hex; undefined where there is none. */
export function isupOf(message: RawMessage): string | undefined {
  return partsOf(message)
    .find(({ type }) => type.startsWith("application/isup"))
    ?.octets.toString("hex");
}

export function sdpOf(message: RawMessage): string | undefined {
  return partsOf(message)
    .find(({ type }) => type.startsWith("application/sdp"))
    ?.octets.toString("latin1");
}

/** The 200 to a request, as short as RFC 3261 §8.2.6.2 lets it be. */
export function okTo(request: RawMessage): string {
  const copied = ["Via", "From", "To", "Call-ID", "CSeq"].map(
    (name) => `${name}: ${request.header(name.toLowerCase())}`,
  );
  return ["SIP/2.0 200 OK", ...copied, "Content-Length: 0", "\r\n"].join("\r\n");
}

type Claim = (message: RawMessage) => boolean;

const opened = new Set<SipClient>();

/** For `afterEach` or `afterAll`. */
export function closeClients(): void {
  for (const client of opened) client.close();
}

/** Sends octets as they are given and keeps what comes back, in order. */
export class SipClient {
  readonly address: string;
  readonly port: number;
  readonly wire: Wire;
  readonly received: RawMessage[] = [];
  readonly #peer: Peer;
  /** Messages that no `next` has given out yet. */
  readonly #unread: RawMessage[] = [];
  #pings = 0;
  readonly #waiting = new Set<() => void>();

  constructor(wire: Wire, peer: Peer) {
    this.wire = wire;
    this.#peer = peer;
    ({ address: this.address, port: this.port } = wire);
    wire.onMessage = (octets) => {
      const message = readMessage(octets);
      this.received.push(message);
      this.#unread.push(message);
      for (const wake of this.#waiting) wake();
    };
    opened.add(this);
  }

  /** Over UDP. */
  static async open(peer: Peer, address = "127.0.0.1"): Promise<SipClient> {
    return new SipClient(await udpWire(peer, address), peer);
  }

  send(message: string | Buffer): void {
    this.wire.send(typeof message === "string" ? Buffer.from(message, "latin1") : message);
  }

  /** The first message not given out yet for which the claim holds; those before it stay. */
  async next(claim: Claim, what: string, timeoutMs = WAIT_MS): Promise<RawMessage> {
    for (const deadline = Date.now() + timeoutMs; ;) {
      const at = this.#unread.findIndex(claim);
      const [found] = at < 0 ? [] : this.#unread.splice(at, 1);
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) {
        const seen = this.#unread.map(({ startLine, method }) => `${startLine} (${method})`);
        throw new TypeError(`no ${what} within ${timeoutMs} ms; unread: ${seen.join(", ") || "nothing"}`);
      }
      await this.#message(left);
    }
  }

  async #message(timeoutMs: number): Promise<void> {
    let wake = (): void => {};
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const timer = setTimeout(wake, timeoutMs);
    this.#waiting.add(wake);
    await woken;
    clearTimeout(timer);
    this.#waiting.delete(wake);
  }

  /** A response by status and method, of one Call-ID where given. */
  response(status: number, method: string, callId?: string, timeoutMs = WAIT_MS): Promise<RawMessage> {
    const claim: Claim = (message) =>
      message.status === status &&
      message.method === method &&
      (callId === undefined || message.header("call-id") === callId);
    return this.next(claim, `${status} to ${method}`, timeoutMs);
  }

  request(method: string, timeoutMs = WAIT_MS): Promise<RawMessage> {
    return this.next((message) => message.status === 0 && message.method === method, method, timeoutMs);
  }

  /**
   * What came since the last look. A ping goes behind what was sent: datagrams of one socket are handled in order on
   * loopback, so that what was answered at all has been answered when the ping is.
   */
  async unreadAfterPing(): Promise<RawMessage[]> {
    const id = `ping-${this.port}-${++this.#pings}`;
    const { address, port } = this.#peer;
    this.send(
      [
        `OPTIONS sip:${address}:${port} SIP/2.0`,
        `Via: SIP/2.0/${this.wire.transport} ${this.wire.sentBy};branch=z9hG4bK-${id}`,
        "Max-Forwards: 70",
        `From: <sip:ping@${this.address}>;tag=${id}`,
        `To: <sip:${address}>`,
        `Call-ID: ${id}`,
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
        "\r\n",
      ].join("\r\n"),
    );
    await this.next((message) => message.header("call-id") === id, "answer to the ping");
    return this.#unread.splice(0);
  }

  close(): void {
    if (opened.delete(this)) this.wire.close();
  }
}
