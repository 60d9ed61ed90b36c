import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Isup } from "@tandem/call-events";
import { dataOf, eventsByCall, eventsOf, releaseOf } from "../helpers/calls.ts";
import { removeEdges, startEdge, type PrintedEvent, type TestEdge } from "../helpers/edge.ts";
import { bodyOf, TestCall } from "../helpers/sip-call.ts";
import { closeClients, SipClient } from "../helpers/sip-client.ts";
import { expectSuccess, runSipp } from "../helpers/sipp.ts";
import { Capture, missingTshark, type Dissected } from "../helpers/tshark.ts";

const MISSING = missingTshark();
const IS_CI = process.env["CI"] === "true";
jest.setTimeout(60_000);

interface Party {
  readonly nature: number;
  readonly digits: string;
}

interface Iam {
  readonly what: string;
  readonly category: number;
  readonly medium: number;
  readonly called: Party & { readonly plan: number; readonly internal: number };
  readonly calling?: Party & {
    readonly incomplete: number;
    readonly presentation: number;
    readonly screening: number;
  };
  readonly forward: string;
  readonly release: { readonly standard: number; readonly location: number; readonly cause: number };
}

/** Two digits an octet, the first in the low half (Q.763 (12/1999) §3.9); filler 0. */
function bcd(digits: string): string {
  return (digits.match(/..?/g) ?? []).map((pair) => `${pair[1] ?? "0"}${pair[0]}`).join("");
}

const octet = (value: number): string => value.toString(16).padStart(2, "0");

/** Written here by the tables of Q.763 (12/1999), so that three readers meet: this, our codec and tshark. */
function iamHex({ category, medium, called, calling, forward }: Iam): string {
  const calledNumber =
    octet(called.nature | (called.digits.length % 2 === 1 ? 0x80 : 0)) +
    octet((called.internal << 7) | (called.plan << 4)) +
    bcd(called.digits);
  const length = calledNumber.length / 2;
  const fixed = `0100${forward}${octet(category)}${octet(medium)}`;
  if (calling === undefined) return `${fixed}0200${octet(length)}${calledNumber}`;
  const callingNumber =
    octet(calling.nature | (calling.digits.length % 2 === 1 ? 0x80 : 0)) +
    octet((calling.incomplete << 7) | 0x10 | (calling.presentation << 2) | calling.screening) +
    bcd(calling.digits);
  const optional = `0a${octet(callingNumber.length / 2)}${callingNumber}`;
  return `${fixed}02${octet(length + 2)}${octet(length)}${calledNumber}${optional}00`;
}

function relHex({ release: { standard, location, cause } }: Iam): string {
  return `0c020002${octet(0x80 | (standard << 5) | location)}${octet(0x80 | cause)}`;
}

const CALLS: readonly Iam[] = [
  {
    what: "an international number of odd length, calling number restricted, payphone",
    category: 15,
    medium: 0,
    called: { nature: 4, digits: "49301234567", plan: 1, internal: 1 },
    calling: { nature: 4, digits: "14155550123", incomplete: 0, presentation: 1, screening: 1 },
    forward: "6001",
    release: { standard: 0, location: 4, cause: 17 },
  },
  {
    what: "a subscriber number with letters among the digits, no calling number, test call",
    category: 13,
    medium: 2,
    called: { nature: 1, digits: "12bc5", plan: 1, internal: 0 },
    forward: "2100",
    release: { standard: 0, location: 10, cause: 34 },
  },
  {
    what: "a private numbering plan, calling number incomplete and not available",
    category: 11,
    medium: 3,
    called: { nature: 3, digits: "30123456", plan: 5, internal: 1 },
    calling: { nature: 3, digits: "89", incomplete: 1, presentation: 2, screening: 3 },
    forward: "4a02",
    release: { standard: 2, location: 2, cause: 127 },
  },
];

/** What tshark calls a field, and the same thing in the event: numbers as the octets have them. */
type Row = readonly [
  field: string,
  values: (parameters: Parameters) => readonly (number | string | undefined)[],
];
type Parameters = Readonly<Record<string, Readonly<Record<string, number | string | undefined>> | undefined>>;

const one = (value: number | string | undefined): readonly (number | string | undefined)[] =>
  value === undefined ? [] : [value];

