import { randomUUID } from "node:crypto";
import type { RawMessage, SipClient } from "./sip-client.ts";

/** ISUP in hex: what a carrier would have in its body. */
export const ISUP = {
  /** Called 3099900100 national, calling 89123456789 national, ordinary subscriber, 3.1 kHz audio, hop counter 31. */
  iam: "010020010a0302090703100399091000" + "0a0883139821436587093d011f00",
  /** Normal call clearing, location user. */
  rel: "0c0200028090",
  suspend: "0d0100",
  resume: "0e0100",
} as const;

export interface CallOptions {
  readonly called?: string;
  readonly calling?: string;
  /** Hex of an IAM; none for a caller of plain SIP. */
  readonly iam?: string | undefined;
  /** null for an INVITE without SDP. */
  readonly sdp?: string | null;
  /** Host of the Contact, with its port; the client's own by default. */
  readonly contact?: string;
  /** Added to the INVITE. */
  readonly headers?: readonly string[];
  readonly callId?: string;
  readonly fromTag?: string;
}

export interface RequestParts {
  readonly headers?: readonly string[];
  readonly body?: Buffer | undefined;
  /** Where it differs from a new one. */
  readonly branch?: string;
  readonly cseq?: number;
}

type InviteParts = Omit<RequestParts, "body"> & { readonly sdp?: string | null };

/** An SDP with PCMA and PCMU at that address. */
export function sdpFor(address: string, port: number, formats = "8 0"): string {
  return (
    `v=0\r\no=carrier 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\n` +
    `m=audio ${port} RTP/AVP ${formats}\r\n`
  );
}

/** A body of SDP and ISUP, or of the one there is, with the header fields that name it. */
export function bodyOf(parts: { readonly sdp?: string | undefined; readonly isup?: string | undefined }): {
  readonly headers: string[];
  readonly body: Buffer | undefined;
} {
  const isup = parts.isup === undefined ? undefined : Buffer.from(parts.isup, "hex");
  const isupHeaders = [
    "Content-Type: application/isup;version=itu-t92+;base=itu-t92+",
    "Content-Disposition: signal;handling=optional",
  ];
  if (parts.sdp === undefined) return { headers: isup === undefined ? [] : isupHeaders, body: isup };
  const sdp = Buffer.from(parts.sdp, "latin1");
  if (isup === undefined) return { headers: ["Content-Type: application/sdp"], body: sdp };
  const body = Buffer.concat([
    Buffer.from("--b1\r\nContent-Type: application/sdp\r\n\r\n"),
    sdp,
    Buffer.from(`\r\n--b1\r\n${isupHeaders.join("\r\n")}\r\n\r\n`),
    isup,
    Buffer.from("\r\n--b1--\r\n"),
  ]);
  return { headers: ["MIME-Version: 1.0", "Content-Type: multipart/mixed;boundary=b1"], body };
}

/** The caller's side of one call, as octets on a {@link SipClient}: it does what it is told, right or wrong. */
export class TestCall {
  readonly callId: string;
  readonly fromTag: string;
  readonly called: string;
  readonly #client: SipClient;
  readonly #options: CallOptions;
  readonly #target: string;
  #cseq = 0;
  #invite: { readonly branch: string; readonly cseq: number; readonly octets: Buffer } | undefined;
  /** To value with the tag of the final response, and where it wants requests. */
  #to: string;
  #remoteTarget: string;

  constructor(
    client: SipClient,
    edge: { readonly address: string; readonly port: number },
    options: CallOptions = {},
  ) {
    this.#client = client;
    this.#options = options;
    this.callId = options.callId ?? randomUUID();
    this.fromTag = options.fromTag ?? randomUUID().slice(0, 8);
    this.called = options.called ?? "+493099900100";
    this.#target = `${edge.address}:${edge.port}`;
    this.#remoteTarget = `sip:${this.called}@${this.#target};user=phone`;
    this.#to = `<${this.#remoteTarget}>`;
  }

  /** Sends the INVITE; with an SDP of its own, or null for none, it is a re-INVITE and has no ISUP. */
  invite(parts: InviteParts = {}): void {
    this.#client.send(this.inviteRequest(parts));
  }

