import { createInterface } from "node:readline";
import { existsSync, readFileSync } from "node:fs";
import { readBody } from "@tandem/interworking";
import {
  decodeIsup,
  describeIsup,
  encodeIsup,
  hexOf,
  isupToJson,
  octetsOfHex,
  variantOf,
  VARIANTS,
  type IsupVariant,
} from "@tandem/isup";
import { checkRequest, checkResponse, octetString, parseMessage, type SipMessage } from "@tandem/sip";
import { CommandError, FAULT, OK, USAGE, type Command } from "./exit.ts";
import { optionsOf } from "./options.ts";

const KINDS = ["sip", "isup", "body"] as const;
type Kind = (typeof KINDS)[number];

/** What a decode came to, in the form of `--ndjson`. */
type Decoded =
  | {
      readonly ok: true;
      readonly message: unknown;
      readonly warnings: readonly { readonly code: string }[];
      readonly hex: string;
      readonly lines: readonly string[];
    }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly offset: number;
        readonly status?: number;
      };
    };

export const decode: Command = {
  summary: "decodes a SIP message, an ISUP message or a SIP body",
  help: `tandem decode sip|isup|body [--variant V] [--content-type T] [HEX or FILE] [--ndjson]

  sip      a SIP message, with the ISUP in its body
  isup     an ISUP message from its type code on
  body     a SIP body; --content-type says what it is (multipart is recognised by its boundary)
  --variant V   ISUP variant: ${VARIANTS.join(", ")}; itu-t92+ by default
  --ndjson      reads lines {"id","hex","variant"?} from standard input and writes lines
                {"id","ok","message","warnings":[{code,…}],"hex"} or
                {"id","ok":false,"error":{code,message,offset,status?}}
HEX may have spaces; without HEX or FILE, standard input is read (hex or octets).`,
  async run(args) {
    const { values, positionals } = optionsOf(args, {
      variant: { type: "string" },
      "content-type": { type: "string" },
      ndjson: { type: "boolean" },
    });
    const [kindText, ...rest] = positionals;
    const kind = KINDS.find((each) => each === kindText);
    if (kind === undefined) throw new CommandError("say what to decode: sip, isup or body", USAGE);
    const variant = variantNamed(values.variant);
    const contentType = values["content-type"];
    if (values.ndjson === true) return ndjson(kind, variant, contentType);
    const decoded = decodeOctets(kind, input(rest), variant, contentType);
    if (!decoded.ok) {
      const { code, message, offset } = decoded.error;
      throw new CommandError(`${kind}: ${code} at octet ${offset}: ${message}`);
    }
    process.stdout.write(`${decoded.lines.join("\n")}\n`);
    for (const warning of decoded.warnings) process.stdout.write(`warning: ${JSON.stringify(warning)}\n`);
    return OK;
  },
};

function variantNamed(name: string | undefined): IsupVariant {
  const variant = variantOf(name ?? "itu-t92+");
  if (variant === undefined)
    throw new CommandError(`--variant ${name}: one of ${VARIANTS.join(", ")}`, USAGE);
  return variant;
}

function input(rest: readonly string[]): Uint8Array {
  const text = rest.join(" ");
  if (rest.length === 1 && existsSync(text)) return hexOrOctets(readFileSync(text));
  if (rest.length > 0) {
    const octets = octetsOfHex(text);
    if (octets === undefined) throw new CommandError(`${text.slice(0, 40)}: neither hex nor a file`, USAGE);
    return octets;
  }
  return hexOrOctets(readFileSync(0));
}

function hexOrOctets(content: Buffer): Uint8Array {
  const text = content.toString("latin1").trim();
  return (text === "" ? undefined : octetsOfHex(text)) ?? content;
}

async function ndjson(kind: Kind, variant: IsupVariant, contentType: string | undefined): Promise<number> {
  let code: number = OK;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === "") continue;
    const answer = answerTo(line, kind, variant, contentType);
    if (answer === undefined) code = FAULT;
    process.stdout.write(
      `${JSON.stringify(answer ?? { ok: false, error: { code: "bad-line", message: "no object with hex", offset: 0 } })}\n`,
    );
  }
  return code;
}

function answerTo(
  line: string,
  kind: Kind,
  variant: IsupVariant,
  contentType: string | undefined,
): object | undefined {
  let asked: { id?: unknown; hex?: unknown; variant?: unknown; contentType?: unknown };
  try {
    asked = JSON.parse(line) as typeof asked;
  } catch {
    // Said in the answer to this line; the next lines are read on.
    return undefined;
  }
  const octets = typeof asked.hex === "string" ? octetsOfHex(asked.hex) : undefined;
  const { id } = asked;
  if (octets === undefined)
    return { id, ok: false, error: { code: "bad-hex", message: "hex is missing or no hex", offset: 0 } };
  const named = typeof asked.variant === "string" ? (variantOf(asked.variant) ?? variant) : variant;
  const type = typeof asked.contentType === "string" ? asked.contentType : contentType;
  const decoded = decodeOctets(kind, octets, named, type);
  if (!decoded.ok) return { id, ok: false, error: decoded.error };
  const { message, warnings, hex } = decoded;
  return { id, ok: true, message, warnings, hex };
}

