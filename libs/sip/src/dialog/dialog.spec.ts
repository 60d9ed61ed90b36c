import { describe, expect, it } from "@jest/globals";
import type { SipMessage, SipRequest, SipResponse } from "../message/message.ts";
import { octetsOf } from "../message/octets.ts";
import { parseMessage } from "../message/parse-message.ts";
import {
  dialogFromInvite,
  dialogFromResponse,
  isInOrder,
  keyOfDialog,
  requestInDialog,
  type Dialog,
} from "./dialog.ts";

function read(start: string, headers: readonly string[]): SipMessage {
  const parsed = parseMessage(octetsOf(`${[start, ...headers].join("\r\n")}\r\n\r\n`));
  if (!parsed.ok) throw new TypeError(parsed.error.message);
  return parsed.message;
}

const ROUTES = [
  "Record-Route: <sip:p2.example;lr>, <sip:p1.example;lr>",
  "Record-Route: <sip:p0.example;lr>",
];
const headers = (method: string, to: string, more: readonly string[]): string[] => [
  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
  'From: "A" <sip:a@192.0.2.1>;tag=a',
  `To: ${to}`,
  "Call-ID: c",
  `CSeq: 7 ${method}`,
  ...more,
];
const invite = (more: readonly string[] = []): SipRequest =>
  read(
    "INVITE sip:b@h SIP/2.0",
    headers("INVITE", "<sip:b@h>", ["Contact: <sip:a@192.0.2.1:5070>", ...more]),
  ) as SipRequest;
const response = (status: number, to: string, more: readonly string[] = []): SipResponse =>
  read(`SIP/2.0 ${status} X`, headers("INVITE", to, more)) as SipResponse;
const valuesOf = (dialog: Dialog, method: string, number?: number): string[] =>
  requestInDialog(dialog, method, number).headers.map(([name, value]) => `${name}: ${value}`);

describe("a dialog of a server (RFC 3261 §12.1.1)", () => {
  const dialog = dialogFromInvite(invite(ROUTES), "b", "udp");

  it("keeps the route set in the order of Record-Route, the Contact as remote target", () => {
    expect(dialog).toMatchObject({
      state: "early",
      callId: "c",
      localTag: "b",
      remoteTag: "a",
      local: "<sip:b@h>;tag=b",
      remote: '"A" <sip:a@192.0.2.1>;tag=a',
      remoteTarget: "sip:a@192.0.2.1:5070",
      routeSet: ["<sip:p2.example;lr>", "<sip:p1.example;lr>", "<sip:p0.example;lr>"],
      remoteSequenceNumber: 7,
    });
    expect(keyOfDialog(dialog)).toBe("c b a");
  });

  it("takes only rising sequence numbers (§12.2.2)", () => {
    const request = (number: number): SipRequest =>
      read("INFO sip:b@h SIP/2.0", [
        ...headers("INFO", "<sip:b@h>;tag=b", []).slice(0, -1),
        `CSeq: ${number} INFO`,
      ]) as SipRequest;
    expect([6, 7, 8, 4_000].map((number) => isInOrder(dialog, request(number)))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(isInOrder({ ...dialog, remoteSequenceNumber: undefined }, request(0))).toBe(true);
  });
});

describe("a dialog of a client (RFC 3261 §12.1.2)", () => {
  const contact = "Contact: <sip:b@192.0.2.2:5070>";

  it("reverses the route set", () => {
    const dialog = dialogFromResponse(
      response(180, "<sip:b@h>;tag=b", [contact, ...ROUTES]),
      "udp",
      "sip:b@h",
    );
    expect(dialog).toMatchObject({
      state: "early",
      localTag: "a",
      remoteTag: "b",
      routeSet: ["<sip:p0.example;lr>", "<sip:p1.example;lr>", "<sip:p2.example;lr>"],
      remoteTarget: "sip:b@192.0.2.2:5070",
      localSequenceNumber: 7,
      remoteSequenceNumber: undefined,
    });
  });

  it("is not made by 100, nor by a provisional without To tag or Contact", () => {
    for (const provisional of [
      response(100, "<sip:b@h>;tag=b", [contact]),
      response(180, "<sip:b@h>", [contact]),
      response(180, "<sip:b@h>;tag=b"),
    ])
      expect(dialogFromResponse(provisional, "udp", "sip:b@h")).toBeUndefined();
  });

  it("is made by any 2xx, since there is a session to be ended", () => {
    const dialog = dialogFromResponse(response(200, "<sip:b@h>"), "udp", "sip:b@h");
    expect(dialog).toMatchObject({ state: "confirmed", remoteTag: "", remoteTarget: "sip:b@h" });
  });
});

describe("requests in a dialog (RFC 3261 §12.2.1.1)", () => {
  const dialog = dialogFromInvite(invite(ROUTES), "b", "udp");

  it("go to the first route with the remote target as Request-URI where routes are loose", () => {
    const request = requestInDialog(dialog, "BYE");
    expect(request.requestUri).toBe("sip:a@192.0.2.1:5070");
    expect(request.nextHop).toBe("sip:p2.example;lr");
    expect(valuesOf(dialog, "BYE")).toEqual([
      "From: <sip:b@h>;tag=b",
      'To: "A" <sip:a@192.0.2.1>;tag=a',
      "Call-ID: c",
      "CSeq: 1 BYE",
      "Route: <sip:p2.example;lr>",
      "Route: <sip:p1.example;lr>",
      "Route: <sip:p0.example;lr>",
    ]);
  });

  it("put a strict router into the Request-URI and the target at the end of the routes", () => {
    const strict = { ...dialog, routeSet: ["<sip:p2.example>", "<sip:p1.example;lr>"] };
    const request = requestInDialog(strict, "BYE");
    expect([request.requestUri, request.nextHop]).toEqual(["sip:p2.example", "sip:p2.example"]);
    expect(valuesOf(strict, "BYE").slice(4)).toEqual([
      "Route: <sip:p1.example;lr>",
      "Route: <sip:a@192.0.2.1:5070>",
    ]);
  });

  it("go to the remote target without routes", () => {
    const direct = { ...dialog, routeSet: [] };
    expect(requestInDialog(direct, "BYE").nextHop).toBe("sip:a@192.0.2.1:5070");
    expect(valuesOf(direct, "BYE")).toHaveLength(4);
  });

  it("count up, but for ACK, which repeats its INVITE's number (§13.2.2.4)", () => {
    const first = requestInDialog(dialog, "INFO");
    const ack = requestInDialog(first.dialog, "ACK", 7);
    const second = requestInDialog(ack.dialog, "BYE");
    expect(valuesOf(first.dialog, "ACK", 7)).toContain("CSeq: 7 ACK");
    expect(second.dialog.localSequenceNumber).toBe(2);
  });
});
