import { describe, expect, it } from "@jest/globals";
import { causeIndicatorsOf } from "@tandem/isup";
import { Q1912_5, RFC3398, withOverrides } from "./cause-profiles.ts";
import {
  causeFromStatus,
  causeOfRequest,
  causeOfResponse,
  statusFromCause,
  type CauseRules,
} from "./causes.ts";

const USER = 0;
const TRANSIT = 3;
const BEYOND = 10;
const NATIONAL = 2;
const status = (cause: number, profile = Q1912_5, location = TRANSIT) =>
  statusFromCause(causeIndicatorsOf(cause, location), profile);

describe("the default profile (RFC 3398)", () => {
  it.each(RFC3398.statusFromCause)("$source: $cause → $status fires under its conditions", (row) => {
    const cause = causeIndicatorsOf(row.cause, row.location ?? TRANSIT, row.codingStandard ?? 0);
    expect(statusFromCause(cause, RFC3398, row.hasNewNumber)).toEqual({
      status: row.status,
      row: `${row.source}: ${row.label ?? row.cause} → ${row.status}`,
    });
  });

  it.each(RFC3398.causeFromStatus)("$source: $status → $cause fires under its conditions", (row) => {
    const decision = causeFromStatus(row.status, [...(row.warnings ?? [])]);
    expect(decision.cause.causeValue).toBe(row.cause);
    expect(decision.row).toBe(`${row.source}: ${row.label ?? row.status} → ${row.cause}`);
  });

  it("claims no more than was read: ANSI's own causes are unverified", () => {
    const unverified = RFC3398.statusFromCause.filter(({ evidence }) => evidence !== "standard");
    expect(unverified.map(({ cause }) => cause)).toEqual([23, 24, 27, 45, 46, 51, 54]);
    expect(unverified.every(({ codingStandard }) => codingStandard === NATIONAL)).toBe(true);
    expect(RFC3398.causeFromStatus.every(({ evidence }) => evidence === "standard")).toBe(true);
  });
});

describe("Q.1912.5 profile C (experimental)", () => {
  it.each([
    [404, [1, 5, 91]],
    [410, [22]],
    [480, [18, 19, 20, 21, 25, 31, 34, 102, 127]],
    [484, [28]],
    [486, [17]],
    [500, [2, 3, 4, 8, 9, 29, 38, 41, 42, 43, 44, 50, 55, 57, 58, 63, 65, 70, 79, 87, 88]],
    [500, [95, 97, 99, 103, 110, 111]],
    [502, [27]],
  ])("%i for causes %j, named as unverified", (expected, causes) => {
    for (const cause of causes)
      expect(status(cause)).toEqual({
        status: expected,
        row: `Q.1912.5 profile C, unverified: ${cause} → ${expected}`,
      });
  });

  it.each([
    [404, 1],
    [410, 22],
    [480, 20],
    [484, 28],
    [486, 17],
    [600, 17],
    [603, 21],
    [604, 1],
  ])("%i → %i, location beyond interworking point, as OpenSIPS has it", (code, expected) => {
    expect(causeFromStatus(code, [], Q1912_5)).toMatchObject({
      cause: { causeValue: expected, locationValue: BEYOND },
      row: `OpenSIPS sip_i (after Q.1912.5): ${code} → ${expected}`,
    });
  });

  it("503 for 47, as the 2018 edition is quoted", () => {
    expect(status(47)).toEqual({ status: 503, row: "Q.1912.5 (01/2018) p. 54, as quoted: 47 → 503" });
  });

  it("has 500 and 127 for the rest, and no row for location or Warning", () => {
    expect(status(16)).toEqual({ status: 500, row: "Q.1912.5 profile C, unverified: default → 500" });
    expect(status(21, Q1912_5, USER).status).toBe(480);
    expect(causeFromStatus(488, [305], Q1912_5)).toMatchObject({
      cause: { causeValue: 127 },
      row: "OpenSIPS sip_i (after Q.1912.5): default → 127",
    });
  });

  it("asks the encapsulated REL first, and has 16 for a BYE, 31 for a CANCEL", () => {
    const rules: CauseRules = { profile: Q1912_5, reason: "by-clause" };
    const both = { reasons: ["Q.850;cause=17"], rel: causeIndicatorsOf(34, TRANSIT) };
    const none = { reasons: [], rel: undefined };
    const first = "Q.1912.5 profile C, unverified: encapsulated REL";
    expect(causeOfRequest(both, rules)).toMatchObject({ cause: { causeValue: 34 }, row: first });
    expect(causeOfResponse(486, both, rules)).toMatchObject({ cause: { causeValue: 34 }, row: first });
    expect(causeOfRequest({ ...both, rel: undefined }, rules).cause.causeValue).toBe(17);
    expect(causeOfRequest(none, rules).row).toBe("OpenSIPS sip_i (after Q.1912.5): default 16");
    expect(causeOfRequest(none, rules, "CANCEL")).toMatchObject({
      cause: { causeValue: 31 },
      mapping: "derived",
      row: "OpenSIPS sip_i (after Q.1912.5): default 31",
    });
    expect(causeOfResponse(480, none, rules)).toMatchObject({
      cause: { causeValue: 20 },
      row: "OpenSIPS sip_i (after Q.1912.5): 480 → 20",
    });
  });

  it("says of itself what it rests on: no row is of the standard, and no cause has two", () => {
    expect(Q1912_5.isExperimental).toBe(true);
    const quoted = Q1912_5.statusFromCause.filter(({ evidence }) => evidence !== "unverified");
    expect(quoted.map(({ cause, evidence }) => [cause, evidence])).toEqual([[47, "quoted"]]);
    expect(new Set(Q1912_5.causeFromStatus.map(({ evidence }) => evidence))).toEqual(
      new Set(["implementation"]),
    );
    const causes = Q1912_5.statusFromCause.map(({ cause }) => cause);
    expect(new Set(causes).size).toBe(causes.length);
  });
});

