import { describe, expect, it } from "@jest/globals";
import { causeIndicatorsOf, editIsup, isupMessage, type IsupMessageOf } from "@tandem/isup";
import { acmFrom18x } from "./answers.ts";
import { holdFromCpg, messagesFrom18x, progressFromAcm, progressFromCpg } from "./call-progress.ts";

const acm = (status: number): IsupMessageOf<"ACM"> => acmFrom18x(status, "itu-t92+") as IsupMessageOf<"ACM">;
const cpg = (event: number, parameters = {}): IsupMessageOf<"CPG"> =>
  isupMessage("CPG", { eventInformation: { value: event }, ...parameters });

describe("ACM → 18x (RFC 3398 §7.2.5, §7.2.6)", () => {
  it("is 180 where the subscriber is free, 183 where nothing is said", () => {
    expect(progressFromAcm(acm(180))).toMatchObject({ status: 180, hasEarlyMedia: false });
    expect(progressFromAcm(acm(183))).toMatchObject({ status: 183, hasEarlyMedia: false });
  });

  it("cuts through where information comes in-band or interworking was met", () => {
    const inBand = editIsup(acm(183), { optionalBackwardCallIndicators: { inBandInformation: 1 } });
    expect(progressFromAcm(inBand)).toMatchObject({ status: 183, hasEarlyMedia: true });
    const interworking = editIsup(acm(180), { backwardCallIndicators: { interworking: 1 } });
    expect(progressFromAcm(interworking)).toMatchObject({ status: 180, hasEarlyMedia: true });
  });

  it("tells a failure in-band where there is a cause", () => {
    const failed = editIsup(acm(183), { causeIndicators: causeIndicatorsOf(17, 2) });
    expect(progressFromAcm(failed)).toMatchObject({
      status: 183,
      hasEarlyMedia: true,
      cause: { causeValue: 17 },
    });
  });
});

describe("CPG → 18x (RFC 3398 §7.2.9)", () => {
  it.each([
    [1, 180, false],
    [2, 183, false],
    [3, 183, true],
    [4, 181, false],
    [5, 181, false],
    [6, 181, false],
  ])("event %i is %i", (event, status, hasEarlyMedia) => {
    expect(progressFromCpg(cpg(event))).toMatchObject({ status, hasEarlyMedia, cause: undefined });
  });

  it("tells a failure in-band where there is a cause", () => {
    expect(progressFromCpg(cpg(2, { causeIndicators: causeIndicatorsOf(1, 2) })).cause?.causeValue).toBe(1);
  });

  it("knows hold and retrieval by their notification (RFC 3398 §9.2)", () => {
    expect(holdFromCpg(cpg(2, { genericNotificationIndicator: [{ value: 0x79 }] }))).toBe("hold");
    expect(holdFromCpg(cpg(2, { genericNotificationIndicator: [{ value: 0x7a }] }))).toBe("retrieve");
    expect(holdFromCpg(cpg(2))).toBeUndefined();
  });
});

describe("18x → ACM, CPG (RFC 3398 §8.2.3, §8.2.4)", () => {
  const names = (status: number, hasSentAcm: boolean): string[] =>
    messagesFrom18x(status, hasSentAcm, "itu-t92+").map((message) =>
      message.messageType === "CPG"
        ? `CPG ${message.parameters.eventInformation.value}`
        : `ACM ${(message as IsupMessageOf<"ACM">).parameters.backwardCallIndicators.calledPartysStatusIndicator}`,
    );

  it.each([
    [100, [], []],
    [180, ["ACM 1"], ["CPG 1"]],
    [181, ["ACM 0", "CPG 6"], ["CPG 6"]],
    [182, ["ACM 0"], ["CPG 2"]],
    [183, ["ACM 0"], ["CPG 2"]],
  ])("%i", (status, first, later) => {
    expect(names(status, false)).toEqual(first);
    expect(names(status, true)).toEqual(later);
  });
});
