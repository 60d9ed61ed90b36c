import { describe, expect, it } from "@jest/globals";
import { editIsup, isupNumber, type IsupMessage, type IsupMessageOf } from "@tandem/isup";
import { octetsOf, parseMessage, SipRequest } from "@tandem/sip";
import { iamFrom } from "./answers.ts";
import { iamFromInvite, type IamOptions } from "./iam-from-invite.ts";
import { inviteFromIam, type InviteOptions } from "./invite-from-iam.ts";

function inviteTo(requestUri: string, ...headers: readonly string[]): SipRequest {
  const has = (name: string): boolean => headers.some((line) => line.startsWith(`${name}:`));
  const lines = [
    `INVITE ${requestUri} SIP/2.0`,
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    ...(has("From") ? [] : ["From: <sip:+493011@a.example>;tag=1"]),
    ...(has("To") ? [] : ["To: <sip:b.example>"]),
    "Call-ID: c",
    "CSeq: 1 INVITE",
    ...headers,
  ];
  const parsed = parseMessage(octetsOf(`${lines.join("\r\n")}\r\n\r\n`));
  if (!parsed.ok || !(parsed.message instanceof SipRequest)) throw new TypeError("no request");
  return parsed.message;
}

const OPTIONS: IamOptions = { variant: "itu-t92+", plan: { country: "49" }, isTrusted: true };

function iamOf(request: SipRequest, options: Partial<IamOptions> = {}): IsupMessage {
  const result = iamFromInvite(request, { ...OPTIONS, ...options });
  if (!result.ok) throw new TypeError(result.row);
  return result.iam;
}