describe("rows of one trunk", () => {
  const source = "trunk vienna";

  it("win over the profile's, and the decision names them", () => {
    const profile = withOverrides(RFC3398, {
      statusFromCause: [{ cause: 16, status: 480, source }],
      causeFromStatus: [{ status: 480, cause: 19, source }],
    });
    expect(status(16, profile)).toEqual({ status: 480, row: "trunk vienna: 16 → 480" });
    expect(causeFromStatus(480, [], profile)).toMatchObject({
      cause: { causeValue: 19 },
      row: "trunk vienna: 480 → 19",
    });
    expect(profile.statusFromCause[0]?.evidence).toBe("local");
  });

  it("leave every other row and the profile itself as they are", () => {
    const profile = withOverrides(RFC3398, { statusFromCause: [{ cause: 17, status: 600, source }] });
    for (let cause = 1; cause <= 127; cause += 1)
      if (cause !== 17) expect(status(cause, profile)).toEqual(status(cause, RFC3398));
    expect(status(17, RFC3398).status).toBe(486);
  });

  it("hold under their conditions only: location, coding standard, Warning", () => {
    const profile = withOverrides(RFC3398, {
      statusFromCause: [
        { cause: 17, location: USER, status: 600, source },
        { cause: 17, codingStandard: NATIONAL, status: 403, source },
      ],
      causeFromStatus: [{ status: 488, warnings: new Set([301]), cause: 88, source }],
    });
    expect(status(17, profile, USER).status).toBe(600);
    expect(status(17, profile, TRANSIT).status).toBe(486);
    expect(statusFromCause(causeIndicatorsOf(17, TRANSIT, NATIONAL), profile).status).toBe(403);
    expect(causeFromStatus(488, [301], profile).cause.causeValue).toBe(88);
    expect(causeFromStatus(488, [305], profile).cause.causeValue).toBe(65);
    expect(causeFromStatus(488, [], profile).cause.causeValue).toBe(31);
  });

  it("without a condition hide the rows that have one", () => {
    const profile = withOverrides(RFC3398, { statusFromCause: [{ cause: 21, status: 480, source }] });
    expect(status(21, profile, USER).status).toBe(480);
  });

  it("of a later override come first", () => {
    const first = withOverrides(Q1912_5, { statusFromCause: [{ cause: 17, status: 600, source }] });
    const second = withOverrides(first, { statusFromCause: [{ cause: 17, status: 486, source: "later" }] });
    expect(status(17, second).row).toBe("later: 17 → 486");
  });
});
