import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dialogFromInvite, dialogFromResponse, requestInDialog, type Dialog } from "../dialog/dialog.ts";
import { checkRequest, checkResponse } from "../message/check-message.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipMessage, SipRequest, SipResponse } from "../message/message.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import { parseMessage } from "../message/parse-message.ts";
import { parseVia } from "../message/via.ts";
import { MemoryNetwork, type MemoryTransport } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
} from "../transaction/server-transaction.ts";
import { TransactionLayer } from "../transaction/transaction-layer.ts";

/** Call flows printed in RFCs; not ours to commit. */
const ROOT = resolve(import.meta.dirname, "../../../..");
const DIRECTORY = resolve(ROOT, process.env["TANDEM_CORPUS"] ?? "../shared/corpus", "sip");
const isThere = existsSync(join(DIRECTORY, "flows.json"));
if (!isThere) console.warn(`SKIPPED: the call flows, since there is no ${DIRECTORY} (TANDEM_CORPUS)`);

interface FlowEntry {
  readonly rfc: string;
  readonly section: string;
  readonly messages: readonly { readonly file: string; readonly label: string }[];
}

interface Printed {
  readonly file: string;
  readonly message: SipMessage;
}

const flows: readonly FlowEntry[] = isThere
  ? (JSON.parse(readFileSync(join(DIRECTORY, "flows.json"), "utf8")) as FlowEntry[])
  : [];

/** Messages of a flow that the stack can read; what it must refuse is the business of the corpus test. */
function printedIn(flow: FlowEntry): Printed[] {
  return flow.messages.flatMap(({ file }) => {
    const parsed = parseMessage(readFileSync(join(DIRECTORY, file)));
    if (!parsed.ok) return [];
    const { message } = parsed;
    const fault = message.kind === "request" ? checkRequest(message) : checkResponse(message);
    return fault === undefined ? [{ file, message }] : [];
  });
}

const isRequest = (each: Printed): each is Printed & { message: SipRequest } =>
  each.message.kind === "request";
const isResponse = (each: Printed): each is Printed & { message: SipResponse } =>
  each.message.kind === "response";
const branchOf = ({ message }: Printed): string | undefined => message.topVia?.branch;
const branches = (message: SipMessage): (string | undefined)[] =>
  (message.list("via") ?? []).map((value) => parseVia(value)?.branch);

/** Responses printed behind a request with its branch and its CSeq. */
function answersTo(request: Printed, flow: readonly Printed[]): (Printed & { message: SipResponse })[] {
  const after = flow.slice(flow.indexOf(request) + 1);
  return after.filter(isResponse).filter(({ message }) => {
    const isSame = message.cseq?.sequenceNumber === request.message.cseq?.sequenceNumber;
    return (
      isSame &&
      message.cseq?.method === request.message.cseq?.method &&
      branchOf(request) === message.topVia?.branch
    );
  });
}

class Element {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork(this.clock, new SeededRandom(1));
  readonly peer: MemoryTransport = this.network.transport("peer", "192.0.2.201");
  readonly layer: TransactionLayer;
  readonly told: string[] = [];
  transaction: InviteServerTransaction | NonInviteServerTransaction | undefined;

  constructor() {
    const transports = [this.network.transport("udp", "192.0.2.200")];
    this.layer = new TransactionLayer(this.clock, transports, {
      admit: () => undefined,
      onInvite: (_request, transaction) => {
        this.transaction = transaction;
      },
      onRequest: (_request, transaction) => {
        this.transaction = transaction;
      },
      onCancel: (_request, transaction, invite) => {
        this.told.push(invite === undefined ? "CANCEL of nothing" : "CANCEL");
        this.transaction = transaction;
      },
      onAck: () => this.told.push("ACK"),
      onStrayResponse: ({ status }) => this.told.push(`stray ${status}`),
      onRefused: (reason) => this.told.push(`refused ${reason}`),
    });
  }