describe("INVITE → IAM (RFC 3398 §7.2.1.1, §12.2)", () => {
  it("makes a canonical IAM: national for the own country, no interworking, 3.1 kHz audio, ordinary", () => {
    expect(iamOf(inviteTo("sip:+493022@gw.example;user=phone")).parameters).toMatchObject({
      calledPartyNumber: { digits: "3022", natureOfAddressIndicator: 3, numberingPlanIndicator: 1 },
      callingPartyNumber: { digits: "3011", presentationIndicator: 0, screeningIndicator: 3 },
      forwardCallIndicators: { interworking: 0, isdnUserPart: 1, isdnAccess: 0, internationalCall: 0 },
      natureOfConnectionIndicators: { satellite: 0, continuityCheck: 0 },
      transmissionMediumRequirement: { value: 3 },
      callingPartysCategory: { value: 10 },
    });
  });

  it("keeps the country code of another country, and says that the call is international", () => {
    expect(iamOf(inviteTo("tel:+44-20-7946")).parameters).toMatchObject({
      calledPartyNumber: { digits: "44207946", natureOfAddressIndicator: 4 },
      forwardCallIndicators: { internationalCall: 1 },
    });
  });

  it("has user service information where ANSI has it, and 64 kbit/s for CLEARMODE (RFC 4040)", () => {
    const ansi = iamOf(inviteTo("tel:+12025551234"), { variant: "ansi88", plan: { country: "1" } });
    expect(ansi.parameters.userServiceInformation).toBeDefined();
    expect(ansi.parameters.transmissionMediumRequirement).toBeUndefined();
    const clear = iamOf(inviteTo("tel:+493022"), { encodings: ["CLEARMODE"] });
    expect(clear.parameters.transmissionMediumRequirement?.value).toBe(2);
  });

  it("refuses a Request-URI without a number with 484", () => {
    for (const uri of ["sip:alice@gw.example", "sip:gw.example"])
      expect(iamFromInvite(inviteTo(uri), OPTIONS)).toMatchObject({ ok: false, status: 484 });
  });

  it("takes P-Asserted-Identity of a trusted peer before From, of another never (RFC 3325 §5)", () => {
    const request = inviteTo("tel:+493022", "P-Asserted-Identity: <tel:+493099>");
    expect(iamOf(request).parameters.callingPartyNumber?.digits).toBe("3099");
    expect(iamOf(request, { isTrusted: false }).parameters.callingPartyNumber?.digits).toBe("3011");
  });

  it("restricts presentation by Privacy or an anonymous From, and has no number where there is none", () => {
    const hidden = inviteTo("tel:+493022", "Privacy: id", "P-Asserted-Identity: <tel:+493099>");
    expect(iamOf(hidden).parameters.callingPartyNumber).toMatchObject({
      digits: "3099",
      presentationIndicator: 1,
    });
    const anonymous = 'From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1';
    const asserted = inviteTo("tel:+493022", anonymous, "P-Asserted-Identity: <tel:+493099>");
    expect(iamOf(asserted).parameters.callingPartyNumber?.presentationIndicator).toBe(1);
    expect(iamOf(inviteTo("tel:+493022", anonymous)).parameters.callingPartyNumber).toBeUndefined();
  });

  it("tells redirections of Diversion, or of History-Info before it, from trusted peers", () => {
    const diversion = "Diversion: <tel:+493055>;reason=user-busy";
    const history = "History-Info: <tel:+493066>;index=1, <sip:+493022@b.example;cause=302>;index=1.1";
    expect(iamOf(inviteTo("tel:+493022", diversion)).parameters.redirectingNumber?.digits).toBe("3055");
    const both = iamOf(inviteTo("tel:+493022", diversion, history)).parameters;
    expect(both.redirectingNumber?.digits).toBe("3066");
    expect(both.redirectionInformation?.redirectingReasonIndicator).toBe(3);
    const stranger = iamOf(inviteTo("tel:+493022", diversion), { isTrusted: false });
    expect(stranger.parameters.redirectingNumber).toBeUndefined();
  });

  it("carries user-to-user information (RFC 7434)", () => {
    const request = inviteTo("tel:+493022", "User-to-User: 00abcd;encoding=hex;purpose=isdn-uui");
    expect(iamOf(request).parameters.userToUserInformation).toMatchObject({
      protocolDiscriminator: 0,
      octets: Uint8Array.of(0xab, 0xcd),
    });
  });

  it("says that the number has been looked up, and gives ANSI the routing number (RFC 4694)", () => {
    const ported = inviteTo("sip:+12025551234;npdi;rn=+12025440000@gw.example");
    const ansi = iamOf(ported, { variant: "ansi88", plan: { country: "1" } }).parameters;
    expect(ansi.calledPartyNumber?.digits).toBe("2025440000");
    expect(ansi.genericAddress?.[0]).toMatchObject({ qualifierIndicator: 0xc0, digits: "2025551234" });
    expect(ansi.forwardCallIndicators?.portedNumberTranslated).toBe(1);
    const itu = iamOf(inviteTo("tel:+493022;npdi=yes")).parameters;
    expect(itu.forwardCallIndicators).toMatchObject({ portedNumberTranslated: 1, isdnUserPart: 1 });
  });
});

describe("Original called number (RFC 3398 §7.2.1.1)", () => {
  const originalIn = (iam: IsupMessage): string | undefined => iam.parameters.originalCalledNumber?.digits;

  it("is To's where it is at variance with the Request-URI", () => {
    const iam = iamOf(inviteTo("tel:+493022", "To: <sip:+493044@b.example;user=phone>"));
    expect(iam.parameters.originalCalledNumber).toMatchObject({
      digits: "3044",
      natureOfAddressIndicator: 3,
      presentationIndicator: 0,
    });
  });

  it.each([
    ["the same number, written otherwise", "To: <sip:03022@b.example>"],
    ["a number of no known country", "To: <sip:3044@b.example>"],
    ["no number", "To: <sip:bob@b.example>"],
  ])("is not made of a To of %s", (_what, to) => {
    expect(originalIn(iamOf(inviteTo("tel:+493022", to)))).toBeUndefined();
  });

  it("is not made for a peer that is not trusted", () => {
    const request = inviteTo("tel:+493022", "To: <tel:+493044>");
    expect(originalIn(iamOf(request, { isTrusted: false }))).toBeUndefined();
  });

  it("is that of the redirections where there are any, and that of the encapsulated IAM before To's", () => {
    const diverted = inviteTo(
      "tel:+493022",
      "To: <tel:+493044>",
      "Diversion: <tel:+493055>;reason=no-answer",
    );
    expect(originalIn(iamOf(diverted))).toBe("3055");
    const original = isupNumber({ digits: "3066", natureOfAddressIndicator: 3, presentationIndicator: 0 });
    const template = editIsup(iamFrom({ called: "+493022" }, "itu-t92+"), { originalCalledNumber: original });
    expect(originalIn(iamOf(inviteTo("tel:+493022", "To: <tel:+493044>"), { template }))).toBe("3066");
  });
});

