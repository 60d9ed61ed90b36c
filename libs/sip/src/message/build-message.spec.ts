import { describe, expect, it } from "@jest/globals";
import { buildRequest, buildResponse } from "./build-message.ts";
import type { SipMessage, SipRequest } from "./message.ts";
import { octetsOf, octetString } from "./octets.ts";
import { parseMessage } from "./parse-message.ts";

function read(octets: Uint8Array): SipMessage {
  const parsed = parseMessage(octets);
  if (!parsed.ok) throw new TypeError(parsed.error.message);
  return parsed.message;
}

function request(via: string, more: readonly string[] = []): SipRequest {
  const lines = [
    "INVITE sip:b@h SIP/2.0",
    `v: ${via}`,
    "f: <sip:a@h>;tag=1",
    "t: <sip:b@h>",
    "i: c",
    "CSeq: 1 INVITE",
    ...more,
  ];
  return read(octetsOf(`${lines.join("\r\n")}\r\n\r\n`)) as SipRequest;
}

const VIA = "SIP/2.0/UDP h.example;branch=z9hG4bK1";
const source = { address: "192.0.2.9", port: 5070 };

describe("buildResponse (RFC 3261 §8.2.6)", () => {
  it("copies Via, From, Call-ID and CSeq, adds the To tag and Content-Length", () => {
    const octets = buildResponse(request(VIA, [" ", "Subject: x"]), { status: 180, toTag: "t" });
    expect(octetString(octets).split("\r\n")).toEqual([
      "SIP/2.0 180 Ringing",
      `Via: ${VIA}`,
      "From: <sip:a@h>;tag=1",
      "To: <sip:b@h>;tag=t",
      "Call-ID: c",
      "CSeq: 1 INVITE",
      "Content-Length: 0",
      "",
      "",
    ]);
  });

  it("leaves a To tag that is there", () => {
    const inDialog = read(
      octetsOf(octetString(request(VIA).octets).replace("<sip:b@h>\r", "<sip:b@h>;tag=t\r")),
    );
    const octets = buildResponse(inDialog as SipRequest, { status: 200, toTag: "other" });
    expect(read(octets).toTag).toBe("t");
  });

  it("keeps every Via in order, and marks the first alone", () => {
    const vias = `${VIA}, SIP/2.0/TCP p1;branch=z9hG4bK2`;
    const octets = buildResponse(request(vias, ["Via: SIP/2.0/TLS p0;rport"]), { status: 200 }, source);
    expect(read(octets).list("via")).toEqual([
      `${VIA};received=192.0.2.9`,
      "SIP/2.0/TCP p1;branch=z9hG4bK2",
      "SIP/2.0/TLS p0;rport",
    ]);
  });

  it.each([
    // §18.2.1: `received` where the host differs.
    ["SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1"],
    ["SIP/2.0/UDP h;branch=z9hG4bK1", "SIP/2.0/UDP h;branch=z9hG4bK1;received=192.0.2.9"],
    // A value the peer gave itself does not count.
    ["SIP/2.0/UDP h;received=6.6.6.6;branch=z9hG4bK1", "SIP/2.0/UDP h;branch=z9hG4bK1;received=192.0.2.9"],
    // RFC 3581 §4: with rport always both.
    [
      "SIP/2.0/UDP 192.0.2.9;rport;branch=z9hG4bK1",
      "SIP/2.0/UDP 192.0.2.9;rport=5070;branch=z9hG4bK1;received=192.0.2.9",
    ],
    ["SIP/2.0/UDP h;branch=z9hG4bK1;rport", "SIP/2.0/UDP h;branch=z9hG4bK1;rport=5070;received=192.0.2.9"],
  ])("answers %s with %s", (via, answered) => {
    expect(read(buildResponse(request(via), { status: 200 }, source)).header("via")).toBe(answered);
  });

  it("compares IPv6 references without their brackets", () => {
    const via = "SIP/2.0/UDP [2001:db8::9];branch=z9hG4bK1";
    const octets = buildResponse(request(via), { status: 200 }, { address: "2001:db8::9", port: 1 });
    expect(read(octets).header("via")).toBe(via);
  });

  it("copies Record-Route into what makes a dialog, and only there (RFC 3261 §12.1.1)", () => {
    const invite = request(VIA, ["Record-Route: <sip:p2;lr>,<sip:p1;lr>", "Record-Route: <sip:p0;lr>"]);
    const routes = (status: number): string[] | undefined =>
      read(buildResponse(invite, { status, toTag: "t" })).list("record-route");
    expect(routes(180)).toEqual(["<sip:p2;lr>", "<sip:p1;lr>", "<sip:p0;lr>"]);
    expect(routes(200)).toHaveLength(3);
    expect(routes(100)).toEqual([]);
    expect(routes(486)).toEqual([]);
  });

  it("copies Timestamp into the 100, and only there (RFC 3261 §8.2.6.1)", () => {
    const invite = request(VIA, ["Timestamp: 54.21"]);
    expect(octetString(buildResponse(invite, { status: 100 }))).toContain("\r\nTimestamp: 54.21\r\n");
    expect(octetString(buildResponse(invite, { status: 180 }))).not.toContain("Timestamp");
  });

  it("unfolds what it copies", () => {
    expect(
      octetString(buildResponse(request("SIP/2.0/UDP h\r\n ;branch=z9hG4bK1"), { status: 200 })),
    ).toContain("Via: SIP/2.0/UDP h ;branch=z9hG4bK1\r\n");
  });

  it("writes phrase, header fields in UTF-8, and the body's length in octets", () => {
    const octets = buildResponse(request(VIA), {
      status: 488,
      phrase: "Nö",
      headers: [["Warning", '399 h "ü"']],
      body: Uint8Array.from([0, 255, 13]),
    });
    const response = read(octets);
    expect(response).toMatchObject({ status: 488, reasonPhrase: "Nö" });
    expect(response.header("warning")).toBe('399 h "ü"');
    expect(response.header("content-length")).toBe("3");
    expect([...response.body]).toEqual([0, 255, 13]);
  });
});

describe("buildRequest", () => {
  it("writes header fields in the order given", () => {
    const octets = buildRequest({
      method: "INFO",
      requestUri: "sip:b@h",
      headers: [
        ["Via", VIA],
        ["X-B", "2"],
        ["X-A", "1"],
      ],
      body: octetsOf("abc"),
    });
    expect(octetString(octets)).toBe(
      `INFO sip:b@h SIP/2.0\r\nVia: ${VIA}\r\nX-B: 2\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nabc`,
    );
  });
});