const IAM_ROWS: readonly Row[] = [
  ["isup.called", (p) => one(p["calledPartyNumber"]?.["digits"])],
  [
    "isup.called_party_nature_of_address_indicator",
    (p) => one(p["calledPartyNumber"]?.["natureOfAddressIndicator"]),
  ],
  ["isup.inn_indicator", (p) => one(p["calledPartyNumber"]?.["internalNetworkNumber"])],
  [
    "isup.numbering_plan_indicator",
    (p) => [
      ...one(p["calledPartyNumber"]?.["numberingPlanIndicator"]),
      ...one(p["callingPartyNumber"]?.["numberingPlanIndicator"]),
    ],
  ],
  ["isup.calling", (p) => one(p["callingPartyNumber"]?.["digits"])],
  [
    "isup.calling_party_nature_of_address_indicator",
    (p) => one(p["callingPartyNumber"]?.["natureOfAddressIndicator"]),
  ],
  ["isup.ni_indicator", (p) => one(p["callingPartyNumber"]?.["incomplete"])],
  [
    "isup.address_presentation_restricted_indicator",
    (p) => one(p["callingPartyNumber"]?.["presentationIndicator"]),
  ],
  ["isup.screening_indicator", (p) => one(p["callingPartyNumber"]?.["screeningIndicator"])],
  ["isup.calling_partys_category", (p) => one(p["callingPartysCategory"]?.["value"])],
  ["isup.transmission_medium_requirement", (p) => one(p["transmissionMediumRequirement"]?.["value"])],
  ["isup.hop_counter", (p) => one(p["hopCounter"]?.["value"])],
  ["isup.satellite_indicator", (p) => one(p["natureOfConnectionIndicators"]?.["satellite"])],
  ["isup.continuity_check_indicator", (p) => one(p["natureOfConnectionIndicators"]?.["continuityCheck"])],
  [
    "isup.forw_call_natnl_inatnl_call_indicator",
    (p) => one(p["forwardCallIndicators"]?.["internationalCall"]),
  ],
  ["isup.forw_call_end_to_end_method_indicator", (p) => one(p["forwardCallIndicators"]?.["endToEndMethod"])],
  ["isup.forw_call_interworking_indicator", (p) => one(p["forwardCallIndicators"]?.["interworking"])],
  ["isup.forw_call_isdn_user_part_indicator", (p) => one(p["forwardCallIndicators"]?.["isdnUserPart"])],
  [
    "isup.forw_call_preferences_indicator",
    (p) => one(p["forwardCallIndicators"]?.["isdnUserPartPreference"]),
  ],
  ["isup.forw_call_isdn_access_indicator", (p) => one(p["forwardCallIndicators"]?.["isdnAccess"])],
  ["isup.forw_call_sccp_method_indicator", (p) => one(p["forwardCallIndicators"]?.["sccpMethod"])],
];
/** Of a cause in national coding tshark reads the coding only, and shows octets. */
const ofItu = (p: Parameters, name: string): readonly (number | string | undefined)[] =>
  p["causeIndicators"]?.["codingStandardValue"] === 0 ? one(p["causeIndicators"][name]) : [];
const REL_ROWS: readonly Row[] = [
  ["isup.cause_indicator", (p) => ofItu(p, "causeValue")],
  ["q931.cause_location", (p) => ofItu(p, "locationValue")],
  ["q931.coding_standard", (p) => one(p["causeIndicators"]?.["codingStandardValue"])],
];
const ACM_ROWS: readonly Row[] = [
  ["isup.charge_indicator", (p) => one(p["backwardCallIndicators"]?.["chargeIndicator"])],
  [
    "isup.called_partys_status_indicator",
    (p) => one(p["backwardCallIndicators"]?.["calledPartysStatusIndicator"]),
  ],
  [
    "isup.called_partys_category_indicator",
    (p) => one(p["backwardCallIndicators"]?.["calledPartysCategoryIndicator"]),
  ],
  ["isup.backw_call_isdn_user_part_indicator", (p) => one(p["backwardCallIndicators"]?.["isdnUserPart"])],
  ["isup.inband_information_ind", (p) => one(p["optionalBackwardCallIndicators"]?.["inBandInformation"])],
];
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  IAM: IAM_ROWS,
  REL: REL_ROWS,
  ACM: ACM_ROWS,
  ANM: [],
  CON: ACM_ROWS,
};
const TYPES: Readonly<Record<string, number>> = { IAM: 1, ACM: 6, CON: 7, ANM: 9, REL: 12 };
const FIELDS = [
  "sip.Call-ID",
  "isup.message_type",
  ...[...IAM_ROWS, ...REL_ROWS, ...ACM_ROWS].map(([field]) => field),
];

/** tshark prints numbers in decimal, in hexadecimal or as True and False, as the field's type wants it. */
function comparable(value: string | number | undefined): string {
  if (value === "True") return "1";
  if (value === "False") return "0";
  return typeof value === "string" && /^0x[0-9a-f]+$/i.test(value)
    ? String(Number(value))
    : String(value).toLowerCase();
}