describe("Ported numbers of ITU networks (RFC 3398 §7.2.1.1)", () => {
  const PORTED = "sip:+493022;npdi;rn=+49C012@gw.example;user=phone";
  const plan = { country: "49" };

  it.each([
    ["concatenated", { calledPartyNumber: { digits: "c0123022", natureOfAddressIndicator: 8 } }],
    [
      "network-routing-number",
      {
        calledPartyNumber: { digits: "3022", natureOfAddressIndicator: 3 },
        networkRoutingNumber: { digits: "c012", natureOfAddressIndicator: 1 },
      },
    ],
    [
      "called-directory-number",
      {
        calledPartyNumber: { digits: "c012", natureOfAddressIndicator: 6 },
        calledDirectoryNumber: { digits: "3022", natureOfAddressIndicator: 3 },
      },
    ],
  ] as const)("%s", (portedNumber, parameters) => {
    const iam = iamOf(inviteTo(PORTED), { portedNumber, variant: "itu-t99" });
    expect(iam.parameters).toMatchObject({
      ...parameters,
      forwardCallIndicators: { portedNumberTranslated: 1 },
    });
    // What is one number cannot be taken apart again.
    const { requestUri } = invite(iam as IsupMessageOf<"IAM">, { plan });
    expect(requestUri).toBe(
      portedNumber === "concatenated"
        ? "sip:c0123022;phone-context=+49;npdi@b.example;user=phone"
        : "sip:+493022;npdi;rn=+49c012@b.example;user=phone",
    );
  });

  it("keeps the octets of an encapsulated IAM whose peer says the same, or says nothing of porting", () => {
    const parts = { portedNumber: "network-routing-number", variant: "itu-t99" } as const;
    const template = iamOf(inviteTo(PORTED), parts);
    for (const uri of [PORTED, "tel:+493022"])
      expect(
        iamOf(inviteTo(uri, "P-Asserted-Identity: <tel:+493011>"), { ...parts, template }).octets,
      ).toEqual(template.octets);
  });

  it.each(["network-routing-number", "called-directory-number"] as const)(
    "takes %s out of an encapsulated IAM where another number is called",
    (portedNumber) => {
      const template = iamOf(inviteTo(PORTED), { portedNumber, variant: "itu-t99" });
      const { parameters } = iamOf(inviteTo("tel:+493033"), { template, variant: "itu-t99" });
      expect(parameters.calledPartyNumber).toMatchObject({ digits: "3033", natureOfAddressIndicator: 3 });
      expect(parameters.networkRoutingNumber).toBeUndefined();
      expect(parameters.calledDirectoryNumber).toBeUndefined();
      expect(parameters.forwardCallIndicators?.portedNumberTranslated).toBe(0);
    },
  );

  it("takes the ported number of ANSI out likewise, and leaves the other generic addresses", () => {
    const ansi = { variant: "ansi88", plan: { country: "1" } } as const;
    const ported = iamOf(inviteTo("tel:+12025551234;npdi;rn=+12025440000"), ansi);
    const address = { qualifierIndicator: 0, natureOfAddressIndicator: 3, numberingPlanIndicator: 1 };
    const template = editIsup(ported, {
      genericAddress: [...(ported.parameters.genericAddress ?? []), { ...address, digits: "2025550000" }],
    });
    expect(iamOf(inviteTo("tel:+12025551234;npdi;rn=+12025440000"), { ...ansi, template }).octets).toEqual(
      template.octets,
    );
    const { parameters } = iamOf(inviteTo("tel:+12025559999"), { ...ansi, template });
    expect(parameters.calledPartyNumber?.digits).toBe("2025559999");
    expect(parameters.genericAddress?.map(({ digits }) => digits)).toEqual(["2025550000"]);
  });

  it("does not take a routing number that has no digits ISUP could carry, or that nobody looked up", () => {
    for (const params of [";npdi;rn=+49xyz", ";rn=+49c012"])
      expect(iamOf(inviteTo(`sip:+493022${params}@gw.example`)).parameters.calledPartyNumber?.digits).toBe(
        "3022",
      );
  });
});

