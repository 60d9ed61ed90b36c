import { describe, expect, it } from "@jest/globals";
import { SESSION_ID, type SessionId } from "../message/headers/session-id.ts";
import type { SipMessage } from "../message/message.ts";
import { octetsOf } from "../message/octets.ts";
import { TwoAgents, type TwoAgentsOptions } from "../testing/two-agents.ts";

const NIL = "0".repeat(32);
const UUID_4 = /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/;
const [FIRST, SECOND] = ["a".repeat(32), "b".repeat(32)];
const SDP = { headers: [["Content-Type", "application/sdp"]] as const, body: octetsOf("bob 1 to alice 1") };

const both = (options: TwoAgentsOptions = {}): TwoAgents =>
  new TwoAgents({
    ...options,
    alice: { sessionId: true, ...options.alice },
    bob: { sessionId: true, ...options.bob },
  });

function sessionIdOf(message: SipMessage): SessionId {
  const value = message.get(SESSION_ID);
  if (value === undefined) throw new TypeError("no Session-ID");
  return value;
}

/** `> INVITE alice nil`: whose UUID is local and whose remote in each message that is sent. */
function said(two: TwoAgents, names: Readonly<Record<string, string>>): string[] {
  return two.trace.map((line, at) => {
    const value = two.messages[at]?.message.get(SESSION_ID);
    const name = (uuid = "none"): string => names[uuid] ?? uuid;
    return value === undefined ? `${line} -` : `${line} ${name(value.local)} ${name(value.remote)}`;
  });
}

/** The UUIDs of a call that has had an answer of any kind. */
function namesOf(two: TwoAgents): Record<string, string> {
  const alice = sessionIdOf(two.request("INVITE")).local;
  const bob = two.messages.find(
    ({ from, message }) => from === "192.0.2.2" && message.header("session-id") !== undefined,
  )?.message;
  return { [alice]: "alice", [bob === undefined ? "" : sessionIdOf(bob).local]: "bob", [NIL]: "nil" };
}

/** An INVITE of Alice's address that no agent of ours made. */
function inject(two: TwoAgents, sessionId: string): void {
  two.inject(
    `INVITE sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5999;branch=z9hG4bKforeign\r\n` +
      `From: <sip:a@192.0.2.1>;tag=a\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: foreign\r\nCSeq: 1 INVITE\r\n` +
      `Contact: <sip:a@192.0.2.1:5999>\r\nMax-Forwards: 70\r\nSession-ID: ${sessionId}\r\nContent-Length: 0\r\n\r\n`,
  );
}

describe("Session-ID", () => {
  it("is a UUID of version 4 in 32 lower-case digits, another for each call; nil stands for the peer's (RFC 7989 §5)", () => {
    const two = both();
    two.invite();
    const first = sessionIdOf(two.request("INVITE"));
    two.mark();
    two.invite({ isLateOffer: true });
    const second = sessionIdOf(two.request("INVITE"));
    expect(first).toEqual({ local: expect.stringMatching(UUID_4), remote: NIL });
    expect(second.local).toMatch(UUID_4);
    expect(second.local).not.toBe(first.local);
  });

  it("is in every message of a call but 100 (RFC 7989 §6)", () => {
    const two = both({ bobInCall: { onInfo: (_info, respond) => respond({ status: 200 }) } });
    two.invite();
    two.incoming.trying();
    two.incoming.progress({ status: 183, ...SDP });
    two.clock.advance(20);
    const usage = two.incoming.accept({ status: 200 });
    two.clock.advance(20);
    two.aliceUsage.send("INFO", {}, () => undefined);
    two.clock.advance(20);
    usage?.change("UPDATE", {}, () => undefined);
    two.clock.advance(20);
    two.aliceUsage.change("INVITE", {}, () => undefined);
    two.clock.advance(20);
    usage?.bye({}, () => undefined);
    two.clock.advance(20);
    expect(said(two, namesOf(two))).toEqual([
      ...["> INVITE alice nil", "< 100 INVITE -", "< 183 INVITE bob alice"],
      ...["> PRACK alice bob", "< 200 PRACK bob alice", "< 200 INVITE bob alice", "> ACK alice bob"],
      ...["> INFO alice bob", "< 200 INFO bob alice", "< UPDATE bob alice", "> 200 UPDATE alice bob"],
      ...["> INVITE alice bob", "< 200 INVITE bob alice", "> ACK alice bob"],
      ...["< BYE bob alice", "> 200 BYE alice bob"],
    ]);
    expect(two.leftovers()).toBe(0);
  });

  it("is in a refusal and in its ACK (RFC 7989 §6)", () => {
    const two = both();
    two.invite();
    two.incoming.reject({ status: 486 });
    two.clock.advance(20);
    expect(said(two, namesOf(two))).toEqual([
      ...["> INVITE alice nil", "< 486 INVITE bob alice", "> ACK alice nil"],
    ]);
  });

  it("of a CANCEL is the one of its INVITE, although the peer has said its own by then (RFC 7989 §6)", () => {
    const two = both();
    const call = two.invite();
    two.incoming.progress({ status: 180 });
    two.clock.advance(20);
    const names = namesOf(two);
    two.mark();
    call.cancel();
    two.clock.advance(20);
    expect(said(two, names)).toEqual([
      ...["> CANCEL alice nil", "< 200 CANCEL bob alice", "< 487 INVITE bob alice", "> ACK alice nil"],
    ]);
  });

  it("is not said where it is not wanted, and what the peer says stays without an effect", () => {
    const two = new TwoAgents({ alice: { sessionId: true } });
    const { alice } = two.establish();
    alice.bye({}, () => undefined);
    two.clock.advance(20);
    const bye = sessionIdOf(two.request("BYE"));
    expect(bye).toEqual({ local: alice.identity?.value.local, remote: NIL });
    expect(two.response(200, "BYE").get(SESSION_ID)).toBeUndefined();
  });
});

