import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { configFile } from "../../../../test/helpers/config-faults.ts";
import { faultLine } from "./config.ts";
import { loadConfig } from "./load.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-config-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function written(name: string, text: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function faultsOf(path: string, environment: Readonly<Record<string, string>> = {}): readonly string[] {
  const result = loadConfig(path, environment);
  return result.ok ? [] : result.faults.map((fault) => faultLine(fault).slice(directory.length + 1));
}

const PASSWORD = (text: string): string =>
  configFile({ more: `kafka: { sasl: { mechanism: plain, username: u, password: "${text}" } }\n` });

function passwordOf(path: string, environment: Readonly<Record<string, string>> = {}): string | undefined {
  const result = loadConfig(path, environment);
  return result.ok ? result.config.kafka.sasl?.password.reveal() : undefined;
}

describe("loadConfig", () => {
  it("reads a file and the environment", () => {
    const path = written("env.yaml", PASSWORD("${env:PASSWORD}!"));
    expect(passwordOf(path, { PASSWORD: "tiger" })).toBe("tiger!");
  });

  it("reads the process's environment where no other is given", () => {
    const path = written("path.yaml", PASSWORD("${env:PATH}"));
    expect(loadConfig(path).ok).toBe(true);
  });

  it("finds files beside the configuration, and takes their last line end off", () => {
    mkdirSync(join(directory, "secrets"));
    written("secrets/unix", " tiger \n");
    written("secrets/windows", "tiger\r\n");
    written("secrets/two", "tiger\n\n");
    expect(passwordOf(written("a.yaml", PASSWORD("${file:secrets/unix}")))).toBe(" tiger ");
    expect(passwordOf(written("b.yaml", PASSWORD("${file:secrets/windows}")))).toBe("tiger");
    expect(passwordOf(written("c.yaml", PASSWORD("${file:secrets/two}")))).toBe("tiger\n");
    expect(passwordOf(written("d.yaml", PASSWORD(`\${file:${directory}/secrets/unix}`)))).toBe(" tiger ");
  });

  it.each([
    ["a variable that is not set", "${env:PASSWORD}", "environment variable PASSWORD is not set"],
    ["what every object has", "${env:constructor}", "environment variable constructor is not set"],
    ["a file that there is not", "${file:none}", "file none cannot be read"],
    ["a directory", "${file:.}", "file . cannot be read"],
    ["a device without end", "${file:/dev/zero}", "file /dev/zero cannot be read"],
  ])("says with its line: %s", (_what, reference, message) => {
    const path = written("missing.yaml", PASSWORD(reference));
    expect(faultsOf(path)).toEqual([`missing.yaml:5:59: kafka.sasl.password: ${message}`]);
  });

  it("says what is wrong with the file itself", () => {
    expect(faultsOf(join(directory, "none.yaml"))).toEqual(["none.yaml:1:1: there is no such file"]);
    mkdirSync(join(directory, "folder.yaml"));
    expect(faultsOf(join(directory, "folder.yaml"))).toEqual(["folder.yaml:1:1: this is a directory"]);
    const large = written("large.yaml", Buffer.alloc(1024 * 1024 + 1, "#"));
    expect(faultsOf(large)).toEqual(["large.yaml:1:1: more than 1048576 octets: this is no configuration"]);
  });

  it("reads a file of the largest size", () => {
    const text = configFile();
    const path = written("full.yaml", `${text}#${" ".repeat(1024 * 1024 - text.length - 1)}`);
    expect(faultsOf(path)).toEqual([]);
  });
});