  /** The INVITE that {@link invite} sends. */
  inviteRequest(parts: InviteParts = {}): Buffer {
    const { headers = [], sdp = sdpFor(this.#client.address, 40_000), iam } = this.#options;
    const isup = parts.sdp === undefined ? iam : undefined;
    const content = bodyOf({ sdp: (parts.sdp === undefined ? sdp : parts.sdp) ?? undefined, isup });
    const branch = parts.branch ?? newBranch();
    const octets = this.request("INVITE", {
      branch,
      ...(parts.cseq !== undefined && { cseq: parts.cseq }),
      headers: [...headers, ...(parts.headers ?? []), ...content.headers],
      body: content.body,
    });
    this.#invite = { branch, cseq: this.#cseq, octets };
    return octets;
  }

  /** The same octets again. */
  repeatInvite(): void {
    this.#client.send(this.#sent.octets);
  }

  /** Waits for the final response, keeps its tag and Contact, and answers one ≥ 300 with its ACK. */
  async final(status: number, timeoutMs?: number): Promise<RawMessage> {
    const response = await this.#client.response(status, "INVITE", this.callId, timeoutMs);
    this.learn(response);
    if (status >= 300)
      this.#client.send(this.request("ACK", { branch: this.#sent.branch, cseq: this.#sent.cseq }));
    return response;
  }

  /** INVITE, 200, ACK. */
  async establish(): Promise<RawMessage> {
    this.invite();
    const answer = await this.final(200);
    this.ack();
    return answer;
  }

  /** Takes the To tag and the Contact of a response as the dialog's. */
  learn(response: RawMessage): void {
    this.#to = response.header("to") ?? this.#to;
    this.#remoteTarget = /<([^>]+)>/.exec(response.header("contact") ?? "")?.[1] ?? this.#remoteTarget;
  }

  ack(parts: RequestParts = {}): void {
    this.#client.send(this.request("ACK", { cseq: this.#sent.cseq, ...parts }));
  }

  /** The To of a CANCEL is the INVITE's own (RFC 3261 §9.1). */
  cancel(parts: RequestParts = {}): void {
    const { branch, cseq } = this.#sent;
    const to = this.#to;
    this.#to = to.replace(/;tag=.*/, "");
    this.#client.send(this.request("CANCEL", { branch, cseq, ...parts }));
    this.#to = to;
  }

  /** Sends a request of the dialog; the response is asked for at the client. */
  send(method: string, parts: RequestParts = {}): void {
    this.#client.send(this.request(method, parts));
  }

  /** BYE with REL inside where the caller speaks ISUP, and its 200. */
  async bye(headers: readonly string[] = []): Promise<RawMessage> {
    const content = bodyOf({ isup: this.#options.iam === undefined ? undefined : ISUP.rel });
    this.send("BYE", { headers: [...headers, ...content.headers], body: content.body });
    return this.#client.response(200, "BYE", this.callId);
  }

  response(status: number, method: string, timeoutMs?: number): Promise<RawMessage> {
    return this.#client.response(status, method, this.callId, timeoutMs);
  }

  request(method: string, { branch = newBranch(), cseq, headers = [], body }: RequestParts): Buffer {
    this.#cseq = method === "ACK" || method === "CANCEL" ? this.#cseq : (cseq ?? this.#cseq + 1);
    const { address, transport, sentBy, contact } = this.#client.wire;
    const uri = method === "CANCEL" ? `sip:${this.called}@${this.#target};user=phone` : this.#remoteTarget;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${transport} ${sentBy};branch=${branch}`,
      "Max-Forwards: 70",
      `From: <sip:${this.#options.calling ?? "+4989123456789"}@${address};user=phone>;tag=${this.fromTag}`,
      `To: ${this.#to}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${cseq ?? this.#cseq} ${method}`,
      ...(method === "INVITE" ? [`Contact: <sip:carrier@${this.#options.contact ?? contact}>`] : []),
      ...headers,
      `Content-Length: ${body?.length ?? 0}`,
    ];
    return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body ?? Buffer.alloc(0)]);
  }

  get #sent(): { readonly branch: string; readonly cseq: number; readonly octets: Buffer } {
    if (this.#invite === undefined) throw new TypeError("no INVITE was sent");
    return this.#invite;
  }
}

export function newBranch(): string {
  return `z9hG4bK-${randomUUID()}`;
}
