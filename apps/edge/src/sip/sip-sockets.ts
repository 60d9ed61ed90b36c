import { readFileSync } from "node:fs";
import { Listeners, ReliableTransport, ServerLocator, TargetLocator } from "@tandem/sip";
import {
  DnsResolver,
  systemClock,
  systemRandom,
  TlsTransport,
  type Certificates,
  type OpenTransport,
} from "@tandem/sip/node";
import { fileFaults } from "../config/certificate-files.ts";
import type { EdgeConfig, ListenConfig } from "../config/config.ts";
import type { Counters } from "../telemetry/counters.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { TrunkTable } from "../trunks/trunk-table.ts";
import { openListener, readCertificates } from "./open-listener.ts";

export interface SipSocketsParts {
  readonly trunks: TrunkTable;
  readonly counters: Counters;
  readonly logger: Logger;
}

/** The listeners of the edge, and how its own requests find their way out of them (RFC 3263). */
export class SipSockets {
  readonly transports: readonly OpenTransport[];
  readonly locator: TargetLocator;
  readonly #listen: readonly ListenConfig[];
  readonly #resolver: DnsResolver;
  readonly #parts: SipSocketsParts;

  private constructor(
    { listen, dns }: Pick<EdgeConfig, "listen" | "dns">,
    transports: readonly OpenTransport[],
    parts: SipSocketsParts,
  ) {
    this.transports = transports;
    this.#listen = listen;
    this.#parts = parts;
    const servers = dns.servers.length === 0 ? undefined : dns.servers;
    this.#resolver = new DnsResolver({ servers, timeoutMs: dns.timeoutMs });
    const listeners = new Listeners(transports);
    const servers3263 = new ServerLocator({
      resolver: this.#resolver,
      clock: systemClock,
      random: systemRandom,
      transports: listeners.protocols,
      families: familiesOf(listen),
    });
    this.locator = new TargetLocator(servers3263, listeners, {
      largeRequests: ({ address }, near) =>
        near === undefined ? undefined : parts.trunks.find(address, near)?.largeRequests,
    });
    for (const transport of transports) this.#watch(transport);
  }

  /** Opens them in their order; rejects with a `ListenerError`, and none is open then. */
  static async open(config: Pick<EdgeConfig, "listen" | "dns">, parts: SipSocketsParts): Promise<SipSockets> {
    const transports: OpenTransport[] = [];
    try {
      for (const listen of config.listen) transports.push(await openListener(listen));
    } catch (error) {
      await Promise.all(transports.map((transport) => transport.close()));
      throw error;
    }
    return new SipSockets(config, transports, parts);
  }

  /**
   * Reads the files of all certificates again. All are checked first: with one fault anywhere the old ones stay, and the
   * log says what is wrong. Connections that are open keep what they agreed on.
   */
  async reloadCertificates(): Promise<void> {
    const { logger, counters } = this.#parts;
    if (this.#listen.every(({ tls }) => tls === undefined)) {
      logger.log("info", "there are no certificates to be read again");
      return;
    }
    const faults: { readonly listener?: string; readonly error: string }[] = this.#listen.flatMap(
      ({ id, tls }) =>
        (tls === undefined ? [] : fileFaults(tls, textOf)).map(({ message }) => ({
          listener: id,
          error: message,
        })),
    );
    try {
      if (faults.length === 0) await this.#showCertificates();
    } catch (error) {
      // A file that has changed again since it was checked.
      faults.push({ error: error instanceof Error ? error.message : String(error) });
    }
    for (const fault of faults)
      logger.log("error", "certificates are not read again, the old ones stay", fault);
    counters.add("tandem_certificate_reloads_total", faults.length === 0 ? "done" : "failed");
  }

  async #showCertificates(): Promise<void> {
    const read: { readonly transport: OpenTransport | undefined; readonly certificates: Certificates }[] = [];
    for (const { id, tls } of this.#listen) {
      const transport = this.transports.find((each) => each.id === id);
      if (tls !== undefined) read.push({ transport, certificates: await readCertificates(tls) });
    }
    for (const { transport, certificates } of read) {
      transport?.reload?.(certificates);
      this.#parts.logger.log("info", "certificates read again", { listener: transport?.id });
    }
  }

  async close(): Promise<void> {
    this.#resolver.close();
    await Promise.all(this.transports.map((transport) => transport.close()));
  }

  /** What a listener refuses or ends by itself is counted; a scanner does it all day, so it is no line for a person. */
  #watch(transport: OpenTransport): void {
    const { counters, logger } = this.#parts;
    const { id } = transport;
    if (transport instanceof ReliableTransport) {
      transport.limits.onRefused = (limit, source) => {
        counters.add("tandem_sip_connections_refused_total", id, limit);
        logger.log("debug", "connection refused", { listener: id, limit, source });
      };
      transport.onFlowClosed = ({ remoteAddress }, limit) => {
        if (limit === undefined) return;
        counters.add("tandem_sip_connections_ended_total", id, limit);
        logger.log("debug", "connection ended", { listener: id, limit, source: remoteAddress });
      };
    }
    if (transport instanceof TlsTransport)
      transport.onHandshakeFailed = ({ message }) => {
        logger.log("debug", "TLS handshake failed", { listener: id, error: message });
      };
  }
}

/** Families that some listener can send to; `::` serves both (RFC 4291 §2.5.5.2). */
function familiesOf(listen: readonly ListenConfig[]): ("A" | "AAAA")[] {
  const families: ("A" | "AAAA")[] = [];
  if (listen.some(({ address }) => !address.includes(":") || address === "::")) families.push("A");
  if (listen.some(({ address }) => address.includes(":"))) families.push("AAAA");
  return families;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Whoever asks says that it cannot be read.
    return undefined;
  }
}
