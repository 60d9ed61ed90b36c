/**
 * A call whose INVITE and 200 have more than 8,000 octets, to an edge, on a loopback that carries 1,500 at a time. Run inside
 * a network namespace of its own; prints what was seen as JSON.
 */
import { readFileSync } from "node:fs";
import { removeEdges, startEdge } from "./edge.ts";
import { ISUP, TestCall } from "./sip-call.ts";
import { closeClients, isupOf, SipClient } from "./sip-client.ts";

const ROUTES = 20;
const ROUTE_OCTETS = 400;

export interface FragmentedCall {
  readonly inviteOctets: number;
  readonly answerOctets: number;
  /** Hex of the ISUP in the 200. */
  readonly isup: string | undefined;
  /** Fragments that the kernel has made, and datagrams that it has put together again. */
  readonly fragmentsMade: number;
  readonly reassembled: number;
}

/** Counters of IP by name (proc_net_snmp). */
function ipCounters(): ReadonlyMap<string, number> {
  const [names = [], values = []] = readFileSync("/proc/self/net/snmp", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("Ip:"))
    .map((line) => line.split(" ").slice(1));
  return new Map(names.map((name, at) => [name, Number(values[at])]));
}

async function placeCall(): Promise<FragmentedCall> {
  const edge = await startEdge();
  const client = await SipClient.open(edge);
  const headers = Array.from({ length: ROUTES }, (_, at) => {
    const route = `<sip:127.0.0.1:${client.port};lr;hop=${at};id=`;
    return `Record-Route: ${route}${"x".repeat(ROUTE_OCTETS - route.length)}>`;
  });
  const call = new TestCall(client, edge, { iam: ISUP.iam, headers });
  const before = ipCounters();
  const invite = call.inviteRequest();
  client.send(invite);
  const answer = await call.final(200);
  const after = ipCounters();
  call.ack();
  await call.bye();
  const since = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  return {
    inviteOctets: invite.length,
    answerOctets: answer.octets.length,
    isup: isupOf(answer),
    fragmentsMade: since("FragCreates"),
    reassembled: since("ReasmOKs"),
  };
}

try {
  process.stdout.write(`${JSON.stringify(await placeCall())}\n`);
} finally {
  closeClients();
  await removeEdges();
}