describe("INVITE with an encapsulated IAM: SIP header fields overwrite it (RFC 3398 §7.2.1.1)", () => {
  const template = iamFrom({ called: "+493022", calling: "+493011", isRestricted: true }, "itu-t92+");

  it("keeps every octet where SIP says the same", () => {
    const result = iamFromInvite(inviteTo("tel:+493022"), { ...OPTIONS, template });
    expect(result).toMatchObject({ ok: true, rows: [] });
    expect(iamOf(inviteTo("tel:+493022"), { template }).octets).toEqual(template.octets);
  });

  it.each([
    ["network specific", 5],
    ["subscriber", 1],
    ["unknown", 2],
    ["national, of no known country", 3],
  ])("keeps a number whose nature a URI cannot tell: %s", (_what, natureOfAddressIndicator) => {
    const calledPartyNumber = isupNumber({ digits: "3022", natureOfAddressIndicator });
    const strange = editIsup(template, { calledPartyNumber });
    for (const plan of natureOfAddressIndicator === 3 ? [{}] : [{ country: "49" }, {}]) {
      const { requestUri } = invite(strange, { plan });
      const result = iamFromInvite(inviteTo(requestUri), { ...OPTIONS, plan, template: strange });
      expect(result.ok && result.iam.parameters.calledPartyNumber).toMatchObject({
        natureOfAddressIndicator,
      });
    }
  });

  it("changes the called number alone where the Request-URI names another", () => {
    const result = iamFromInvite(inviteTo("tel:+493033"), { ...OPTIONS, template });
    expect(result).toMatchObject({
      ok: true,
      rows: ["RFC 3398 §7.2.1.1: called party number from Request-URI"],
    });
    const { parameters } = iamOf(inviteTo("tel:+493033"), { template });
    expect(parameters.calledPartyNumber?.digits).toBe("3033");
    expect(parameters.callingPartyNumber).toEqual(template.parameters.callingPartyNumber);
  });

  it("lowers a hop counter by Max-Forwards, and makes none up", () => {
    const counted = editIsup(template, { hopCounter: { value: 20 } });
    const request = inviteTo("tel:+493022", "Max-Forwards: 7");
    expect(iamOf(request, { template: counted }).parameters.hopCounter?.value).toBe(7);
    expect(iamOf(request, { template }).parameters.hopCounter).toBeUndefined();
  });
});

const TO: InviteOptions = {
  plan: { country: "49", areaCode: "30" },
  target: "b.example",
  host: "gw.example",
  isTrusted: true,
};
const IAM = iamFrom({ called: "3022", calling: "+493011" }, "itu-t92+");

function invite(iam: IsupMessageOf<"IAM">, options: Partial<InviteOptions> = {}) {
  const result = inviteFromIam(iam, { ...TO, ...options });
  if (!result.ok) throw new TypeError(result.row);
  return result.invite;
}

