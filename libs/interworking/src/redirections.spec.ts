import { describe, expect, it } from "@jest/globals";
import { isupNumber } from "@tandem/isup";
import {
  diversionFrom,
  divertedFromDiversion,
  divertedFromHistoryInfo,
  divertedFromIam,
  historyInfoFrom,
  redirectionParameters,
  type Diverted,
} from "./redirections.ts";

const PLAN = { country: "49" };
const national = (digits: string, isRestricted = false): Diverted["number"] =>
  isupNumber({ digits, natureOfAddressIndicator: 3, presentationIndicator: isRestricted ? 1 : 0 });

describe("Diversion → ISUP (RFC 5806 §9.2.4)", () => {
  const VALUES = [
    '<sip:+493022@gw.example;user=phone>;reason=user-busy;privacy=full, "First" <tel:+493011>;reason=no-answer;counter=2',
  ];

  it("reads the newest first, with reason, privacy and counter", () => {
    expect(divertedFromDiversion(VALUES, PLAN)).toMatchObject([
      { number: { digits: "3022", presentationIndicator: 1 }, reason: 1, isRestricted: true, counter: 1 },
      { number: { digits: "3011", presentationIndicator: 0 }, reason: 2, isRestricted: false, counter: 2 },
    ]);
  });

  it("makes redirecting number, original called number, reasons and the sum of the counters", () => {
    expect(redirectionParameters(divertedFromDiversion(VALUES, PLAN))).toMatchObject({
      redirectingNumber: { digits: "3022", natureOfAddressIndicator: 3 },
      originalCalledNumber: { digits: "3011" },
      redirectionInformation: {
        redirectingIndicator: 3,
        redirectingReasonIndicator: 1,
        originalReasonIndicator: 2,
        redirectionCounter: 3,
      },
    });
  });

  it("says that all is restricted where all is, and counts to five (Q.763 (12/1999) §3.45)", () => {
    const [parameters] = [
      redirectionParameters(
        divertedFromDiversion(["<tel:+491>;reason=unconditional;privacy=full;counter=9"], PLAN),
      ),
    ];
    expect(parameters.redirectionInformation).toMatchObject({
      redirectingIndicator: 4,
      redirectionCounter: 5,
    });
  });

  it("has nothing to say where nobody diverted, or no number did", () => {
    expect(redirectionParameters([])).toEqual({});
    expect(divertedFromDiversion(["<sip:gw.example>;reason=unknown", "broken <"], PLAN)).toEqual([]);
  });

  it.each([
    ["unknown", 0],
    ["user-busy", 1],
    ["no-answer", 2],
    ["unconditional", 3],
    ["deflection", 5],
    ["unavailable", 6],
    ["time-of-day", 0],
  ])("reason %s is Q.763's %i, not Q.931's", (reason, code) => {
    expect(divertedFromDiversion([`<tel:+491>;reason=${reason}`])[0]?.reason).toBe(code);
  });
});

describe("ISUP → Diversion and History-Info", () => {
  const iam = {
    redirectingNumber: national("3022", true),
    originalCalledNumber: national("3011"),
    redirectionInformation: {
      redirectingIndicator: 3,
      redirecting: "",
      originalReasonIndicator: 2,
      originalReason: "",
      redirectionCounter: 3,
      redirectingReasonIndicator: 1,
      redirectingReason: "",
    },
  } as unknown as Parameters<typeof divertedFromIam>[0];

  it("gives the redirecting number the counter without the first diversion (RFC 5806 §9.2.3)", () => {
    expect(
      divertedFromIam(iam).map(({ number, reason, counter }) => [number.digits, reason, counter]),
    ).toEqual([
      ["3022", 1, 2],
      ["3011", 2, 1],
    ]);
  });

  it("knows one diversion where the counter says one", () => {
    const one = { ...iam, redirectionInformation: { ...iam.redirectionInformation, redirectionCounter: 1 } };
    expect(divertedFromIam(one as typeof iam)).toHaveLength(1);
    expect(divertedFromIam({})).toEqual([]);
  });

  it("writes Diversion, the newest first", () => {
    expect(diversionFrom(divertedFromIam(iam), "gw.example", PLAN)).toEqual([
      "<sip:+493022@gw.example;user=phone>;reason=user-busy;privacy=full;counter=2",
      "<sip:+493011@gw.example;user=phone>;reason=no-answer;privacy=off;counter=1",
    ]);
  });

  it("writes History-Info in the order of the hops, with a place for the one nobody told of (RFC 7544 §4)", () => {
    const value = historyInfoFrom(divertedFromIam(iam), "sip:+493033@b.example", "gw.example", PLAN);
    expect(value.split(", ")).toEqual([
      "<sip:+493011@gw.example;user=phone>;index=1",
      "<sip:unknown@unknown.invalid;cause=408>;index=1.1;mp=1",
      "<sip:+493022@gw.example;user=phone;cause=404?Privacy=history>;index=1.1.1;mp=1.1",
      "<sip:+493033@b.example;cause=486>;index=1.1.1.1;mp=1.1.1",
    ]);
  });

  it("reads back from History-Info who diverted, and why (RFC 7544 §5)", () => {
    const diverted: Diverted[] = [
      { number: national("3022", true), reason: 3, isRestricted: true, counter: 1 },
      { number: national("3011"), reason: 2, isRestricted: false, counter: 1 },
    ];
    const value = historyInfoFrom(diverted, "sip:+493033@b.example", "gw.example", PLAN);
    const again = divertedFromHistoryInfo([value], PLAN);
    expect(again.map(({ number, reason, isRestricted }) => [number.digits, reason, isRestricted])).toEqual([
      ["3022", 3, true],
      ["3011", 2, false],
    ]);
  });

  it.each([
    [302, 3],
    [404, 0],
    [408, 2],
    [480, 5],
    [486, 1],
    [487, 4],
    [503, 6],
  ])("cause %i of History-Info is reason %i (RFC 4458 §2.2)", (cause, reason) => {
    const values = [`<tel:+491>;index=1, <sip:+492@x.example;cause=${cause}>;index=1.1`];
    expect(divertedFromHistoryInfo(values)[0]?.reason).toBe(reason);
  });
});
