import { describe, expect, it } from "@jest/globals";
import { isupMessage } from "./build.ts";
import { hexOf } from "./hex.ts";
import type { IsupMessage } from "./message.ts";
import { announcesSegment, reassembleIsup, SEGMENT_OCTETS_MAX, segmentIsup } from "./segmentation.ts";

function iam(userOctets: number, transportOctets = 0, numbers = 0): IsupMessage {
  return isupMessage("IAM", {
    natureOfConnectionIndicators: {},
    forwardCallIndicators: {},
    callingPartysCategory: { value: 10 },
    transmissionMediumRequirement: { value: 3 },
    calledPartyNumber: { natureOfAddressIndicator: 4, digits: "33123456789" },
    hopCounter: { value: 9 },
    ...(userOctets > 0 && {
      userToUserInformation: { protocolDiscriminator: 4, octets: new Uint8Array(userOctets).fill(0x41) },
    }),
    ...(transportOctets > 0 && { accessTransport: { octets: new Uint8Array(transportOctets).fill(0x91) } }),
    ...(numbers > 0 && {
      genericNumber: Array.from({ length: numbers }, (_, index) => ({
        qualifierIndicator: 6,
        natureOfAddressIndicator: 4,
        digits: String(index).padStart(15, "4"),
      })),
    }),
  });
}

describe("segmentIsup (Q.764 (12/1999) §2.1.12)", () => {
  it("leaves a message alone that fits", () => {
    const message = iam(20);
    expect(segmentIsup(message)).toEqual([message]);
    expect(announcesSegment(message)).toBe(false);
  });

  it("moves what may move, and says so", () => {
    const message = iam(128, 110, 2);
    expect(message.octets.length).toBeGreaterThan(SEGMENT_OCTETS_MAX);
    const [first, segment] = segmentIsup(message) ?? [];
    if (first === undefined || segment === undefined) throw new Error("not cut");
    expect(first.octets.length).toBeLessThanOrEqual(SEGMENT_OCTETS_MAX);
    expect(announcesSegment(first)).toBe(true);
    expect(first.parameters.userToUserInformation).toBeUndefined();
    expect(first.parameters.accessTransport).toEqual(message.parameters.accessTransport);
    expect(segment.messageType).toBe("SGM");
    expect(segment.parameters).toEqual({
      userToUserInformation: message.parameters.userToUserInformation,
    });
  });

  it.each([
    [128, 200, 0],
    [0, 250, 1],
    [100, 100, 12],
  ])("what was cut is put together again (%i, %i, %i)", (user, transport, numbers) => {
    const message = iam(user, transport, numbers);
    const [first, segment] = segmentIsup(message) ?? [];
    if (first === undefined || segment === undefined) throw new Error("not cut");
    const { optionalForwardCallIndicators, ...parameters } = reassembleIsup(first, segment).parameters;
    expect(optionalForwardCallIndicators?.simpleSegmentation).toBe(0);
    expect(parameters).toEqual(message.parameters);
  });

  it("uses the backward indicators in a backward message (Q.763 (12/1999) §3.37)", () => {
    const message = isupMessage("ANM", {
      optionalBackwardCallIndicators: { inBandInformation: 1 },
      userToUserInformation: { protocolDiscriminator: 4, octets: new Uint8Array(60) },
    });
    const [first, segment] = segmentIsup(message, 66) ?? [];
    expect(first && hexOf(first.octets)).toBe("0901" + "290105" + "00");
    expect(first && announcesSegment(first)).toBe(true);
    expect(segment?.messageType).toBe("SGM");
  });

  it("gives up where two messages do not hold it, or none may follow", () => {
    expect(segmentIsup(iam(128, 250), 120)).toBeUndefined();
    const rel = isupMessage("REL", {
      causeIndicators: { causeValue: 16 },
      accessTransport: { octets: new Uint8Array(250) },
      userToUserInformation: { protocolDiscriminator: 4, octets: new Uint8Array(100) },
    });
    expect(segmentIsup(rel)).toBeUndefined();
  });

  it("adds repeated parameters to those that are there", () => {
    const notification = (value: number): IsupMessage =>
      isupMessage("CPG", { eventInformation: { value: 2 }, genericNotificationIndicator: [{ value }] });
    const segment = isupMessage("SGM", { genericNotificationIndicator: [{ value: 0x7a }] });
    const whole = reassembleIsup(notification(0x79), segment);
    expect(whole.parameters.genericNotificationIndicator?.map(({ name }) => name)).toEqual([
      "remoteHold",
      "remoteRetrieval",
    ]);
  });
});