describe("IAM → INVITE (RFC 3398 §8.2.1.1, §12.1)", () => {
  it("names both parties in E.164 and offers what the medium asks for", () => {
    expect(invite(IAM)).toEqual({
      requestUri: "sip:+493022@b.example;user=phone",
      to: "<sip:+493022@b.example;user=phone>",
      from: "<sip:+493011@gw.example;user=phone>",
      maxForwards: 70,
      headers: [["P-Asserted-Identity", "<sip:+493011@gw.example;user=phone>"]],
      encodings: ["PCMA", "PCMU"],
    });
  });

  it.each([
    [4, "4420794", "+4420794"],
    [3, "3022", "+493022"],
    [1, "22", "+493022"],
    [2, "0815", "0815;phone-context=+49"],
  ])("nature of address %i: %s is %s", (natureOfAddressIndicator, digits, user) => {
    const iam = editIsup(IAM, { calledPartyNumber: isupNumber({ digits, natureOfAddressIndicator }) });
    expect(invite(iam).requestUri).toBe(`sip:${user}@b.example;user=phone`);
  });

  it.each([
    ["restricted, trusted next hop", 1, true, "anonymous", ["P-Asserted-Identity", "Privacy"]],
    ["restricted, another", 1, false, "anonymous", ["Privacy"]],
    ["not available", 2, true, "<sip:gw.example>", []],
    ["allowed, untrusted next hop", 0, false, "+493011", []],
  ] as const)("%s", (_what, presentationIndicator, isTrusted, from, names) => {
    const callingPartyNumber = isupNumber({
      digits: "493011",
      natureOfAddressIndicator: 4,
      presentationIndicator,
      screeningIndicator: 3,
    });
    const { headers, ...parts } = invite(editIsup(IAM, { callingPartyNumber }), { isTrusted });
    expect(parts.from).toContain(from);
    expect(headers.map(([name]) => name)).toEqual(names);
  });

  it("has From of the host alone where no number came", () => {
    const iam = editIsup(IAM, { callingPartyNumber: undefined });
    expect(invite(iam)).toMatchObject({ from: "<sip:gw.example>", headers: [] });
  });

  it("puts the original called number into To and redirections into History-Info or Diversion", () => {
    const diverted = editIsup(IAM, {
      redirectingNumber: isupNumber({
        digits: "3055",
        natureOfAddressIndicator: 3,
        presentationIndicator: 0,
      }),
      originalCalledNumber: isupNumber({
        digits: "3044",
        natureOfAddressIndicator: 3,
        presentationIndicator: 0,
      }),
      redirectionInformation: {
        redirectingIndicator: 3,
        originalReasonIndicator: 0,
        redirectionCounter: 1,
        redirectingReasonIndicator: 1,
      },
    });
    const { to, headers } = invite(diverted);
    expect(to).toBe("<sip:+493044@b.example;user=phone>");
    expect(headers.find(([name]) => name === "History-Info")?.[1]).toContain("cause=486");
    const diversion = invite(diverted, { redirections: "diversion" }).headers;
    expect(diversion.find(([name]) => name === "Diversion")?.[1]).toContain("reason=user-busy");
    expect(invite(diverted, { redirections: "none" }).headers).toHaveLength(1);
  });

  it("appends the digits of SAMs (RFC 3578 §3.1)", () => {
    expect(invite(IAM, { moreDigits: "44" }).requestUri).toBe("sip:+49302244@b.example;user=phone");
  });

  it("is no INVITE where the bearer is no single stream, or nobody is called", () => {
    const wide = editIsup(IAM, { transmissionMediumRequirement: { value: 8 } });
    expect(inviteFromIam(wide, TO)).toMatchObject({ ok: false, cause: 65 });
    const empty = editIsup(IAM, {
      calledPartyNumber: isupNumber({ digits: "", natureOfAddressIndicator: 3 }),
    });
    expect(inviteFromIam(empty, TO)).toMatchObject({ ok: false, cause: 28 });
  });

  it("sends ported number, routing number and carrier to trusted next hops (RFC 4694)", () => {
    const ported = iamFrom({ called: "+12025440000", country: "1" }, "ansi88");
    const iam = editIsup(ported, {
      forwardCallIndicators: { portedNumberTranslated: 1 },
      genericAddress: [
        {
          qualifierIndicator: 0xc0,
          natureOfAddressIndicator: 3,
          numberingPlanIndicator: 1,
          digits: "2025551234",
        },
      ],
    });
    const plan = { country: "1" };
    expect(invite(iam, { plan }).requestUri).toBe(
      "sip:+12025551234;npdi;rn=+12025440000@b.example;user=phone",
    );
    expect(invite(iam, { plan, isTrusted: false }).requestUri).toBe("sip:+12025551234@b.example;user=phone");
  });
});