  receive(octets: Uint8Array): void {
    this.peer.send(octets, "192.0.2.200", 5060);
    this.clock.advance(2);
  }

  get sent(): SipMessage[] {
    return this.network.sent.flatMap(({ from, octets }) => {
      const parsed = parseMessage(octets);
      return from === "192.0.2.200:5060" && parsed.ok ? [parsed.message] : [];
    });
  }
}

/** What of a response must be as printed. */
function shape(message: SipResponse): unknown[] {
  return [
    message.status,
    message.header("cseq"),
    message.callId,
    message.fromTag,
    message.toTag,
    branches(message),
  ];
}

/** Feeds each request to a transaction of its own element, and answers as printed. */
function replayServers(flow: readonly Printed[]): string[] {
  const faults: string[] = [];
  const elements = new Map<string | undefined, Element>();
  for (const request of flow.filter(isRequest)) {
    const { message } = request;
    const answers = answersTo(request, flow);
    const element = elements.get(branchOf(request)) ?? new Element();
    elements.set(branchOf(request), element);
    const before = element.sent.length;
    element.receive(message.octets);
    if (message.method === "ACK") continue;
    const { transaction } = element;
    if (transaction === undefined) {
      faults.push(`${request.file}: no transaction (${element.told.join()})`);
      continue;
    }
    for (const { message: answer } of answers)
      transaction.respond({ status: answer.status, toTag: answer.toTag });
    const mine = element.sent.slice(before).filter((each) => each.kind === "response");
    // RFC 4320: a provisional to another method does not leave over UDP.
    const due = answers.filter(({ message: answer }) => message.method === "INVITE" || answer.status >= 200);
    due.forEach(({ file, message: answer }, at) => {
      const made = mine[at];
      if (made === undefined || JSON.stringify(shape(made)) !== JSON.stringify(shape(answer)))
        faults.push(
          `${file}: ${JSON.stringify(made && shape(made))}, printed ${JSON.stringify(shape(answer))}`,
        );
    });
  }
  return faults;
}

const NOT_COPIED = new Set(["via", "content-length"]);

/** Sends each request, gives it the responses printed, and compares the ACK of a refusal. */
function replayClients(flow: readonly Printed[]): string[] {
  const faults: string[] = [];
  for (const request of flow.filter(isRequest)) {
    const { message } = request;
    if (message.method === "ACK") continue;
    const element = new Element();
    const passed: number[] = [];
    const headers: HeaderField[] = [];
    message.index.ids.forEach((id, at) => {
      if (!NOT_COPIED.has(id)) headers.push([id, message.rawValue(at)]);
    });
    const { method, requestUriText: requestUri, body } = message;
    const via = "SIP/2.0/UDP 192.0.2.200:5060;branch=z9hG4bKours";
    const outgoing = { method, requestUri, via, headers, body };
    const target = { listener: "udp", address: "192.0.2.201", port: 5060 };
    const listener = {
      onResponse: (response: SipResponse): void => void passed.push(response.status),
      onTimeout: () => undefined,
      onTransportError: () => undefined,
    };
    const branch = "z9hG4bKours";
    if (method === "INVITE") element.layer.sendInvite(outgoing, branch, target, listener);
    else element.layer.sendRequest(outgoing, branch, target, listener);
    const answers = answersTo(request, flow);
    for (const { message: answer } of answers) element.receive(withVia(answer, via));
    const printed = answers.map(({ message: answer }) => answer.status);
    if (JSON.stringify(passed) !== JSON.stringify(printed))
      faults.push(`${request.file}: passed ${passed.join()}, printed ${printed.join()}`);
    const refused = answers.find(({ message: answer }) => answer.status >= 300);
    if (method === "INVITE" && refused !== undefined) faults.push(...ackFaults(request, flow, element));
  }
  return faults;
}

