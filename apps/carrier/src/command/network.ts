import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIPv6 } from "node:net";
import { OutgoingCall, type CallPlan } from "../call.ts";
import { Endpoint, type EndpointOptions } from "../endpoint.ts";
import { CommandError, socketFault } from "./command.ts";
import { listenOf, type HostPort } from "./options.ts";

/** The target's address, and the one of ours that the system would use to reach it. */
export async function locate(target: HostPort): Promise<{ readonly remote: string; readonly local: string }> {
  const found = await lookup(target.host).catch(() => undefined);
  if (found === undefined) throw new CommandError(`${target.host}: no address is known for that name`);
  const socket = createSocket(isIPv6(found.address) ? "udp6" : "udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(target.port, found.address, () => {
        resolve();
      });
    });
    return { remote: found.address, local: socket.address().address };
  } catch (error) {
    throw socketFault(error, found.address);
  } finally {
    socket.close();
  }
}

/** Opens the carrier's end where `--listen` says, or else on any port of `address`. */
export async function openEndpoint(
  listen: string | undefined,
  address: string,
  options: Pick<EndpointOptions, "ladder" | "onInvite">,
): Promise<Endpoint> {
  const { host, port } = listen === undefined ? { host: address, port: 0 } : listenOf(listen);
  try {
    return await Endpoint.open({ address: host, port, ...options });
  } catch (error) {
    throw socketFault(error, isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`);
  }
}

/** The calls that a command places, until each has ended. */
export class PlacedCalls {
  readonly #endpoint: Endpoint;
  readonly #open = new Set<OutgoingCall>();
  readonly #opening = new Set<Promise<OutgoingCall>>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** Rejects with a fault for a person where the call's own socket cannot be had. */
  async place(plan: CallPlan): Promise<OutgoingCall> {
    const opening = OutgoingCall.place(this.#endpoint, plan);
    this.#opening.add(opening);
    try {
      const call = await opening;
      this.#open.add(call);
      void call.ended.then(() => this.#open.delete(call));
      return call;
    } catch (error) {
      throw socketFault(error, this.#endpoint.address);
    } finally {
      this.#opening.delete(opening);
    }
  }

  /** Ends the calls, those too that are about to be placed. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#opening);
    await endCalls(this.#open);
  }
}

/** The carrier ends its calls within this time, whatever its peers answer. */
const END_MS = 2_000;

interface Ending {
  readonly ended: Promise<unknown>;
  end(): void;
  abandon(): void;
}

/** Ends the calls and waits for the answers, but not for ever: then they are given up, and reported as that. */
export async function endCalls(calls: ReadonlySet<Ending>): Promise<void> {
  const open = [...calls];
  if (open.length === 0) return;
  for (const call of open) call.end();
  let late: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (late = setTimeout(resolve, END_MS)));
  const ended = Promise.all(open.map((call) => call.ended));
  await Promise.race([ended, timeout]);
  clearTimeout(late);
  for (const call of calls) call.abandon();
  await ended;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return unlessAborted(new Promise<never>(() => undefined), signal);
}

/** Resolves with the promise or when the signal is aborted, and leaves nothing on the signal. */
export function unlessAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(stop, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Resolves after the time, or when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await unlessAborted(new Promise((resolve) => (timer = setTimeout(resolve, ms))), signal);
  clearTimeout(timer);
}