describe("the peer's UUID", () => {
  const answered = (): { two: TwoAgents; alice: TwoAgents["aliceUsage"]; local: string } => {
    const two = both();
    const { alice } = two.establish();
    return { two, alice, local: alice.identity?.value.local ?? "" };
  };
  /** A request that Bob's dialog receives from Alice's with another UUID than before. */
  const change = (two: TwoAgents, method: string, uuid: string, sequenceNumber: number): void => {
    const { dialog } = two.aliceUsage;
    two.inject(
      `${method} sip:192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5999;branch=z9hG4bK${uuid}${sequenceNumber}\r\n` +
        `From: ${dialog.local}\r\nTo: ${dialog.remote}\r\nCall-ID: ${dialog.callId}\r\n` +
        `CSeq: ${sequenceNumber} ${method}\r\nContact: <sip:a@192.0.2.1:5999>\r\nMax-Forwards: 70\r\n` +
        `Session-ID: ${uuid};remote=${NIL}\r\nContent-Length: 0\r\n\r\n`,
    );
  };

  it("changes with a request that a 2xx answers, and not with one that is refused (RFC 7989)", () => {
    const { two } = answered();
    change(two, "INFO", FIRST, 10);
    // Bob takes no INFO: the refusal repeats what came, and nothing is kept.
    expect(sessionIdOf(two.response(405, "INFO")).remote).toBe(FIRST);
    change(two, "OPTIONS", SECOND, 11);
    expect(sessionIdOf(two.response(200, "OPTIONS")).remote).toBe(SECOND);
    two.mark();
    change(two, "INFO", FIRST, 12);
    expect(two.incoming.identity?.value.remote).toBe(SECOND);
  });

  it("is kept apart for each fork, each under the same UUID of ours (RFC 7989 §6)", () => {
    const two = both();
    const call = two.invite();
    two.incoming.progress({ status: 180 });
    two.clock.advance(20);
    const [ringing] = two.messages.filter(({ message }) => message.kind === "response");
    const text = (status: string, uuid: string): string =>
      `SIP/2.0 ${status}\r\nVia: ${two.request("INVITE").header("via")}\r\nFrom: ${two.request("INVITE").header("from")}\r\n` +
      `To: <sip:bob@192.0.2.2>;tag=other\r\nCall-ID: ${call.callId}\r\nCSeq: 1 INVITE\r\n` +
      `Contact: <sip:bob@192.0.2.2>\r\nSession-ID: ${uuid};remote=${NIL}\r\n` +
      `Content-Type: application/sdp\r\nContent-Length: 16\r\n\r\nbob 1 to alice 1`;
    two.inject(text("180 Ringing", FIRST), "192.0.2.1");
    const first = ringing?.message.kind === "response" ? call.usageOf(ringing.message) : undefined;
    two.inject(text("200 OK", SECOND), "192.0.2.1");
    const local = call.identity?.value.local;
    expect(first?.identity?.value).toEqual({ local, remote: two.incoming.identity?.value.local });
    expect(call.usage?.identity?.value).toEqual({ local, remote: SECOND });
    expect(call.identity?.value).toEqual({ local, remote: NIL });
  });

  it("is taken from senders of RFC 7329, who write no remote; what is malformed is as if absent (RFC 7989 §5)", () => {
    const two = both();
    inject(two, FIRST.toUpperCase());
    two.incoming.reject({ status: 486 });
    two.clock.advance(5);
    expect(sessionIdOf(two.response(486, "INVITE")).remote).toBe(FIRST);
    const another = both();
    inject(another, `${"c".repeat(31)};remote=${NIL}`);
    another.incoming.reject({ status: 486 });
    another.clock.advance(5);
    expect(sessionIdOf(another.response(486, "INVITE")).remote).toBe(NIL);
  });

  it("stays where a peer does no more than repeat ours, without remote (RFC 7329)", () => {
    const { two, alice, local } = answered();
    const { remote } = alice.identity?.value ?? {};
    two.bob.close();
    two.mark();
    alice.send("INFO", {}, () => undefined);
    const info = two.request("INFO");
    two.inject(
      `SIP/2.0 200 OK\r\nVia: ${info.header("via")}\r\nFrom: ${info.header("from")}\r\nTo: ${info.header("to")}\r\n` +
        `Call-ID: ${info.callId}\r\nCSeq: ${info.header("cseq")}\r\nSession-ID: ${local}\r\nContent-Length: 0\r\n\r\n`,
      "192.0.2.1",
    );
    expect(alice.identity?.value).toEqual({ local, remote });
  });

  it("does not go along to a call that takes the place of another, and ours does (RFC 7989 §6)", () => {
    const two = both({ bob: { replaces: true } });
    const { bob } = two.establish();
    const { callId, localTag, remoteTag } = bob.dialog;
    const replaces = `${callId};to-tag=${localTag};from-tag=${remoteTag}`;
    const ours = bob.identity?.value.local;
    const alices = two.call?.identity?.value.local;
    two.invite({ headers: [["Replaces", replaces]], succeeds: two.call?.identity });
    two.incoming.accept({ status: 200 });
    expect(sessionIdOf(two.request("INVITE"))).toEqual({ local: alices, remote: NIL });
    expect(sessionIdOf(two.response(200, "INVITE"))).toEqual({ local: ours, remote: alices });
  });
});