function withVia(response: SipResponse, via: string): Uint8Array {
  const lines = octetString(response.octets).split("\r\n");
  const isVia = (line: string): boolean => /^(?:via|v)\s*:/i.test(line);
  const kept = lines.filter(
    (line, at) => !(isVia(line) || (/^[ \t]/.test(line) && isVia(lines[at - 1] ?? ""))),
  );
  return octetsOf([kept[0], `Via: ${via}`, ...kept.slice(1)].join("\r\n"));
}

function ackFaults(request: Printed, flow: readonly Printed[], element: Element): string[] {
  const shapeOf = (ack: SipRequest): unknown[] => [
    ack.requestUriText,
    ack.cseq?.sequenceNumber,
    ack.fromTag,
    ack.toTag,
    ack.callId,
    ack.list("route"),
  ];
  const made = element.sent.filter((each) => each.kind === "request").find(({ method }) => method === "ACK");
  if (made === undefined) return [`${request.file}: no ACK`];
  const printed = flow.filter(isRequest).find((each) => {
    return each.message.method === "ACK" && branchOf(each) === branchOf(request);
  });
  if (printed === undefined) return [];
  const [ours, theirs] = [shapeOf(made), shapeOf(printed.message)].map((each) => JSON.stringify(each));
  return ours === theirs ? [] : [`${printed.file}: ${ours}, printed ${theirs}`];
}

/** Requests inside each dialog go where route set and remote target say, with rising numbers. */
function replayDialogs(flow: readonly Printed[]): string[] {
  const faults: string[] = [];
  const dialogs: Dialog[] = [];
  flow.forEach(({ file, message }, at) => {
    if (message.kind === "response") {
      const isAnswer = message.cseq?.method === "INVITE" && message.status >= 200 && message.status < 300;
      if (!isAnswer) return;
      const isAtCaller = branches(message).length === 1;
      const client = isAtCaller ? dialogFromResponse(message, "udp", "") : undefined;
      if (client !== undefined) put(dialogs, client);
      const invite = flow
        .slice(0, at)
        .findLast((each) => isRequest(each) && branchOf(each) === message.topVia?.branch);
      const isAtCalled = invite?.message.kind === "request" && invite.message.toTag === undefined;
      const isLastHop = isAtCalled && branches(invite.message).length === longest(flow, message);
      if (isLastHop)
        put(dialogs, { ...dialogFromInvite(invite.message, message.toTag ?? "", "udp"), state: "confirmed" });
      return;
    }
    const found = dialogs.findIndex((each) => {
      return (
        each.callId === message.callId &&
        each.localTag === message.fromTag &&
        each.remoteTag === message.toTag
      );
    });
    const dialog = dialogs[found];
    if (dialog === undefined || branches(message).length !== 1 || message.method === "CANCEL") return;
    const number = message.cseq?.sequenceNumber ?? 0;
    const ours = requestInDialog(dialog, message.method, number);
    const routes = ours.headers.flatMap(([name, value]) => (name === "Route" ? [value] : []));
    const isSame =
      ours.requestUri === message.requestUriText && routes.join() === (message.list("route") ?? []).join();
    if (!isSame)
      faults.push(
        `${file}: to ${ours.requestUri} by [${routes.join()}], printed ${message.requestUriText} by [${(message.list("route") ?? []).join()}]`,
      );
    if (message.method !== "ACK" && number <= dialog.localSequenceNumber)
      faults.push(`${file}: CSeq ${number}`);
    dialogs[found] = { ...dialog, localSequenceNumber: Math.max(number, dialog.localSequenceNumber) };
  });
  return faults;
}

function put(dialogs: Dialog[], dialog: Dialog): void {
  const at = dialogs.findIndex((each) => {
    return (
      each.callId === dialog.callId &&
      each.localTag === dialog.localTag &&
      each.remoteTag === dialog.remoteTag
    );
  });
  const before = dialogs[at];
  // A re-INVITE refreshes the target and leaves the route set (RFC 3261 §12.2.1.2).
  if (before === undefined) dialogs.push(dialog);
  else dialogs[at] = { ...before, remoteTarget: dialog.remoteTarget };
}

