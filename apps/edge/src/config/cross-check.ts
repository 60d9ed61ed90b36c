import { isIP } from "node:net";
import { JOURNAL_BYTES_MIN } from "@tandem/journal";
import { durationMs, hostPort, listenerId, octets, portRange, routeId, type RawConfig } from "./build.ts";
import type { Path } from "./document.ts";
import { nearest } from "./nearest.ts";
import { coveredBy, isHostName, isWildcard, sourceFault } from "./addresses.ts";
import { coversRoute } from "./coverage.ts";
import type { PathFault } from "./schema-faults.ts";

/** What is left of the file when all that has a fault already is taken away. */
export type Readable<T> = T extends readonly (infer E)[]
  ? readonly (Readable<E> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Readable<T[K]> | undefined }
    : T;

type Config = Readable<RawConfig>;
type Report = (path: Path, message: string, near?: string) => void;

const PORT_MAX = 65_535;
/** Below are the ports of services. */
const MEDIA_PORT_MIN = 1_024;
/** What a route can do; the last two by the design, not yet by this version. */
const ACTIONS = ["answer", "reject", "to", "control"];
/** Longer than any caller waits: T9 ends after 90 to 180 s (Q.764), Timer C after some 3 minutes (RFC 3261 §16.6). */
const AFTER_MS_MAX = 60 * 60_000;
/** Shorter times would end what a network delays; longer ones are none to a timer, which counts to 2^31 ms. */
const LIMIT_MS_MIN = 100;
const LIMIT_MS_MAX = 24 * 60 * 60_000;
/** A request waits for its answer for 32 s (RFC 3261 §17.1.2.2); no name may cost more. */
const DNS_MS_MAX = 30_000;

/** What a schema cannot say: names that must exist, ids that must differ, values that must fit each other. */
export function crossCheck(config: Config): PathFault[] {
  const faults: PathFault[] = [];
  const report: Report = (path, message, near) => faults.push({ path, message, nearest: near });
  checkListeners(config, report);
  checkTrunks(config, report);
  checkRoutes(config, report);
  checkMedia(config, report);
  checkJournal(config, report);
  checkPort(["http", "listen"], config.http?.listen, 0, report);
  checkDns(config, report);
  config.kafka?.brokers?.forEach((broker, index) => {
    checkPort(["kafka", "brokers", index], broker, 1, report);
  });
  return faults;
}

function checkListeners({ listen = [] }: Config, report: Report): void {
  unique(
    listen.map((each, index) => listenerId(each ?? {}, index)),
    "listen",
    report,
  );
  const taken = new Map<string, number>();
  listen.forEach((each, index) => {
    const path = ["listen", index] as const;
    checkAdvertise(each?.advertise, [...path, "advertise"], report);
    checkTls(each, path, report);
    checkLimits(each, path, report);
    const { address } = each ?? {};
    if (address === undefined || !checkPort([...path, "address"], address, 0, report)) return;
    const { host, port } = hostPort(address);
    if (isIP(host) === 0) report([...path, "address"], `${host} is no IP address`);
    if (isWildcard(host) && each?.advertise === undefined)
      report([...path, "address"], `${host} says nothing to a peer: advertise is missing`);
    // UDP and TCP have ports of their own; TLS and WebSocket are on TCP's.
    const socket = `${each?.transport === "udp" ? "udp" : "tcp"} ${host} ${port}`;
    const first = taken.get(socket);
    if (first !== undefined && port !== 0)
      report([...path, "address"], `${address} is the address of listen[${first}] already`);
    else taken.set(socket, index);
  });
}

/** What is there with a fault counts as there. */
function checkTls(listener: NonNullable<Config["listen"]>[number], path: Path, report: Report): void {
  const { transport } = listener ?? {};
  if (listener === undefined || transport === undefined) return;
  const isSecure = transport === "tls" || transport === "wss";
  const hasSection = "tls" in listener;
  if (isSecure && !hasSection) report([...path, "transport"], `${transport} needs tls: { certificate, key }`);
  if (!isSecure && hasSection) report([...path, "tls"], `${transport} has no use for certificates`);
}

