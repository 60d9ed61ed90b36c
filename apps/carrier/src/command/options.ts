import { isIP } from "node:net";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { VARIANTS, variantOf, type IsupVariant } from "@tandem/isup";
import { isSipUri, parseHostPort, parseUri } from "@tandem/sip";
import { PROFILES, type Profile } from "../profile.ts";
import { CommandError, USAGE } from "./command.ts";
import { didYouMean } from "./nearest.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<T extends Options> = {
  readonly [K in keyof T]?: (T[K]["type"] extends "boolean" ? boolean : string) | undefined;
};

/** `parseArgs` with errors that name the nearest known option. */
export function optionsOf<const T extends Options>(args: readonly string[], options: T): Values<T> {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === "positional") throw usage(`unexpected argument ${token.value}`);
    if (token.kind !== "option") continue;
    if (!Object.hasOwn(options, token.name))
      throw usage(`unknown option ${token.rawName}${didYouMean(token.name, Object.keys(options), "--")}`);
    const isText = options[token.name]?.type === "string";
    if (isText && token.value === undefined) throw usage(`${token.rawName} needs a value`);
    if (!isText && token.value !== undefined) throw usage(`${token.rawName} takes no value`);
  }
  const { values } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true });
  return values;
}

export function usage(message: string): CommandError {
  return new CommandError(message, USAGE);
}

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** Node's timers take no more. */
const DURATION_MAX_MS = 2 ** 31 - 1;

/** `500ms`, `1.5s`, `2m`, `1h`. */
export function durationOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, count = "", unit = ""] = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Math.round(Number(count) * (MILLISECONDS[unit] ?? 0));
  if (count === "" || ms > DURATION_MAX_MS) throw usage(`${option} ${text}: a time like 500ms, 2s, 1m`);
  return ms;
}

export function numberOf(
  option: string,
  text: string | undefined,
  range: { readonly least: number; readonly most: number; readonly isWhole: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const number = /^[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  const isGood =
    number >= range.least && number <= range.most && (!range.isWhole || Number.isInteger(number));
  if (isGood) return number;
  throw usage(
    `${option} ${text}: a ${range.isWhole ? "whole " : ""}number from ${range.least} to ${range.most}`,
  );
}

/** RFC 3966 §5.1.1: separators people write. */
const SEPARATORS = /[-.() ]/g;
/** Q.763 (12/1999) §3.9 has no limit; E.164 has 15 digits, and prefixes may stand before them. */
const TELEPHONE_NUMBER = /^\+?[0-9]{1,32}$/;

export function telephoneNumberOf(option: string, text: string | undefined): string {
  if (text === undefined) throw usage(`${option} NUMBER is missing`);
  const number = text.replace(SEPARATORS, "");
  if (!TELEPHONE_NUMBER.test(number)) throw usage(`${option} ${text}: digits, with + where international`);
  return number;
}

function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((each) => each === text.toLowerCase());
  if (found !== undefined) return found;
  throw usage(`${option} ${text}: one of ${known.join(", ")}${didYouMean(text, known)}`);
}

export function profileOf(text: string | undefined): Profile {
  return oneOf("--profile", text ?? "sip-t", PROFILES);
}

export function isupVariantOf(text: string | undefined): IsupVariant {
  const written = text ?? "itu-t92+";
  return variantOf(written) ?? oneOf("--variant", written, VARIANTS);
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const SIP_PORT = 5060;

/** `sip:HOST[:PORT]`, without a user: that is what --to says. */
export function targetOf(text: string | undefined): HostPort & { readonly written: string } {
  if (text === undefined) throw usage("--target sip:HOST:PORT is missing");
  const uri = parseUri(text);
  if (uri === undefined || !isSipUri(uri)) throw usage(`--target ${text}: a URI like sip:127.0.0.1:5060`);
  if (uri.user !== undefined) throw usage(`--target ${text}: without a user; --to is the number called`);
  const transport = uri.params.get("transport")?.toLowerCase() ?? "udp";
  if (uri.scheme === "sips" || transport !== "udp") throw usage(`--target ${text}: only SIP over UDP`);
  const port = uri.port ?? SIP_PORT;
  if (port === 0) throw usage(`--target ${text}: a port from 1 to 65535`);
  return { host: uri.host.replace(/^\[|\]$/g, ""), port, written: `${uri.host}:${port}` };
}

/** These are said to peers in Contact and SDP, where they lead nowhere. */
const UNSPECIFIED = new Set(["0.0.0.0", "::"]);

/** `ADDRESS:PORT`, where port 0 is any free one. */
export function listenOf(text: string): HostPort {
  const isAnyPort = text.endsWith(":0");
  const parsed = parseHostPort(isAnyPort ? text.slice(0, -2) : text);
  const host = parsed?.host.replace(/^\[|\]$/g, "") ?? "";
  const port = isAnyPort ? 0 : parsed?.port;
  if (isIP(host) === 0 || port === undefined)
    throw usage(`--listen ${text}: an address and a port, like 127.0.0.1:5070`);
  if (UNSPECIFIED.has(host)) throw usage(`--listen ${text}: an address that peers can send to`);
  return { host, port };
}
