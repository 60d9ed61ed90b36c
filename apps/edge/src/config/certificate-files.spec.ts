import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { hasOpenssl, makeCertificateFiles } from "../../../../test/helpers/certificates.ts";
import { configFile } from "../../../../test/helpers/config-faults.ts";
import { faultLine, type ConfigResult } from "./config.ts";
import { loadConfig } from "./load.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-certificates-"));
  if (!hasOpenssl) return;
  makeCertificateFiles(directory, "edge");
  makeCertificateFiles(directory, "other");
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function load(tls: string): ConfigResult {
  const path = join(directory, "edge.yaml");
  const listen = `listen: [{ transport: tls, address: 127.0.0.1:5061, tls: ${tls} }]`;
  writeFileSync(path, configFile({ listen }));
  return loadConfig(path, {});
}

function faultsOf(tls: string): readonly string[] {
  const result = load(tls);
  return result.ok ? [] : result.faults.map((fault) => faultLine(fault).slice(directory.length + 1));
}

const withOpenssl = hasOpenssl ? it : it.skip;

describe("certificates of a listener", () => {
  it("says which file cannot be read, and where that stands", () => {
    expect(faultsOf("{ certificate: no.crt, key: no.key, ca: no-ca.crt }")).toEqual([
      "edge.yaml:2:73: listen[0].tls.certificate: file no.crt cannot be read",
      "edge.yaml:2:86: listen[0].tls.key: file no.key cannot be read",
      "edge.yaml:2:98: listen[0].tls.ca: file no-ca.crt cannot be read",
    ]);
  });

  withOpenssl("are looked for beside the configuration file, each by its absolute path", () => {
    const result = load(
      "{ certificate: edge.crt, key: ./edge.key, ca: other.crt, clientCertificate: require }",
    );
    expect(result.ok && result.config.listen[0]?.tls).toEqual({
      certificate: join(directory, "edge.crt"),
      key: join(directory, "edge.key"),
      ca: join(directory, "other.crt"),
      clientCertificate: "require",
    });
  });

  withOpenssl("are not asked of peers unless that is set", () => {
    const result = load("{ certificate: edge.crt, key: edge.key }");
    expect(result.ok && result.config.listen[0]?.tls).toMatchObject({
      ca: undefined,
      clientCertificate: "none",
    });
  });

  withOpenssl("says that a file is of the other kind", () => {
    expect(faultsOf("{ certificate: edge.key, key: edge.crt }")).toEqual([
      "edge.yaml:2:73: listen[0].tls.certificate: file edge.key has no PEM certificate",
      "edge.yaml:2:88: listen[0].tls.key: file edge.crt has no PEM private key",
    ]);
  });

  withOpenssl("says that key and certificate do not fit each other, and nothing of the key", () => {
    expect(faultsOf("{ certificate: edge.crt, key: other.key }")).toEqual([
      expect.stringMatching(
        /^edge\.yaml:2:\d+: listen\[0\]\.tls: certificate and key cannot be used: .*key values mismatch/,
      ),
    ]);
  });
});
