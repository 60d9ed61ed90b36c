import type { Body } from "./body.ts";

/** What a received message must have, where it is what it should be. */
export interface Expected {
  /** Regular expressions (POSIX, extended) of header fields' values, by name. */
  readonly has?: Readonly<Record<string, string>>;
  readonly lacks?: readonly string[];
  /** Found somewhere in the message's text. */
  readonly text?: string;
  /** Method of CSeq; of the last request that was sent, where left out. */
  readonly method?: string;
  readonly isOptional?: boolean;
}

/** A request of ours, where it differs from what its place in the dialog gives. */
export interface Sent {
  readonly uri?: string;
  readonly headers?: readonly string[];
  readonly body?: Body | undefined;
  readonly contact?: string;
  /** Requests of one label have one branch; each has its own where left out. */
  readonly branch?: string;
  readonly cseq?: number;
  /** Without a To tag and to the number called, although there is a dialog. */
  readonly isOutside?: boolean;
  /** Not sent again: SIPp waits for an answer otherwise, before it goes on to what it sends next. */
  readonly isOnce?: boolean;
  /** Last hand on the whole text: for what no user agent would write. */
  readonly edit?: (text: string) => string;
}

/** As in Via; what SIPp itself uses may be another: it speaks TLS through stunnel. */
export type Protocol = "UDP" | "TCP" | "TLS";

const CALLED = "+493099900100";
const CALLER = "+4989123456789";
const OWN_TAG = "[pid]-[call_number]";

/**
 * What SIPp does in one call, written as the steps happen: it becomes an XML scenario. Sequence numbers, branches,
 * tags and the remote target are kept here; `caller` places the call, `called` takes it.
 */
export class Script {
  readonly #protocol: Protocol;
  readonly #role: "caller" | "called";
  readonly #called: string;
  readonly #steps: string[] = [];
  readonly #variables = new Set<string>();
  #isInDialog = false;
  #cseq = 0;
  #labels = 0;
  #lastMethod = "";
  #lastSent = "";
  #invite = { cseq: 0, branch: "", isRefused: false, uri: "" };

  constructor(protocol: Protocol, role: "caller" | "called", called = CALLED) {
    this.#protocol = protocol;
    this.#role = role;
    this.#called = called;
  }

  /** The first INVITE, or a re-INVITE once there is a dialog. */
  invite(sent: Sent = {}): void {
    const cseq = sent.cseq ?? this.#cseq + 1;
    const branch = sent.branch ?? this.#newLabel();
    this.#invite = { cseq, branch, isRefused: false, uri: sent.uri ?? this.#target(sent.isOutside) };
    this.request("INVITE", { ...sent, cseq, branch });
  }

  /** To the last final response to INVITE: of the same transaction where it refused (RFC 3261 §17.1.1.3). */
  ack(sent: Sent = {}): void {
    const { cseq, branch, isRefused, uri } = this.#invite;
    const own = isRefused ? { branch, uri } : {};
    this.#send("ACK", { ...own, ...sent, cseq }, false);
  }

  /** RFC 3261 §9.1: Request-URI, To, sequence number and branch are the INVITE's. */
  cancel(sent: Sent = {}): void {
    const { cseq, branch, uri } = this.#invite;
    this.request("CANCEL", { cseq, branch, uri, isOutside: true, ...sent });
  }

  request(method: string, sent: Sent = {}): void {
    this.#lastMethod = method;
    this.#send(method, sent, true);
  }

  /** A response: `status` to the last request sent, or to the method named. */
  response(status: number, expected: Expected = {}): void {
    const method = expected.method ?? this.#lastMethod;
    const makesDialog = method === "INVITE" && status > 100 && status < 300;
    const has: Record<string, string> = { CSeq: `[0-9]+ ${method}`, ...expected.has };
    const kept = [...(makesDialog ? ["Contact"] : []), ...(has["RSeq"] === undefined ? [] : ["RSeq"])];
    const checks = this.#checks({ ...expected, has }, kept);
    const optional = expected.isOptional === true ? ` optional="true"` : "";
    this.#steps.push(`<recv response="${status}"${optional}>${checks}</recv>`);
    if (makesDialog && expected.isOptional !== true) this.#isInDialog = true;
    if (method === "INVITE" && status >= 200) this.#invite = { ...this.#invite, isRefused: status >= 300 };
  }

