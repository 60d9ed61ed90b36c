import { iamFromInvite, inviteFromIam, readBody } from "@tandem/interworking";
import { decodeIsup, editIsup, encodeIsup, isupFromJson, isupToJson, type IsupVariant } from "@tandem/isup";
import { Descriptions } from "@tandem/sdp";
import { parseMessage } from "@tandem/sip";
import { isupSeeds, sipSeeds } from "./seeds.ts";
import type { FuzzTarget } from "./target.ts";

const isEqual = (one: Uint8Array, other: Uint8Array): boolean => Buffer.from(one).equals(other);

/** Any octets are a message or an error; a message is its octets again, also by way of JSON and of an edit of nothing. */
function checkIsup(octets: Uint8Array, variant: IsupVariant): string | undefined {
  const result = decodeIsup(octets, { variant });
  if (!result.ok) return result.error.offset > octets.length ? "an error behind the message" : undefined;
  const { message, warnings } = result;
  if (warnings.some(({ offset }) => offset > octets.length)) return "a warning behind the message";
  if (!isEqual(encodeIsup(message), octets)) return "decode → encode changes it";
  const back = isupFromJson(JSON.parse(JSON.stringify(isupToJson(message))) as unknown);
  if (!back.ok) return `its JSON is refused: ${back.error.message}`;
  if (!isEqual(back.message.octets, octets)) return "JSON → octets changes it";
  if (message.messageType === "IAM") {
    if (!isEqual(editIsup(message, {}).octets, octets)) return "an edit of nothing changes it";
    inviteFromIam(message, { target: "b.example", host: "a.example", isTrusted: true });
  }
  return undefined;
}

/** A message's body in its parts; its ISUP decoded; the IAM of an INVITE. */
function checkBody(octets: Uint8Array): string | undefined {
  const parsed = parseMessage(octets);
  if (!parsed.ok) return undefined;
  const { message } = parsed;
  const read = readBody(message.header("content-type"), message.body, message.header("content-disposition"), {
    acceptsAnyIsupVersion: true,
  });
  if (!read.ok) return read.error.offset > octets.length ? "an error behind the body" : undefined;
  const isup = read.body.isup && decodeIsup(read.body.isup.octets, { variant: "itu-t92+" });
  if (message.kind !== "request" || message.method !== "INVITE") return undefined;
  const template = isup?.ok === true ? isup.message : undefined;
  const made = iamFromInvite(message, { variant: "itu-t92+", template, isTrusted: true });
  if (!made.ok) return undefined;
  const again = decodeIsup(encodeIsup(made.iam), { variant: "itu-t92+" });
  return again.ok ? undefined : `its IAM cannot be read: ${again.error.message}`;
}

const LOCAL = { address: "192.0.2.2", port: 30_000, encodings: ["PCMA", "PCMU"] };

/** Whatever is offered, and again: an answer or a reason. */
function checkSdp(octets: Uint8Array): string | undefined {
  const descriptions = new Descriptions("1", () => LOCAL);
  for (let round = 0; round < 2; round++) {
    const answered = descriptions.makeAnswer(octets);
    if (!answered.ok && answered.message === "") return "refused without a reason";
  }
  return undefined;
}

function bodies(): readonly Uint8Array[] {
  return sipSeeds().flatMap((octets) => {
    const parsed = parseMessage(octets);
    return parsed.ok && parsed.message.body.length > 0 ? [parsed.message.body] : [];
  });
}

export const ISUP_TARGETS: readonly FuzzTarget[] = [
  {
    name: "isup-itu",
    seeds: () => isupSeeds("itu-messages.txt"),
    check: (octets) => checkIsup(octets, "itu-t92+"),
  },
  {
    name: "isup-ansi",
    seeds: () => isupSeeds("ansi-messages.txt"),
    check: (octets) => checkIsup(octets, "ansi00"),
  },
  { name: "body", seeds: sipSeeds, check: checkBody },
  { name: "sdp", seeds: bodies, check: checkSdp },
];
