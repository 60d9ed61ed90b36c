/** Debian packages that tests need: installed where root runs them, named where they are missing. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cleanEnvironment, findProgram, run } from "./project.mjs";

const isProgram = (name) => () => findProgram(name) !== undefined;
/** They lie below the machine's triplet, /usr/lib/x86_64-linux-gnu for one. */
const isKamailioModule = (name) => () =>
  readdirSync("/usr/lib").some((entry) =>
    existsSync(join("/usr/lib", entry, "kamailio/modules", `${name}.so`)),
  );

/** Debian's python3 comes without what makes an environment. */
const hasVenv = () => spawnSync("python3", ["-c", "import ensurepip, venv"]).status === 0;

/** What suites name, by the package that has it; a service that comes with it is not to run on the user's machine. */
const PARTS = {
  sipp: { package: "sip-tester", isThere: isProgram("sipp") },
  tshark: { package: "tshark", isThere: isProgram("tshark") },
  kcat: { package: "kcat", isThere: isProgram("kcat") },
  openssl: { package: "openssl", isThere: isProgram("openssl") },
  ip: { package: "iproute2", isThere: isProgram("ip") },
  script: { package: "bsdutils", isThere: isProgram("script") },
  sipsak: { package: "sipsak", isThere: isProgram("sipsak") },
  stunnel: { package: "stunnel4", isThere: isProgram("stunnel4"), service: "stunnel4" },
  kamailio: { package: "kamailio", isThere: isProgram("kamailio"), service: "kamailio" },
  "kamailio's tls": { package: "kamailio-tls-modules", isThere: isKamailioModule("tls") },
  "kamailio's websocket": { package: "kamailio-websocket-modules", isThere: isKamailioModule("websocket") },
  "python's venv": { package: "python3-venv", isThere: hasVenv },
  baresip: { package: "baresip-core", isThere: isProgram("baresip") },
};

/** Forbids Debian's scripts to start a service that they install (exit code 101: not allowed). */
const POLICY = "/usr/sbin/policy-rc.d";

/**
 * Installs those of `names` that are missing.
 * @returns {Promise<Map<string, string>>} what is missing after that, with the reason
 */
export async function provideDebianPackages(names) {
  const parts = Object.entries(PARTS).filter(([name]) => names.has(name));
  const isRoot = process.getuid?.() === 0;
  const wanted = parts.map(([, part]) => part).filter(({ isThere }) => !isThere());
  if (wanted.length > 0 && isRoot && findProgram("apt-get") !== undefined) await install(wanted);
  return new Map(
    parts
      .filter(([, { isThere }]) => !isThere())
      .map(([name, part]) => [name, `${name} is not installed (Debian: apt-get install ${part.package})`]),
  );
}

/** Somebody else may be installing: apt waits so long for its turn, seconds. */
const LOCK_S = 120;

async function install(wanted) {
  const packages = wanted.map((part) => part.package);
  process.stderr.write(`tandem: installing ${packages.join(", ")} …\n`);
  const options = { capture: true, env: cleanEnvironment({ DEBIAN_FRONTEND: "noninteractive" }) };
  const services = wanted.flatMap(({ service }) => (service === undefined ? [] : [service]));
  await run("apt-get", ["update", "-q"], options);
  const { code, output } = await withoutServices(services, () =>
    run(
      "apt-get",
      ["install", "-q", "-y", "--no-install-recommends", "-o", `DPkg::Lock::Timeout=${LOCK_S}`, ...packages],
      options,
    ),
  );
  if (code !== 0) process.stderr.write(`tandem: apt-get failed: ${output.trim().split("\n").at(-1)}\n`);
}

/** A user's machine gets no SIP proxy on port 5060 by running tests: neither now nor after its next start. */
async function withoutServices(services, act) {
  if (services.length === 0 || existsSync(POLICY)) return act();
  writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return await act();
  } finally {
    rmSync(POLICY, { force: true });
    if (findProgram("systemctl") !== undefined)
      await run("systemctl", ["disable", ...services], { capture: true });
  }
}