  /** A request of theirs; `has` may look at what it says, and `text` at its start line. */
  received(method: string, expected: Expected = {}): void {
    const begins = method === "INVITE" && !this.#isInDialog;
    const known = begins ? ["Contact", "From", "To", "Via", "CSeq"] : method === "INVITE" ? ["Contact"] : [];
    this.#steps.push(`<recv request="${method}">${this.#checks(expected, known)}</recv>`);
    if (begins) this.#isInDialog = true;
  }

  /** An answer to the request that came last, in the dialog. */
  reply(status: string, sent: Sent = {}): void {
    this.#reply(status, ["[last_Via:]", "[last_From:]", "[last_To:]", "[last_CSeq:]"], sent);
  }

  /** An answer to the first INVITE, whatever came after it; `tag` makes another dialog of it, as a fork does. */
  answer(status: string, sent: Sent & { readonly tag?: string } = {}): void {
    const to = `To:[$to];tag=${sent.tag ?? OWN_TAG}`;
    // The INVITE that comes after a refusal is the first of a new try.
    this.#isInDialog = Number(status.slice(0, 3)) < 300;
    this.#reply(status, ["Via:[$via]", "From:[$from]", to, "CSeq:[$cseq]"], sent);
  }

  #reply(status: string, copied: readonly string[], sent: Sent): void {
    const lines = [
      `SIP/2.0 ${status}`,
      ...copied,
      "Call-ID: [call_id]",
      `Contact: <${sent.contact ?? this.#contact}>`,
      ...(sent.headers ?? []),
    ];
    this.#push(lines, sent.body, sent.edit, "");
  }

  /** The last message again, octet for octet. */
  repeat(): void {
    this.#steps.push(this.#lastSent);
  }

  pause(ms: number): void {
    this.#steps.push(`<pause milliseconds="${ms}" />`);
  }

  /** 100 where it comes, 180, and the 200 that has what is asked. */
  answered(expected: Expected = {}): void {
    this.rings();
    this.response(200, { ...expected, method: "INVITE" });
  }

  rings(expected: Expected = {}): void {
    this.response(100, { isOptional: true, method: "INVITE" });
    this.response(180, { ...expected, method: "INVITE" });
  }

  /** INVITE, 200, ACK. */
  call(sent: Sent = {}, expected: Expected = {}): void {
    this.invite(sent);
    this.answered(expected);
    this.ack();
  }

  /** A re-INVITE, its final response, ACK. */
  reinvite(sent: Sent, status = 200, expected: Expected = {}): void {
    this.invite(sent);
    this.response(100, { isOptional: true });
    this.response(status, expected);
    this.ack();
  }

  /** A 180 that wants to be acknowledged, and its PRACK (RFC 3262). */
  ringsReliably(): void {
    this.rings({ has: { Require: "100rel", RSeq: "[0-9]+" } });
    this.prack();
  }

  prack(sent: Sent = {}): void {
    this.request("PRACK", { ...sent, headers: [`RAck: [$rseq] ${this.#invite.cseq} INVITE`] });
    this.response(200);
  }

  /** CANCEL, its 200, and the 487 to the INVITE. */
  giveUp(sent: Sent = {}): void {
    this.cancel(sent);
    this.response(200);
    this.response(487, { method: "INVITE" });
    this.ack();
  }

  bye(sent: Sent = {}, expected: Expected = {}): void {
    this.request("BYE", sent);
    this.response(200, expected);
  }

  /** Their BYE, answered. */
  byeReceived(expected: Expected = {}): void {
    this.received("BYE", expected);
    this.reply("200 OK");
  }

  xml(name: string): string {
    const used = [...this.#variables];
    const reference = used.length === 0 ? [] : [`<Reference variables="${used.join(",")}" />`];
    const lines = [
      `<?xml version="1.0" encoding="ISO-8859-1" ?>`,
      `<!DOCTYPE scenario SYSTEM "sipp.dtd">`,
      `<scenario name="${attribute(name)}">`,
      ...this.#steps,
      ...reference,
      "</scenario>",
    ];
    return `${lines.join("\n")}\n`;
  }

  get #contact(): string {
    const protocol = this.#protocol;
    const transport = protocol === "UDP" ? "" : `;transport=${protocol.toLowerCase()}`;
    return `sip:sipp@[local_ip]:[local_port]${transport}`;
  }

  /** Where requests go: the number called, and in a dialog what their Contact said. */
  #target(isOutside = !this.#isInDialog): string {
    if (isOutside) return `sip:${this.#called}@[remote_ip]:[remote_port];user=phone`;
    return "[$target]";
  }

  #newLabel(): string {
    return `s${++this.#labels}`;
  }

  #send(method: string, sent: Sent, isRepeated: boolean): void {
    const { headers = [], body, uri = this.#target(sent.isOutside), branch = this.#newLabel() } = sent;
    const cseq = sent.cseq ?? this.#cseq + 1;
    this.#cseq = Math.max(this.#cseq, cseq);
    const withContact = method !== "BYE" && method !== "ACK" && method !== "CANCEL";
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${this.#protocol} [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-${branch}`,
      "Max-Forwards: 70",
      ...this.#parties(sent.isOutside),
      "Call-ID: [call_id]",
      `CSeq: ${cseq} ${method}`,
      ...(withContact ? [`Contact: <${sent.contact ?? this.#contact}>`] : []),
      ...headers,
    ];
    this.#push(lines, body, sent.edit, isRepeated && sent.isOnce !== true ? ` retrans="500"` : "");
  }

  /** From and To, as who placed the call and who took it have them. */
  #parties(isOutside = !this.#isInDialog): string[] {
    if (this.#role === "called") return [`From:[$to];tag=${OWN_TAG}`, "To:[$from]"];
    const tag = isOutside ? "" : "[peer_tag_param]";
    return [
      `From: <sip:${CALLER}@[local_ip];user=phone>;tag=${OWN_TAG}`,
      `To: <sip:${this.#called}@[remote_ip]:[remote_port];user=phone>${tag}`,
    ];
  }

  #push(lines: readonly string[], body: Body | undefined, edit: Sent["edit"], attributes: string): void {
    const head = [...lines, ...(body?.headers ?? []), `Content-Length: ${body === undefined ? 0 : "[len]"}`];
    const text = `${head.join("\n")}\n\n${body?.text ?? ""}`;
    this.#lastSent = `<send${attributes}><![CDATA[\n${edit === undefined ? text : edit(text)}\n]]></send>`;
    this.#steps.push(this.#lastSent);
  }

  /** `kept`: header fields that later messages are made of. */
  #checks(expected: Expected, kept: readonly string[]): string {
    const { has = {}, lacks = [], text } = expected;
    const actions = Object.entries(has).map(([name, regexp]) =>
      this.#ereg(regexp, `search_in="hdr" header="${name}:" check_it="true"`),
    );
    for (const name of lacks)
      actions.push(this.#ereg(`${name}: `, `search_in="msg" check_it_inverse="true"`));
    if (text !== undefined) actions.push(this.#ereg(text, `search_in="msg" check_it="true"`));
    for (const name of kept) {
      const [regexp, variable] = KEPT[name] ?? [".*", name.toLowerCase()];
      actions.push(this.#ereg(regexp, `search_in="hdr" header="${name}:"`, variable));
    }
    return actions.length === 0 ? "" : `<action>${actions.join("")}</action>`;
  }

  #ereg(regexp: string, where: string, variable = `check${this.#variables.size}`): string {
    this.#variables.add(variable);
    return `<ereg regexp="${attribute(regexp)}" ${where} assign_to="${variable}" />`;
  }
}

/** Which part of a header field is kept, and as which variable; else all of it by its name. */
const KEPT: Readonly<Record<string, readonly [string, string]>> = {
  Contact: ["sips?:[^>]*", "target"],
  RSeq: ["[0-9]+", "rseq"],
};

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function attribute(text: string): string {
  return text.replace(/[&<>"]/g, (found) => ENTITIES[found] ?? found);
}
