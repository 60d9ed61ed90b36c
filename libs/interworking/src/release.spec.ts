import { describe, expect, it } from "@jest/globals";
import { causeIndicatorsOf, isupMessage, type IsupMessageOf } from "@tandem/isup";
import { octetsOf, parseMessage, type SipRequest, type SipResponse } from "@tandem/sip";
import { Q1912_5, RFC3398, withOverrides } from "./cause-profiles.ts";
import { relFromRequest, relFromResponse, responseFromCause, responseFromRel } from "./release.ts";

function parsed(startLine: string, method: string, ...headers: readonly string[]): SipRequest | SipResponse {
  const lines = [
    startLine,
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:a@b>;tag=1",
    "To: <sip:c@d>;tag=2",
    "Call-ID: c",
    `CSeq: 1 ${method}`,
    ...headers,
  ];
  const result = parseMessage(octetsOf(`${lines.join("\r\n")}\r\n\r\n`));
  if (!result.ok) throw new TypeError(result.error.message);
  return result.message;
}

const bye = (...headers: string[]): SipRequest =>
  parsed("BYE sip:x SIP/2.0", "BYE", ...headers) as SipRequest;
const failure = (status: number, ...headers: string[]): SipResponse =>
  parsed(`SIP/2.0 ${status} No`, "INVITE", ...headers) as SipResponse;
const causeOf = (rel: { rel: unknown }): number =>
  (rel.rel as IsupMessageOf<"REL">).parameters.causeIndicators.causeValue;

describe("REL → final response (RFC 3398 §7.2.4)", () => {
  it("says the cause in Reason beside the status", () => {
    expect(responseFromCause(causeIndicatorsOf(17, 4))).toMatchObject({
      status: 486,
      headers: [["Reason", 'Q.850;cause=17;text="User busy";location=RLN']],
    });
  });

  it.each([34, 38, 41, 42, 47])("lets the caller try later after %i", (value) => {
    const { status, headers } = responseFromCause(causeIndicatorsOf(value, 2));
    expect(status).toBe(503);
    expect(headers.map(([name]) => name)).toEqual(["Reason", "Retry-After"]);
  });

  it("redirects to the new number of 22 where it may be told", () => {
    const cause = { ...causeIndicatorsOf(22, 2), diagnostic: { digits: "493099" } };
    const rel = {
      ...isupMessage("REL", { causeIndicators: causeIndicatorsOf(22, 2) }),
      parameters: { causeIndicators: cause },
    };
    const contactOf = (digits: string): string => `sip:+${digits}@gw.example`;
    const told = responseFromRel(rel, { contactOf });
    expect(told).toMatchObject({ status: 301, row: "RFC 3398 §7.2.4.1: 22 with the new number → 301" });
    expect(told.headers).toContainEqual(["Contact", "<sip:+493099@gw.example>"]);
    expect(responseFromCause(cause).status).toBe(410);
    const gone = responseFromCause(cause, { contactOf, profile: Q1912_5 });
    expect(gone.status).toBe(410);
    expect(gone.headers.map(([name]) => name)).toEqual(["Reason"]);
  });

  it("goes by the rows of one trunk, and says Retry-After beside 503 alone", () => {
    const source = "trunk vienna";
    const profile = withOverrides(RFC3398, { statusFromCause: [{ cause: 34, status: 480, source }] });
    const { status, headers, row } = responseFromCause(causeIndicatorsOf(34, 2), { profile });
    expect(status).toBe(480);
    expect(row).toBe("trunk vienna: 34 → 480");
    expect(headers.map(([name]) => name)).toEqual(["Reason"]);
  });
});

describe("BYE, CANCEL → REL (RFC 3398 §7.2.3)", () => {
  const reason = "Reason: Q.850;cause=31";

  it("prefers Reason, then the encapsulated REL, then 16", () => {
    const encapsulated = causeIndicatorsOf(21, 0);
    expect(causeOf(relFromRequest(bye(reason), encapsulated, "itu-t92+"))).toBe(31);
    expect(causeOf(relFromRequest(bye(), encapsulated, "itu-t92+"))).toBe(21);
    const derived = relFromRequest(bye(), undefined, "itu-t92+");
    expect(causeOf(derived)).toBe(16);
    expect(derived.decision).toMatchObject({ mapping: "derived", row: "RFC 3398 §7.2.3: default 16" });
  });
});

describe("final response → REL (RFC 3398 §8.2.6.1)", () => {
  it("prefers the encapsulated REL, then Reason, then the status", () => {
    const encapsulated = causeIndicatorsOf(21, 0);
    const reason = "Reason: Q.850;cause=34";
    expect(causeOf(relFromResponse(failure(486, reason), encapsulated, "itu-t92+"))).toBe(21);
    expect(causeOf(relFromResponse(failure(486, reason), undefined, "itu-t92+"))).toBe(34);
    expect(causeOf(relFromResponse(failure(486), undefined, "itu-t92+"))).toBe(17);
  });

  it("reads the codes of Warning: 65 where they speak of media, a broken one is passed over", () => {
    const warning = 'Warning: nonsense, 305 isi.edu "Incompatible media format"';
    expect(causeOf(relFromResponse(failure(488, warning), undefined, "itu-t92+"))).toBe(65);
    expect(causeOf(relFromResponse(failure(488, "Warning: 305"), undefined, "itu-t92+"))).toBe(31);
  });

  it("goes by the rules of a trunk, in requests as well", () => {
    const rules = { profile: Q1912_5, reason: "ignore" } as const;
    const reason = "Reason: Q.850;cause=34";
    expect(causeOf(relFromResponse(failure(486, reason), undefined, "itu-t92+", rules))).toBe(17);
    expect(causeOf(relFromRequest(bye(reason), undefined, "itu-t92+", rules))).toBe(16);
    const cancel = parsed("CANCEL sip:x SIP/2.0", "CANCEL", reason) as SipRequest;
    expect(causeOf(relFromRequest(cancel, undefined, "itu-t92+", rules))).toBe(31);
  });
});