function longest(flow: readonly Printed[], answer: SipResponse): number {
  const hops = flow.filter(isRequest).filter(({ message }) => {
    return (
      message.method === "INVITE" &&
      message.callId === answer.callId &&
      message.cseq?.sequenceNumber === answer.cseq?.sequenceNumber
    );
  });
  return Math.max(...hops.map(({ message }) => branches(message).length));
}

/** What an RFC prints and cannot be: typographical errors, and messages that its text leaves out. */
const MISPRINTED: Readonly<Record<string, readonly string[]>> = {
  "the branch of the request before it": ["rfc3665/053-100", "rfc3665/056-200", "rfc3665/059-ACK"],
  "a Via is missing, or another's": [
    ...["rfc3666/004-100", "rfc3666/017-100", "rfc3666/145-183", "rfc3666/147-200"],
  ],
  "a re-INVITE with the branch of the INVITE, a 180 printed as 200, or a 200 printed twice": [
    ...["rfc5359/010-200", "rfc5359/071-200", "rfc5359/114-200", "rfc5359/181-200", "rfc5359/248-200"],
  ],
  "another To tag than in the request": ["rfc5359/283-200"],
  "an ACK without the Route of its INVITE (RFC 3261 §17.1.1.3)": [
    ...["rfc3665/020-ACK", "rfc3665/042-ACK", "rfc3665/047-ACK", "rfc5359/223-ACK"],
  ],
  "an ACK to a refusal with another Request-URI (RFC 3261 §17.1.1.3)": [
    ...["rfc3666/032-ACK", "rfc3666/067-ACK", "rfc3666/081-ACK"],
  ],
  "the Contact's transport or gr parameter is left out, or added": [
    ...["rfc3665/016-ACK", "rfc3665/017-BYE", "rfc3665/032-ACK", "rfc3665/035-BYE", "rfc3665/102-ACK"],
    ...["rfc3665/104-BYE", "rfc3666/009-ACK", "rfc3666/011-BYE", "rfc3666/103-BYE", "rfc5359/105-ACK"],
    "rfc5359/111-ACK",
  ],
  "another domain than the Contact's": ["rfc3665/118-BYE"],
  "a Route without a scheme": ["rfc3666/038-ACK", "rfc3666/040-BYE"],
};
const MISPRINTED_FILES = new Set(
  Object.values(MISPRINTED).flatMap((files) => files.map((file) => `${file}.sip`)),
);

(isThere ? describe : describe.skip)("the call flows of the RFCs", () => {
  const named = flows.map((flow) => [`RFC ${flow.rfc} §${flow.section}`, printedIn(flow)] as const);
  const unexplained = (faults: readonly string[]): string[] =>
    faults.filter((fault) => !MISPRINTED_FILES.has(fault.split(":")[0] ?? ""));

  it("are 93, and every message of them that is labelled as good is played", () => {
    expect(named).toHaveLength(93);
    const played = new Set(named.flatMap(([, printed]) => printed.map(({ file }) => file)));
    const index = JSON.parse(readFileSync(join(DIRECTORY, "index.json"), "utf8")) as readonly {
      readonly file: string;
      readonly policy: string;
    }[];
    const good = new Set(index.filter(({ policy }) => policy === "accept").map(({ file }) => file));
    const steps = flows.flatMap(({ messages }) => messages.map(({ file }) => file));
    expect(steps.filter((file) => good.has(file) && !played.has(file))).toEqual([]);
    expect(steps).toHaveLength(821);
  });

  it.each(named)("%s: servers answer as printed (§17.2)", (_name, printed) => {
    expect(unexplained(replayServers(printed))).toEqual([]);
  });

  it.each(named)(
    "%s: clients take the answers, and acknowledge refusals as printed (§17.1)",
    (_name, printed) => {
      expect(unexplained(replayClients(printed))).toEqual([]);
    },
  );

  it.each(named)("%s: requests in dialogs go as printed (§12.2)", (_name, printed) => {
    expect(unexplained(replayDialogs(printed))).toEqual([]);
  });
});