function checkLimits(listener: NonNullable<Config["listen"]>[number], path: Path, report: Report): void {
  if (listener?.limits === undefined) return;
  if (listener.transport === "udp")
    report([...path, "limits"], "udp has no connections that could be limited");
  const { connections, connectionsPerSource } = listener.limits;
  if (connections !== undefined && connectionsPerSource !== undefined && connectionsPerSource > connections)
    report(
      [...path, "limits", "connectionsPerSource"],
      `${connectionsPerSource} is more than connections allows in all, ${connections}`,
    );
  for (const key of ["idle", "silent", "message"] as const) {
    const time = listener.limits[key];
    if (time !== undefined && (durationMs(time) < LIMIT_MS_MIN || durationMs(time) > LIMIT_MS_MAX))
      report([...path, "limits", key], `${time} is not between 100ms and 24h`);
  }
}

function checkDns({ dns }: Config, report: Report): void {
  dns?.servers?.forEach((server, index) => {
    if (server === undefined || isIP(server) !== 0) return;
    const path = ["dns", "servers", index];
    const { host, port } = hostPort(server);
    if (!server.includes(":") || isIP(host) === 0) report(path, `${server} is no IP address`);
    else if (port < 1 || port > PORT_MAX) report(path, `${port} is no port`);
  });
  const timeout = dns?.timeout;
  if (timeout !== undefined && (durationMs(timeout) < LIMIT_MS_MIN || durationMs(timeout) > DNS_MS_MAX))
    report(["dns", "timeout"], `${timeout} is not between 100ms and 30s`);
}

function checkAdvertise(advertise: string | undefined, path: Path, report: Report): void {
  if (advertise === undefined) return;
  if (isWildcard(advertise)) report(path, `${advertise} says nothing to a peer`);
  else if (isIP(advertise) === 0 && !isHostName(advertise))
    report(path, `${advertise} is neither an IP address nor a name; a port has no place here`);
}

function checkTrunks({ trunks = [], listen = [] }: Config, report: Report): void {
  const listeners = listen.map((each, index) => listenerId(each ?? {}, index));
  unique(
    trunks.map((each) => each?.id),
    "trunks",
    report,
  );
  trunks.forEach((trunk, index) => {
    const listener = trunk?.listener;
    if (trunk?.largeRequests === "tcp" && listen.every((each) => each?.transport !== "tcp"))
      report(["trunks", index, "largeRequests"], "there is no listener with transport tcp to send by");
    if (listener !== undefined && !listeners.includes(listener))
      report(["trunks", index, "listener"], `there is no listener ${listener}`, nearest(listener, listeners));
    checkOverlap(trunk?.isup?.overlap, ["trunks", index, "isup", "overlap"], report);
    checkSources(trunks, index, report);
  });
}

/** Longer than any caller waits for a tone. */
const COLLECTION_MS_MAX = 60_000;

function checkOverlap(
  overlap: NonNullable<NonNullable<NonNullable<Config["trunks"]>[number]>["isup"]>["overlap"],
  path: Path,
  report: Report,
): void {
  const { minDigits, maxDigits } = overlap ?? {};
  if (minDigits !== undefined && maxDigits !== undefined && maxDigits < minDigits)
    report([...path, "maxDigits"], `${maxDigits} is less than minDigits, ${minDigits}`);
  for (const timer of ["T10", "T35"] as const) {
    const wait = overlap?.[timer];
    if (wait === undefined) continue;
    const ms = durationMs(wait);
    if (ms === 0 || ms > COLLECTION_MS_MAX) report([...path, timer], `${wait} is not between 1ms and 1m`);
  }
}

function checkSources(trunks: NonNullable<Config["trunks"]>, index: number, report: Report): void {
  const trunk = trunks[index];
  trunk?.sources?.forEach((source, at) => {
    const path = ["trunks", index, "sources", at];
    if (source === undefined) return;
    const fault = sourceFault(source);
    if (fault !== undefined) {
      report(path, fault.message, fault.nearest);
      return;
    }
    // The first trunk wins: what an earlier one covers at the same listener never reaches this one.
    for (const earlier of trunks.slice(0, index)) {
      if (earlier?.listener !== undefined && earlier.listener !== trunk.listener) continue;
      const cover = earlier?.sources?.find((each) => each !== undefined && coveredBy(source, each));
      if (cover === undefined) continue;
      report(
        path,
        `${source} never gets here: trunk ${earlier?.id ?? "?"} has ${cover}, and the first trunk wins`,
      );
      return;
    }
  });
}

