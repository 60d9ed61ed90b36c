import { readFile } from "node:fs/promises";
import { openTransport, type Certificates, type Listen, type OpenTransport } from "@tandem/sip/node";
import type { ListenConfig, ListenTls } from "../config/config.ts";

const PEER_CERTIFICATES = { none: "none", request: "optional", require: "required" } as const;

/** A listener that did not open, by its id; `cause` is what the system or OpenSSL said. */
export class ListenerError extends Error {
  readonly code = "listener";

  constructor(id: string, cause: unknown) {
    super(`listener ${id}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "ListenerError";
  }
}

/** Opens the socket that the configuration asks for; certificates are read from their files now. */
export async function openListener(config: ListenConfig): Promise<OpenTransport> {
  try {
    return await openTransport(await listenOf(config));
  } catch (error) {
    throw new ListenerError(config.id, error);
  }
}

async function listenOf(config: ListenConfig): Promise<Listen> {
  const { id, transport, address, port, advertise, tls } = config;
  const { connections, connectionsPerSource, idleMs, silentMs, messageMs } = config.limits;
  const socket = {
    ...{ id, address, port, advertise },
    limits: {
      connectionsMax: connections,
      connectionsPerSourceMax: connectionsPerSource,
      idleMs,
      firstOctetsMs: silentMs,
      messageMs,
    },
  };
  switch (transport) {
    case "udp":
      return { ...socket, protocol: "UDP" };
    case "tcp":
      return { ...socket, protocol: "TCP" };
    case "ws":
      return { ...socket, protocol: "WS" };
    case "tls":
    case "wss": {
      if (tls === undefined) throw new TypeError(`${transport} needs certificates`);
      const protocol = transport === "tls" ? "TLS" : "WSS";
      const peerCertificates = PEER_CERTIFICATES[tls.clientCertificate];
      return { ...socket, protocol, certificates: await readCertificates(tls), peerCertificates };
    }
  }
}

/** Rejects with the system's error where a file cannot be read; what is in them is not looked at. */
export async function readCertificates({ certificate, key, ca }: ListenTls): Promise<Certificates> {
  const own = { cert: await readFile(certificate, "utf8"), key: await readFile(key, "utf8") };
  return { own, trusted: ca === undefined ? undefined : [await readFile(ca, "utf8")] };
}
