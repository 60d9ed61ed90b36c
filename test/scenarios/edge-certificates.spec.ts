import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { hasOpenssl, makeCertificateFiles, type CertificateFiles } from "../helpers/certificates.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { TestCall } from "../helpers/sip-call.ts";
import { closeClients, SipClient } from "../helpers/sip-client.ts";
import { tlsWire, webSocketWire, type Peer, type Wire } from "../helpers/sip-wires.ts";

jest.setTimeout(20_000);

const WIRES = { tls: tlsWire, wss: webSocketWire } as const;
const RELOADS = "tandem_certificate_reloads_total";

let directory: string;
let files: CertificateFiles;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-certificates-"));
});

afterEach(() => {
  closeClients();
  rmSync(directory, { recursive: true, force: true });
});

afterAll(removeEdges);

/** Another pair in the same files; gives what a peer has to trust. */
function renew(): string {
  files = makeCertificateFiles(directory, "edge");
  return readFileSync(files.certificate, "utf8");
}

const edgeWith = (transport: "tls" | "wss"): Promise<TestEdge> =>
  startEdge({ listen: [{ id: "secure", transport, address: "127.0.0.1:0", tls: files }] });

async function callOver(wire: Wire, peer: Peer): Promise<TestCall> {
  const call = new TestCall(new SipClient(wire, peer), peer);
  await call.establish();
  return call;
}

if (!hasOpenssl) process.stderr.write("SKIPPED: new certificates by SIGHUP, there is no openssl\n");

(hasOpenssl ? describe : describe.skip).each(["tls", "wss"] as const)(
  "SIGHUP at an edge with %s",
  (transport) => {
    const connect = WIRES[transport];

    it("shows new connections the new certificate, and open calls go on over the old", async () => {
      const before = renew();
      const edge = await edgeWith(transport);
      const peer = { address: edge.address, port: edge.portOf("secure") };
      const first = await callOver(await connect(peer, before), peer);
      const after = renew();
      edge.signal("SIGHUP");
      await edge.says(/ info edge\.sip: certificates read again listener=secure$/);
      await expect(connect(peer, before)).rejects.toThrow("certificate");
      const second = await callOver(await connect(peer, after), peer);
      await first.bye();
      await second.bye();
      expect(await edge.counter(RELOADS, "done")).toBe(1);
      expect(await edge.stop()).toBe(0);
    });

    it("keeps the old one where a file is faulty, and says which and what", async () => {
      const before = renew();
      const edge = await edgeWith(transport);
      const peer = { address: edge.address, port: edge.portOf("secure") };
      writeFileSync(files.certificate, "no certificate");
      edge.signal("SIGHUP");
      const refused = "error edge.sip: certificates are not read again, the old ones stay listener=secure";
      const line = await edge.says(new RegExp(`${refused} error=.*`));
      expect(line).toContain(`file ${files.certificate} has no PEM certificate`);
      // A key of another certificate.
      const { key } = makeCertificateFiles(directory, "other");
      writeFileSync(files.certificate, before);
      writeFileSync(files.key, readFileSync(key));
      edge.signal("SIGHUP");
      await edge.says(/certificate and key cannot be used/);
      rmSync(files.key);
      edge.signal("SIGHUP");
      await edge.says(/edge\.key cannot be read/);
      const call = await callOver(await connect(peer, before), peer);
      await call.bye();
      expect(await edge.counter(RELOADS, "failed")).toBe(3);
      expect(await edge.stop()).toBe(0);
    });
  },
);

(hasOpenssl ? describe : describe.skip)("SIGHUP at an edge that asks for certificates", () => {
  it("trusts who the new file of authorities vouches for, and nobody else (RFC 5922 §7.4)", async () => {
    const trusted = renew();
    const carrier = (): { readonly certificate: string; readonly cert: string; readonly key: string } => {
      const { certificate, key } = makeCertificateFiles(directory, "carrier");
      return { certificate, cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
    };
    const before = carrier();
    const tls = { ...files, ca: before.certificate, clientCertificate: "require" };
    const edge = await startEdge({
      listen: [{ id: "secure", transport: "tls", address: "127.0.0.1:0", tls }],
    });
    const peer = { address: edge.address, port: edge.portOf("secure") };
    const first = await callOver(await tlsWire(peer, trusted, before), peer);
    const after = carrier();
    edge.signal("SIGHUP");
    await edge.says(/certificates read again listener=secure$/);
    const second = await callOver(await tlsWire(peer, trusted, after), peer);
    // TLS 1.3: the client learns of the refusal after its own part of the handshake.
    const refused = new TestCall(new SipClient(await tlsWire(peer, trusted, before), peer), peer);
    refused.invite();
    await expect(refused.response(100, "INVITE", 1_000)).rejects.toThrow("no 100 to INVITE");
    await first.bye();
    await second.bye();
    expect(await edge.stop()).toBe(0);
  });
});