function decodeOctets(
  kind: Kind,
  octets: Uint8Array,
  variant: IsupVariant,
  contentType: string | undefined,
): Decoded {
  if (kind === "isup") return decodeIsupOctets(octets, variant);
  return kind === "sip"
    ? decodeSip(octets, variant)
    : decodeBody(octets, variant, contentType ?? sniff(octets));
}

function decodeIsupOctets(octets: Uint8Array, variant: IsupVariant): Decoded {
  const decoded = decodeIsup(octets, { variant });
  if (!decoded.ok) return decoded;
  const { message, warnings } = decoded;
  return {
    ok: true,
    message: isupToJson(message),
    warnings,
    hex: hexOf(encodeIsup(message)),
    lines: describeIsup(message),
  };
}

function decodeSip(octets: Uint8Array, variant: IsupVariant): Decoded {
  const parsed = parseMessage(octets);
  if (!parsed.ok) {
    const { code, message, offset, status } = parsed.error;
    return { ok: false, error: { code, message, offset, ...(status !== undefined && { status }) } };
  }
  const { message } = parsed;
  const fault = message.kind === "request" ? checkRequest(message) : checkResponse(message);
  if (fault !== undefined) {
    const status = message.kind === "request" ? { status: fault.status } : {};
    return { ok: false, error: { code: fault.code, message: fault.message, offset: 0, ...status } };
  }
  const body =
    message.body.length === 0 ? undefined : decodeBody(message.body, variant, message.header("content-type"));
  const json = { ...sipJson(message), ...(body?.ok === true && { body: body.message }) };
  const lines = [
    ...octetString(message.octets, 0, message.head.length).trimEnd().split("\r\n"),
    ...(body?.ok === true ? ["", ...body.lines] : []),
  ];
  return {
    ok: true,
    message: json,
    warnings: body?.ok === true ? body.warnings : [],
    hex: hexOf(message.octets),
    lines,
  };
}

function sipJson(message: SipMessage): object {
  const start =
    message.kind === "request"
      ? { method: message.method, requestUri: message.requestUriText }
      : { status: message.status, reasonPhrase: message.reasonPhrase };
  const headers = message.index.ids.map((id, at) => ({ name: id, value: message.rawValue(at) }));
  return { kind: message.kind, ...start, callId: message.callId, cseq: message.cseq, headers };
}

/** A body without a type is a multipart where it begins like one. */
function sniff(octets: Uint8Array): string | undefined {
  const boundary = /^(?:\r\n)*--([^\r\n]{1,70})\r\n/.exec(octetString(octets))?.[1];
  if (boundary !== undefined) return `multipart/mixed;boundary="${boundary.trimEnd()}"`;
  return octetString(octets).startsWith("v=0") ? "application/sdp" : undefined;
}

function decodeBody(octets: Uint8Array, variant: IsupVariant, contentType: string | undefined): Decoded {
  const read = readBody(contentType, octets);
  if (!read.ok) return read;
  const { sdp, isup, others } = read.body;
  const lines: string[] = [];
  if (sdp !== undefined)
    lines.push(
      "application/sdp",
      ...octetString(sdp)
        .trimEnd()
        .split("\r\n")
        .map((line) => `  ${line}`),
    );
  const decoded =
    isup && decodeIsupOctets(isup.octets, variantOf(isup.base ?? "") ?? variantOf(isup.version) ?? variant);
  if (isup !== undefined)
    lines.push(
      `application/isup version=${isup.version}${isup.base === undefined ? "" : ` base=${isup.base}`}`,
    );
  if (decoded?.ok === false) lines.push(`  ${decoded.error.code}: ${decoded.error.message}`);
  else if (decoded !== undefined) lines.push(...decoded.lines.map((line) => `  ${line}`));
  for (const { mediaType, octets: part } of others) lines.push(`${mediaType}: ${part.length} octets`);
  const message = {
    ...(sdp && { sdp: octetString(sdp) }),
    ...(isup && {
      isup: {
        version: isup.version,
        base: isup.base,
        handling: isup.handling,
        ...(decoded?.ok === true ? { message: decoded.message } : { error: decoded?.error }),
      },
    }),
    others: others.map(({ mediaType, octets: part }) => ({ mediaType, hex: hexOf(part) })),
  };
  return {
    ok: true,
    message,
    warnings: decoded?.ok === true ? decoded.warnings : [],
    hex: hexOf(octets),
    lines,
  };
}