function expectAgreement(dissected: Dissected, isup: Isup): void {
  expect(dissected.get("isup.message_type")?.map(Number)).toEqual([TYPES[isup.messageType]]);
  const parameters = isup.parameters as Parameters;
  for (const [field, valuesOf] of ROWS[isup.messageType] ?? []) {
    const theirs = (dissected.get(field) ?? []).map(comparable);
    expect({ field, values: theirs }).toEqual({ field, values: valuesOf(parameters).map(comparable) });
  }
}

function skipped(): void {
  if (MISSING === undefined) return;
  if (IS_CI) throw new TypeError(`tshark cannot be asked: ${MISSING}`);
  console.warn(`SKIPPED: what tshark makes of our ISUP, since ${MISSING}`);
}
skipped();

(MISSING === undefined ? describe : describe.skip)("tshark and the events agree", () => {
  let edge: TestEdge;
  let client: SipClient;
  let capture: Capture;

  beforeAll(async () => {
    edge = await startEdge({
      trunks: [{ id: "carrier", sources: ["127.0.0.1"], numbers: { country: "49", restricted: "show" } }],
      routes: [
        { id: "busy", when: { called: "+493099903" }, reject: 486 },
        { id: "early", when: { called: "+493099904" }, answer: { provisional: "progress" } },
        { id: "silent", when: { called: "+493099905" }, answer: { provisional: "none" } },
        { id: "echo", answer: "echo" },
      ],
    });
    client = await SipClient.open(edge);
    capture = await Capture.start(edge.port);
  });
  afterAll(async () => {
    await capture.close();
    closeClients();
    await removeEdges();
  });

  /** Every ISUP message of the call that crossed the wire, against the event that carries it. */
  async function expectEvents(sipCallId: string, types: readonly string[]): Promise<PrintedEvent[]> {
    const ofCall = (each: Dissected): boolean => each.get("sip.Call-ID")?.[0] === sipCallId;
    // A repeated response is the same again.
    const distinct = (all: readonly Dissected[]): Dissected[] => {
      const texts = all.filter(ofCall).map((each): [string, Dissected] => [JSON.stringify([...each]), each]);
      return [...new Map(texts).values()];
    };
    const seen = distinct(
      await capture.messages("isup", FIELDS, (all) => distinct(all).length >= types.length),
    );
    const events = eventsOf(edge.journalEvents(), sipCallId);
    const isups = events.flatMap(({ data }) => (data.isup === null ? [] : [data.isup]));
    expect(isups.map(({ messageType }) => messageType)).toEqual(types);
    expect(seen).toHaveLength(types.length);
    for (const [at, isup] of isups.entries()) expectAgreement(seen[at]!, isup);
    return events;
  }

  it("about the IAM and REL of a call that SIPp placed, and the ACM and ANM it got", async () => {
    const target = `${edge.address}:${edge.port}`;
    expectSuccess(await runSipp({ scenario: "sip-t-call.xml", target, calls: 1, rate: 1 }), 1);
    const [events] = eventsByCall(edge.journalEvents()).values();
    await expectEvents(events![0]!.data.sip.callId, ["IAM", "ACM", "ANM", "REL"]);
  });

  it.each(CALLS)("about $what", async (iam) => {
    const call = new TestCall(client, edge, { iam: iamHex(iam) });
    await call.establish();
    call.send("BYE", bodyOf({ isup: relHex(iam) }));
    await call.response(200, "BYE");
    const events = eventsOf(await expectEvents(call.callId, ["IAM", "ACM", "ANM", "REL"]), call.callId);
    // What was written by the table is what both have read.
    const [incoming] = dataOf(events, "incoming");
    expect(incoming?.isup?.parameters).toMatchObject({
      calledPartyNumber: { digits: iam.called.digits, natureOfAddressIndicator: iam.called.nature },
      callingPartysCategory: { value: iam.category },
    });
    expect(releaseOf(events).cause.isup).toEqual({
      value: iam.release.cause,
      location: iam.release.location,
      codingStandard: iam.release.standard,
    });
  });

  it.each([
    ["the ACM of early media", "+493099904", ["IAM", "ACM", "ANM", "REL"]],
    ["the CON of an answer without ringing", "+493099905", ["IAM", "CON", "REL"]],
  ])("about %s", async (_what, called, types) => {
    const call = new TestCall(client, edge, { iam: iamHex(CALLS[0]!), called });
    await call.establish();
    call.send("BYE", bodyOf({ isup: relHex(CALLS[0]!) }));
    await call.response(200, "BYE");
    await expectEvents(call.callId, types);
  });

  it("about the REL of our own, in a final response", async () => {
    const call = new TestCall(client, edge, { iam: iamHex(CALLS[0]!), called: "+493099903" });
    call.invite();
    await call.final(486);
    await expectEvents(call.callId, ["IAM", "REL"]);
  });
});
