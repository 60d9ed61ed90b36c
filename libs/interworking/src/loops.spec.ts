import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { decodeIsup, hexOf, octetsOfHex, parametersToJson, type IsupMessageOf } from "@tandem/isup";
import { octetsOf, parseMessage, SipRequest } from "@tandem/sip";
import { iamFromInvite } from "./iam-from-invite.ts";
import { inviteFromIam, type InviteParts } from "./invite-from-iam.ts";

/** Says what is lost, and nothing else may be. */
const PAGE = readFileSync(new URL("../../../docs/protocol/interworking.md", import.meta.url), "utf8");

/** Names in the first column of the tables of what is lost. */
function documented(heading: string): string[] {
  const [, section = ""] = PAGE.split(`### ${heading}\n`);
  const [own = ""] = section.split(/^#/m);
  const [lost = ""] = own.split("| Changed");
  const cells = lost.split("\n").flatMap((line) => /^\| (`[^|]*)\|/.exec(line)?.[1] ?? []);
  return cells.flatMap((cell) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name = ""]) => name));
}

const PLAN = { country: "49", areaCode: "30" };
const VARIANT = "itu-t99";

/** An IAM with something in every part that a call may have: fixed and variable part, then code and content. */
const FIXED = "01 11 2811 0b 00 02 07 05 8390032202";
const OPTIONAL: readonly (readonly [code: string, content: string])[] = [
  ["0a", "83130311 05"],
  ["0b", "83100355 05"],
  ["28", "83100344 04"],
  ["13", "1324"],
  ["20", "00abcd"],
  ["3d", "14"],
  ["1d", "9090a3"],
  ["03", "7d029181"],
  ["23", "202143"],
  ["3f", "83130399 09"],
  ["31", "0064"],
  ["c0", "0683100377 07"],
  ["1a", "49010001"],
  ["08", "02"],
  ["2a", "80"],
  ["34", "9181"],
  ["39", "31c0"],
  ["01", "0000010203"],
  ["3b", "01"],
  ["8d", "01"],
  ["84", "1110"],
  ["78", "05808001"],
  ["2c", "84"],
  ["66", "01"],
  ["fe", "aa"],
];

function richIam(): IsupMessageOf<"IAM"> {
  const optional = OPTIONAL.map(([code, content]) => {
    const hex = content.replaceAll(" ", "");
    return `${code}${(hex.length / 2).toString(16).padStart(2, "0")}${hex}`;
  });
  const octets = octetsOfHex(`${FIXED}${optional.join("")}00`) ?? new Uint8Array(0);
  const decoded = decodeIsup(octets, { variant: VARIANT });
  if (!decoded.ok || decoded.message.messageType !== "IAM") throw new TypeError("no IAM");
  return decoded.message;
}

function requestOf(requestUri: string, fields: readonly (readonly [string, string])[]): SipRequest {
  const lines = [
    `INVITE ${requestUri} SIP/2.0`,
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "Call-ID: c",
    "CSeq: 1 INVITE",
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  const parsed = parseMessage(octetsOf(`${lines.join("\r\n")}\r\n\r\n`));
  if (!parsed.ok || !(parsed.message instanceof SipRequest)) throw new TypeError("no request");
  return parsed.message;
}

function inviteOf(iam: IsupMessageOf<"IAM">): InviteParts {
  const to = { plan: PLAN, target: "b.example", host: "gw.example", isTrusted: true };
  const result = inviteFromIam(iam, to);
  if (!result.ok) throw new TypeError(result.row);
  return result.invite;
}

function iamOf(request: SipRequest, encodings: readonly string[]): IsupMessageOf<"IAM"> {
  const result = iamFromInvite(request, {
    plan: PLAN,
    variant: VARIANT,
    isTrusted: true,
    encodings,
    portedNumber: "network-routing-number",
  });
  if (!result.ok || result.iam.messageType !== "IAM") throw new TypeError("no IAM");
  return result.iam;
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields that are not the same again, as `before → after`. */
function changesOf(before: unknown, after: unknown, path = ""): string[] {
  if (typeof before !== "object" || before === null || typeof after !== "object" || after === null)
    return before === after ? [] : [`${path}: ${String(before)} → ${String(after)}`];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    // Names follow from the codes beside them.
    name.endsWith("Name") || name === "name"
      ? []
      : changesOf((before as Fields)[name], (after as Fields)[name], path === "" ? name : `${path}.${name}`),
  );
}

describe("SIP-T → plain SIP → SIP-T", () => {
  const iam = richIam();
  const invite = inviteOf(iam);
  const request = requestOf(invite.requestUri, [
    ["From", `${invite.from};tag=1`],
    ["To", invite.to],
    ["Max-Forwards", String(invite.maxForwards)],
    ...invite.headers,
  ]);
  const before = parametersToJson(iam, hexOf);
  const after = parametersToJson(iamOf(request, invite.encodings), hexOf);

  it("loses the parameters that no header field has a place for, and no others", () => {
    expect(Object.keys(before).filter((name) => !(name in after))).toEqual([
      "hopCounter",
      "userServiceInformation",
      "accessTransport",
      "locationNumber",
      "propagationDelayCounter",
      "genericNumber",
      "closedUserGroupInterlockCode",
      "optionalForwardCallIndicators",
      "userToUserIndicators",
      "userTeleserviceInformation",
      "parameterCompatibilityInformation",
      "callReference",
      "mcidRequestIndicators",
      "numberPortabilityForwardInformation",
      "applicationTransport",
      "genericNotificationIndicator",
      "scfId",
      "unknown",
    ]);
    const lost = Object.keys(before).filter((name) => !(name in after));
    expect(documented("SIP-T → plain SIP → SIP-T").sort()).toEqual(lost.sort());
    expect(Object.keys(after).filter((name) => !(name in before))).toEqual([]);
  });

  it("sets the indicators and the bearer to the gateway's own (RFC 3398 §7.2.1.1), and changes no others", () => {
    const kept = Object.fromEntries(Object.entries(before).filter(([name]) => name in after));
    expect(changesOf(kept, after)).toEqual([
      "natureOfConnectionIndicators.satellite: 1 → 0",
      "natureOfConnectionIndicators.outgoingEchoControlDevice: 1 → 0",
      "forwardCallIndicators.interworking: 1 → 0",
      "forwardCallIndicators.isdnAccess: 1 → 0",
      "transmissionMediumRequirement.value: 0 → 3",
    ]);
  });
});

describe("Plain SIP → SIP-T → plain SIP", () => {
  const HISTORY =
    "<sip:+4930444@gw.example;user=phone>;index=1, " +
    "<sip:+4930555@gw.example;user=phone;cause=486>;index=1.1;mp=1, " +
    "<sip:+4930222;npdi;cic=+491234@b.example;user=phone;cause=302>;index=1.1.1;mp=1.1";
  const FIELDS: readonly (readonly [string, string])[] = [
    ["From", '"Anna" <sip:+4930115@a.example;user=phone>;tag=1'],
    ["To", "<sip:+4930444@b.example;user=phone>"],
    ["Max-Forwards", "20"],
    ["P-Asserted-Identity", "<sip:+4930116;cpc=priority@gw.example;user=phone>"],
    ["Privacy", "id"],
    ["History-Info", HISTORY],
    ["User-to-User", "00abcd;encoding=hex;purpose=isdn-uui;content=isdn-uui"],
    ["Diversion", "<sip:+4930555@gw.example;user=phone>;reason=unconditional;privacy=off;counter=1"],
    ["Contact", "<sip:a@192.0.2.1>"],
    ["Subject", "lunch"],
    ["Organization", "Example"],
    ["Call-Info", "<https://a.example/card>;purpose=card"],
    ["Alert-Info", "<urn:alert:priority:high>"],
    ["P-Charge-Info", "<sip:+4930117@gw.example>"],
    ["P-Access-Network-Info", "IEEE-802.11"],
    ["Geolocation", "<https://a.example/where>"],
    ["Resource-Priority", "ets.0"],
    ["Accept-Language", "de"],
    ["User-Agent", "phone"],
    ["Supported", "100rel, timer"],
    ["Allow", "INVITE, ACK, BYE"],
    ["Session-Expires", "1800"],
  ];
  const URI = "sip:+4930222;npdi;cic=+491234;isub=77;tgrp=t1;trunk-context=a.example@b.example;user=phone";
  const encodings = ["OPUS", "G722", "PCMA", "PCMU"];
  const back = inviteOf(iamOf(requestOf(URI, FIELDS), encodings));
  const after = new Map<string, string>([
    ["From", back.from],
    ["To", back.to],
    ["Max-Forwards", String(back.maxForwards)],
    ...back.headers,
  ]);

  it("loses the header fields that no parameter has a place for, and no others", () => {
    expect(FIELDS.map(([name]) => name).filter((name) => !after.has(name))).toEqual([
      "Diversion",
      "Contact",
      "Subject",
      "Organization",
      "Call-Info",
      "Alert-Info",
      "P-Charge-Info",
      "P-Access-Network-Info",
      "Geolocation",
      "Resource-Priority",
      "Accept-Language",
      "User-Agent",
      "Supported",
      "Allow",
      "Session-Expires",
    ]);
    const lost = FIELDS.map(([name]) => name).filter((name) => !after.has(name));
    expect(documented("Plain SIP → SIP-T → plain SIP").sort()).toEqual(lost.sort());
    expect(after.size).toBe(FIELDS.length - 15);
  });

  it("hides From, as Privacy asks for, sets Max-Forwards anew, and changes no other value", () => {
    const changed = FIELDS.filter(([name, value]) => after.has(name) && after.get(name) !== value);
    expect(changed.map(([name]) => [name, after.get(name)])).toEqual([
      ["From", '"Anonymous" <sip:anonymous@anonymous.invalid>'],
      ["Max-Forwards", "70"],
    ]);
  });

  it("keeps number, portability and carrier of the Request-URI, not subaddress and trunk group", () => {
    expect(back.requestUri).toBe("sip:+4930222;npdi;cic=+491234@b.example;user=phone");
  });

  it("offers what the medium asks for (RFC 3398 §8.2.1.1)", () => {
    expect(back.encodings).toEqual(["PCMA", "PCMU"]);
  });
});

describe("SIP-T → SIP-T", () => {
  it("loses nothing: the body passes, and SIP writes over what it changed alone (RFC 3398 §7.2.1.1)", () => {
    const template = richIam();
    const invite = inviteOf(template);
    const request = requestOf(invite.requestUri, [
      ["From", `${invite.from};tag=1`],
      ["To", invite.to],
      ["Max-Forwards", String(invite.maxForwards)],
      ...invite.headers,
    ]);
    const options = { plan: PLAN, variant: VARIANT, isTrusted: true, template } as const;
    const result = iamFromInvite(request, options);
    expect(result.ok && hexOf(result.iam.octets)).toBe(hexOf(template.octets));
  });
});