function checkRoutes({ routes = [], trunks = [] }: Config, report: Report): void {
  const names = trunks.flatMap((trunk) => trunk?.id ?? []);
  const ids = routes.map((each, index) => routeId(each ?? {}, index));
  unique(ids, "routes", report);
  routes.forEach((route, index) => {
    const path = ["routes", index] as const;
    const { when, answer, reject } = route ?? {};
    if (when?.trunk !== undefined && !names.includes(when.trunk))
      report([...path, "when", "trunk"], `there is no trunk ${when.trunk}`, nearest(when.trunk, names));
    for (const key of ["called", "calling"] as const) {
      const pattern = when?.[key];
      // E.164 has digits only (ITU-T E.164 §6): anything else here would never match.
      if (pattern?.startsWith("+") === true && !/^\+[0-9]*\*?$/.test(pattern))
        report([...path, "when", key], `${pattern} is not + and digits, with a * at the end or not at all`);
    }
    if (typeof answer === "object" && answer.after !== undefined && durationMs(answer.after) > AFTER_MS_MAX)
      report([...path, "answer", "after"], `${answer.after} is longer than 1h`);
    if (typeof reject === "object" && Object.keys(reject).length === 0)
      report([...path, "reject"], "a rejection has a status, sip, or a cause, q850");
    if (route !== undefined && ACTIONS.filter((action) => action in route).length !== 1)
      report([...path], "a route has one action: answer or reject");
    const first = routes.findIndex((each, at) => at < index && isReadable(each) && coversRoute(each, route));
    if (first >= 0 && isReadable(route))
      report([...path], `never reached: route ${ids[first] ?? ""} takes its calls`);
  });
}

/** Conditions that have a fault are gone from what is read: without them a route would seem to take every call. */
function isReadable(route: unknown): route is object {
  return typeof route === "object" && route !== null && !("when" in route && route.when === undefined);
}

function checkMedia({ media, listen = [] }: Config, report: Report): void {
  if (media?.address !== undefined && (isIP(media.address) === 0 || isWildcard(media.address)))
    report(["media", "address"], `${media.address} is no IP address that SDP could name`);
  if (media !== undefined && "ports" in media && media.ports === undefined) return;
  const { first, last } = portRange(media?.ports);
  if (first < MEDIA_PORT_MIN || last > PORT_MAX || last <= first)
    report(
      ["media", "ports"],
      `${first}-${last} is no range of ports within ${MEDIA_PORT_MIN} and ${PORT_MAX}`,
    );
  listen.forEach((each, index) => {
    const port = each?.address === undefined ? 0 : hostPort(each.address).port;
    if (each?.transport === "udp" && port >= first && port <= last)
      report(["listen", index, "address"], `port ${port} is one of media.ports, ${first}-${last}`);
  });
}

function checkJournal({ journal }: Config, report: Report): void {
  const { maxBytes } = journal ?? {};
  if (maxBytes === undefined) return;
  const size = octets(maxBytes);
  if (size < JOURNAL_BYTES_MIN) report(["journal", "maxBytes"], `${maxBytes} is less than 4MiB`);
  if (!Number.isSafeInteger(size)) report(["journal", "maxBytes"], `${maxBytes} is more than can be counted`);
}

function checkPort(path: Path, address: string | undefined, least: 0 | 1, report: Report): boolean {
  if (address === undefined) return true;
  const { port } = hostPort(address);
  if (port >= least && port <= PORT_MAX) return true;
  report(path, `${port} is no port`);
  return false;
}

function unique(ids: readonly (string | undefined)[], list: string, report: Report): void {
  ids.forEach((id, index) => {
    const first = ids.indexOf(id);
    if (id !== undefined && first < index)
      report([list, index, "id"], `${id} is the id of ${list}[${first}] already`);
  });
}
