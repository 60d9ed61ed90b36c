import {
  anmFrom200,
  iamFromInvite,
  inviteFromIam,
  messagesFrom18x,
  progressFromAcm,
  progressFromCpg,
  readBody,
  reasonHeadersFrom,
  relFromRequest,
  relFromResponse,
  responseFromRel,
  type CauseRules,
  type InviteParts,
  type NumberPlan,
  type PortedNumberForm,
  type Progress,
} from "@tandem/interworking";
import {
  decodeIsup,
  describeIsup,
  hexOf,
  isupToJson,
  type IsupMessage,
  type IsupMessageOf,
  type IsupVariant,
} from "@tandem/isup";
import { parseSdp } from "@tandem/sdp";
import {
  octetString,
  parseMessage,
  statusPhrase,
  textOf,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "@tandem/sip";
import { CommandError } from "./exit.ts";

export interface MapOptions {
  readonly variant: IsupVariant;
  readonly plan: NumberPlan;
  readonly portedNumber: PortedNumberForm;
  readonly isTrusted: boolean;
  /** Tables of causes and who wins. */
  readonly rules: CauseRules;
}

export interface Mapped {
  /** What came, by name: `IAM`, `INVITE`, `486`. */
  readonly from: string;
  readonly to: string;
  readonly result: object;
  /** The result for a person. */
  readonly lines: readonly string[];
  /** The rules that decided, by clause. */
  readonly rows: readonly string[];
}

/** Names that can be no host (RFC 6761): where the call goes is not the mapping's to say. */
const TARGET = "target.invalid";
const HOST = "gateway.invalid";
/** Messages that SIP has no word for: they travel in INFO. */
const IN_INFO = new Set(["SUS", "RES", "INR", "INF", "USR", "FOT", "FAC", "IDR", "IRS"]);

export function mapFromIsup(octets: Uint8Array, options: MapOptions): Mapped {
  const decoded = decodeIsup(octets, { variant: options.variant });
  if (!decoded.ok) {
    const { code, message, offset } = decoded.error;
    throw new CommandError(`isup: ${code} at octet ${offset}: ${message}`);
  }
  const { message } = decoded;
  switch (message.messageType) {
    case "IAM":
      return mapIam(message, options);
    case "ACM":
      return mapProgress("ACM", progressFromAcm(message));
    case "CPG":
      return mapProgress("CPG", progressFromCpg(message));
    case "ANM":
    case "CON":
      return response(message.messageType, 200, [], [`RFC 3398 §7.2.7: ${message.messageType} → 200`]);
    case "REL":
      return mapRel(message, options);
    default:
      if (!IN_INFO.has(message.messageType))
        throw new CommandError(`${message.messageType} alone has no counterpart in SIP`);
      return {
        from: message.messageType,
        to: "INFO",
        result: { method: "INFO", isup: hexOf(message.octets) },
        lines: [`  INFO with application/isup ${hexOf(message.octets)}`],
        rows: [`RFC 3398 §9.1, RFC 3372: ${message.messageType} in INFO, to a peer with ISUP`],
      };
  }
}

function mapIam(message: IsupMessageOf<"IAM">, { plan, isTrusted }: MapOptions): Mapped {
  const result = inviteFromIam(message, { plan, isTrusted, target: TARGET, host: HOST });
  if (!result.ok)
    return {
      from: "IAM",
      to: `REL ${result.cause}`,
      result: { cause: result.cause },
      lines: [],
      rows: [result.row],
    };
  const { invite, rows } = result;
  return { from: "IAM", to: "INVITE", result: invite, lines: inviteLines(invite), rows };
}

function inviteLines({ requestUri, from, to, maxForwards, headers, encodings }: InviteParts): string[] {
  return [
    `  INVITE ${requestUri} SIP/2.0`,
    `  From: ${from}`,
    `  To: ${to}`,
    `  Max-Forwards: ${maxForwards}`,
    ...headers.map(([name, value]) => `  ${name}: ${value}`),
    `  offer: ${encodings.join(", ")}`,
  ];
}

function mapProgress(from: string, { status, hasEarlyMedia, row }: Progress): Mapped {
  const mapped = response(from, status, [], [row]);
  return {
    ...mapped,
    result: { ...mapped.result, hasEarlyMedia },
    lines: [...mapped.lines, `  early media: ${hasEarlyMedia ? "yes" : "no"}`],
  };
}

/** Before the answer it is the final response, after it a BYE: the header fields are the same. */
function mapRel(message: IsupMessageOf<"REL">, { rules: { profile } }: MapOptions): Mapped {
  const { status, headers, row } = responseFromRel(message, { profile });
  const bye = reasonHeadersFrom(message.parameters.causeIndicators);
  const mapped = response("REL", status, headers, [row, "RFC 3398 §10.2: REL after the answer → BYE"]);
  return {
    ...mapped,
    to: `${status} or BYE`,
    result: { ...mapped.result, bye: { headers: bye } },
    lines: [
      ...mapped.lines,
      "  or, after the answer:",
      "  BYE",
      ...bye.map(([name, value]) => `  ${name}: ${value}`),
    ],
  };
}

function response(
  from: string,
  status: number,
  headers: readonly (readonly [string, string])[],
  rows: readonly string[],
): Mapped {
  const start = `  SIP/2.0 ${status} ${statusPhrase(status)}`;
  return {
    from,
    to: String(status),
    result: { status, headers },
    lines: [start, ...headers.map(([name, value]) => `  ${name}: ${value}`)],
    rows,
  };
}

export function mapFromSip(octets: Uint8Array, options: MapOptions): Mapped {
  const parsed = parseMessage(octets);
  if (!parsed.ok) {
    const { code, message, offset } = parsed.error;
    throw new CommandError(`sip: ${code} at octet ${offset}: ${message}`);
  }
  const { message } = parsed;
  return message.kind === "request" ? mapRequest(message, options) : mapResponse(message, options);
}

function mapRequest(request: SipRequest, options: MapOptions): Mapped {
  const inside = encapsulatedIn(request, options.variant);
  switch (request.method) {
    case "INVITE": {
      const template = inside?.messageType === "IAM" ? inside : undefined;
      const encodings = encodingsOfferedIn(request);
      const result = iamFromInvite(request, { ...options, template, encodings });
      if (!result.ok) throw new CommandError(`INVITE: ${result.row}`);
      const same = "RFC 3398 §7.2.1.1: the encapsulated IAM as it is";
      return isup("INVITE", [result.iam], result.rows.length === 0 ? [same] : result.rows);
    }
    case "BYE":
    case "CANCEL": {
      const { rel, decision } = relFromRequest(request, causeIn(inside), options.variant, options.rules);
      return isup(request.method, [rel], [decision.row]);
    }
    default:
      if (inside === undefined) throw new CommandError(`${request.method} has no counterpart in ISUP`);
      return isup(request.method, [inside], ["RFC 3398 §7.2.1.1: the encapsulated message"]);
  }
}

function mapResponse(message: SipResponse, { variant, rules }: MapOptions): Mapped {
  const { status } = message;
  const from = String(status);
  if (message.cseq?.method !== "INVITE")
    throw new CommandError(`a response to ${message.cseq?.method ?? "nothing"} has no counterpart in ISUP`);
  if (status >= 300) {
    const inside = causeIn(encapsulatedIn(message, variant));
    const { rel, decision } = relFromResponse(message, inside, variant, rules);
    return isup(from, [rel], [decision.row]);
  }
  if (status >= 200)
    return isup(from, [anmFrom200(true, variant)], ["RFC 3398 §8.1.1: 200 after an ACM → ANM"]);
  const messages = messagesFrom18x(status, false, variant);
  if (messages.length === 0) throw new CommandError(`${status} has no counterpart in ISUP`);
  return isup(from, messages, ["RFC 3398 §8.2.3: the first 18x → ACM"]);
}

function encapsulatedIn(message: SipMessage, variant: IsupVariant): IsupMessage | undefined {
  const { body } = message;
  if (body.length === 0) return undefined;
  const read = readBody(message.header("content-type"), body, message.header("content-disposition"));
  const octets = read.ok ? read.body.isup?.octets : undefined;
  const decoded = octets && decodeIsup(octets, { variant });
  return decoded?.ok === true ? decoded.message : undefined;
}

/** Of the first audio stream, best first; none where the offer is still to come. */
function encodingsOfferedIn(request: SipRequest): readonly string[] {
  const read = readBody(request.header("content-type"), request.body, request.header("content-disposition"));
  const parsed =
    read.ok && read.body.sdp !== undefined ? parseSdp(textOf(octetString(read.body.sdp))) : undefined;
  if (request.body.length === 0 || parsed?.ok !== true) return [];
  const audio = parsed.session.media.find(({ type }) => type === "audio");
  return audio?.formats.flatMap(({ encoding }) => encoding ?? []) ?? [];
}

function causeIn(message: IsupMessage | undefined) {
  return message?.messageType === "REL" ? message.parameters.causeIndicators : undefined;
}

function isup(from: string, messages: readonly IsupMessage[], rows: readonly string[]): Mapped {
  return {
    from,
    to: messages.map(({ messageType }) => messageType).join(", "),
    result: {
      messages: messages.map((message) => ({ message: isupToJson(message), hex: hexOf(message.octets) })),
    },
    lines: messages.flatMap((message) => [
      ...describeIsup(message).map((line) => `  ${line}`),
      `  ${hexOf(message.octets)}`,
    ]),
    rows,
  };
}
