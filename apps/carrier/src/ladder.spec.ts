import { describe, expect, it } from "@jest/globals";
import { octetsOf } from "@tandem/sip";
import { Ladder } from "./ladder.ts";

function message(start: string, ...more: readonly string[]): Uint8Array {
  const headers = [
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:a@192.0.2.1>;tag=1",
    "To: <sip:b@192.0.2.2>",
    `CSeq: 1 ${start.split(" ")[0]}`,
  ];
  return octetsOf([start, ...headers, ...more].join("\r\n"));
}

const options = (callId: string): Uint8Array =>
  message("OPTIONS sip:b@192.0.2.2 SIP/2.0", `Call-ID: ${callId}`, "", "");

describe("Ladder", () => {
  const printed: string[] = [];
  const texts = (): string[] => printed.splice(0).map((line) => line.replace(/ *\d+\.\d{3} /, " "));

  it("numbers calls as it first sees them, and marks repetitions", () => {
    const ladder = new Ladder((line) => printed.push(line), true);
    for (const callId of ["x", "y", "x"]) ladder.message("sent", options(callId));
    ladder.note("y", "ended");
    expect(texts()).toEqual([
      ...["#1      Call-ID x", "#1 → OPTIONS", "#2      Call-ID y", "#2 → OPTIONS"],
      ...["#1 → OPTIONS (again)", "#2      ended"],
    ]);
  });

  it("says what a call is about (RFC 3261 §20.36)", () => {
    const ladder = new Ladder((line) => printed.push(line), true);
    const invite = ["Call-ID: x", "Subject: busy", "", ""];
    ladder.message("sent", message("INVITE sip:b@192.0.2.2 SIP/2.0", ...invite));
    expect(texts()).toEqual(["#1      Call-ID x: busy", "#1 → INVITE sip:b@192.0.2.2"]);
  });

  it("prints what is no SIP, no ISUP or no body that can be read as what it is", () => {
    const ladder = new Ladder((line) => printed.push(line), false);
    ladder.message("received", octetsOf("hello"));
    const isup = "Content-Type: application/isup;version=itu-t92+";
    const request = "INFO sip:b@192.0.2.2 SIP/2.0";
    ladder.message("received", message(request, "Call-ID: 1", isup, "Content-Length: 1", "", "\x01"));
    const broken = "Content-Type: multipart/mixed";
    ladder.message("received", message(request, "Call-ID: 2", broken, "Content-Length: 1", "", "x"));
    const foreign = "Content-Type: text/plain";
    ladder.message("received", message(request, "Call-ID: 3", foreign, "Content-Length: 1", "", "x"));
    const [garbage, ...lines] = texts();
    expect(garbage).toMatch(/^← 5 octets that are no SIP: /);
    expect(lines).toEqual([
      " ← INFO  ISUP itu-t92+",
      expect.stringContaining("ISUP that cannot be read: "),
      " ← INFO  a body that cannot be read",
      " ← INFO  text/plain",
    ]);
  });
});
