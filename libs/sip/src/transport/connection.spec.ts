import { describe, expect, it } from "@jest/globals";
import { octetsOf, octetString } from "../message/octets.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { Channel } from "./channel.ts";
import { Connection } from "./connection.ts";

/** A connection that is being dialled; what its channel is told, and its owner. */
function dialling() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const connection = new Connection(1, true, false, {
    id: "l",
    protocol: "TCP",
    clock,
    options: {},
    onMessage: () => told.push("message"),
    onUnframed: () => told.push("unframed"),
    onOpen: () => told.push("open"),
    onClosed: (error) => told.push(`closed ${error?.message ?? ""}`.trim()),
  });
  const channel: Channel = {
    remoteAddress: "192.0.2.9",
    remotePort: 5060,
    localAddress: "192.0.2.1",
    localPort: 40_000,
    peer: undefined,
    unsentOctets: 0,
    write: (octets) => told.push(`write ${octetString(octets)}`),
    end: () => told.push("end"),
    destroy: () => {
      told.push("destroy");
      connection.onClosed(undefined);
    },
  };
  return { clock, told, connection, channel };
}

describe("a connection that is ended while it is dialled", () => {
  it("sends what it was given once it is open, takes nothing more, and ends", () => {
    const { clock, told, connection, channel } = dialling();
    expect(connection.send(octetsOf("before"))).toBe(true);
    connection.end();
    expect([connection.send(octetsOf("after")), connection.isDialling, connection.isOpen]).toEqual([
      false,
      true,
      false,
    ]);
    connection.onOpen(channel);
    expect(told).toEqual(["open", "write before", "end"]);
    // The peer leaves its side open.
    clock.advance(60_000);
    expect(told.slice(3)).toEqual(["destroy", "closed"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("closes a channel that opens after it was given up", () => {
    const { clock, told, connection, channel } = dialling();
    connection.fail(new Error("too late"));
    connection.onOpen(channel);
    expect(told).toEqual(["closed too late", "destroy"]);
    expect(clock.pendingTimers).toBe(0);
  });
});
