import { describe, expect, it } from "@jest/globals";
import { responseTarget } from "../transport/response-target.ts";
import { checkRequest } from "./check-message.ts";
import type { SipRequest } from "./message.ts";
import { octetsOf } from "./octets.ts";
import { parseMessage } from "./parse-message.ts";
import { isSipUri } from "./uri.ts";

function register(
  requestUri: string,
  changes: Readonly<Record<string, string>> = {},
): SipRequest | undefined {
  const fields = {
    Via: "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bK1",
    "Max-Forwards": "70",
    From: "<sip:user@example.com>;tag=1",
    To: "<sip:user@example.com>",
    "Call-ID": "1@[2001:db8::9:1]",
    Contact: '"Caller" <sip:caller@[2001:db8::1]>',
    CSeq: "1 REGISTER",
    ...changes,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const parsed = parseMessage(
    octetsOf([`REGISTER ${requestUri} SIP/2.0`, ...lines, "l: 0", "", ""].join("\r\n")),
  );
  if (!parsed.ok || parsed.message.kind !== "request") return undefined;
  return checkRequest(parsed.message) === undefined ? parsed.message : undefined;
}

function hostPort(requestUri: string): string | undefined {
  const uri = register(requestUri)?.requestUri;
  return uri !== undefined && isSipUri(uri) ? `${uri.host} ${uri.port}` : undefined;
}

describe("IPv6 addresses", () => {
  it("are read in brackets, wherever a host may be (RFC 5118 §4.1)", () => {
    const request = register("sip:[2001:db8::10]");
    expect(hostPort("sip:[2001:db8::10]")).toBe("[2001:db8::10] undefined");
    expect(request?.topVia?.host).toBe("[2001:db8::9:1]");
    expect(request?.contacts?.map(({ uriText }) => uriText)).toEqual(["sip:caller@[2001:db8::1]"]);
  });

  it("are refused without brackets (RFC 5118 §4.2)", () => {
    expect(register("sip:2001:db8::10")).toBeUndefined();
  });

  it("end with their bracket: what is inside is no port (RFC 5118 §4.3), what is behind is one (§4.4)", () => {
    expect(hostPort("sip:[2001:db8::10:5070]")).toBe("[2001:db8::10:5070] undefined");
    expect(hostPort("sip:[2001:db8::10]:5070")).toBe("[2001:db8::10] 5070");
  });

  it.each(["[2001:db8::9:255]", "2001:db8::9:255"])(
    "are taken in received as %s: senders do either (RFC 5118 §4.5)",
    (received) => {
      const request = register("sip:[2001:db8::10]", {
        Via: `SIP/2.0/UDP [2001:db8::9:1];received=${received};branch=z9hG4bK1`,
      });
      expect(request?.topVia?.params.get("received")).toBe(received);
    },
  );

  it("stand beside IPv4 ones in one message (RFC 5118 §4.7)", () => {
    const via = "SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK0";
    expect(register("sip:user@192.0.2.5", { Via: via })?.list("via")).toHaveLength(2);
  });

  it("may be IPv4 ones that are mapped (RFC 5118 §4.9)", () => {
    expect(hostPort("sip:user@[::ffff:192.0.2.10]")).toBe("[::ffff:192.0.2.10] undefined");
  });

  it("are answered at the address that a datagram came from (RFC 3261 §18.2.2)", () => {
    const request = register("sip:[2001:db8::10]");
    const flow = {
      ...{ listener: "udp", transport: "UDP", isReliable: false },
      ...{ remoteAddress: "2001:db8::9:1", remotePort: 5060 },
    };
    expect(request && responseTarget(request, flow)).toMatchObject({ address: "2001:db8::9:1", port: 5060 });
  });
});