describe("carrier and category of a trusted peer", () => {
  it.each([
    ["itu-t92+", "49", "+491234", "1234", 0],
    ["itu-t92+", "49", "1234;cic-context=+49", "1234", 0],
  ] as const)(
    "%s, +%s: cic=%s is transit network %s (RFC 3398 §7.2.1.1)",
    (variant, country, cic, digits, networkPlan) => {
      const request = inviteTo(`tel:+${country}3022;cic=${cic}`);
      expect(iamOf(request, { variant, plan: { country } }).parameters.transitNetworkSelection).toMatchObject(
        {
          digits,
          typeOfNetworkIdentificationIndicator: 2,
          networkIdentificationPlanIndicator: networkPlan,
        },
      );
      const stranger = iamOf(request, { variant, plan: { country }, isTrusted: false });
      expect(stranger.parameters.transitNetworkSelection).toBeUndefined();
    },
  );

  it.each([
    ["tel:+12025551234;cic=+1-288", "288", 1, "carrierIdentification"],
    ["tel:+12025551234;cic=+1-6789", "6789", 2, "carrierIdentification"],
    ["tel:+442079460000;cic=+1-6789", "6789", 2, "transitNetworkSelection"],
  ] as const)(
    "ANSI, %s: %s is a carrier identification, a transit network where the number is international (RFC 3398 §7.2.1.1)",
    (uri, digits, networkPlan, name) => {
      const iam = iamOf(inviteTo(uri), { variant: "ansi88", plan: { country: "1" } });
      expect(iam.parameters[name]).toMatchObject({
        digits,
        typeOfNetworkIdentificationIndicator: 2,
        networkIdentificationPlanIndicator: networkPlan,
      });
      const { requestUri } = invite(iam as IsupMessageOf<"IAM">, { plan: { country: "1" } });
      expect(requestUri).toContain(`;cic=+1${digits}@`);
    },
  );

  it("reads cpc from P-Asserted-Identity or From", () => {
    const asserted = inviteTo("tel:+493022", "P-Asserted-Identity: <tel:+493099;cpc=payphone>");
    expect(iamOf(asserted).parameters.callingPartysCategory?.value).toBe(15);
    const from = inviteTo("tel:+493022", "From: <sip:+493011@a.example;cpc=priority>;tag=1");
    expect(iamOf(from).parameters.callingPartysCategory?.value).toBe(11);
    expect(iamOf(from, { isTrusted: false }).parameters.callingPartysCategory?.value).toBe(10);
  });

  it("writes cpc for trusted next hops where the category is not the ordinary one", () => {
    const priority = editIsup(IAM, { callingPartysCategory: { value: 11 } });
    expect(invite(priority).headers).toEqual([
      ["P-Asserted-Identity", "<sip:+493011;cpc=priority@gw.example;user=phone>"],
    ]);
    expect(invite(priority, { isTrusted: false }).headers).toEqual([]);
    expect(invite(IAM).headers[0]?.[1]).not.toContain("cpc");
  });
});
