import { spawnSync } from "node:child_process";
import { expect, it, jest } from "@jest/globals";
import type { FragmentedCall } from "../helpers/fragmented-call.ts";

jest.setTimeout(60_000);

const PROGRAM = new URL("../helpers/fragmented-call.ts", import.meta.url).pathname;
/** Loopback of a new network namespace, with the MTU of an Ethernet; it is gone with what runs in it. */
const IN_NAMESPACE = ["--net", "sh", "-c", 'ip link set lo mtu 1500 up && exec "$@"', "sh"];

const probe = spawnSync("unshare", [...IN_NAMESPACE, "true"], { encoding: "utf8" });
const isPossible = probe.status === 0;
if (!isPossible) {
  const reason = probe.error?.message ?? probe.stderr.trim();
  console.warn(`SKIPPED: IP fragments, since no network namespace can be made here: ${reason}`);
}

(isPossible ? it : it.skip)(
  "an INVITE of 8 kB comes in fragments, and its 200 leaves in fragments (RFC 3261 §18.1.1)",
  () => {
    const { status, stdout, stderr } = spawnSync("unshare", [...IN_NAMESPACE, process.execPath, PROGRAM], {
      encoding: "utf8",
      timeout: 50_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const call = JSON.parse(stdout) as FragmentedCall;
    expect(call.inviteOctets).toBeGreaterThan(8_000);
    expect(call.answerOctets).toBeGreaterThan(8_000);
    expect(call.isup).toBe("0900");
    // INVITE, 180 and 200: five fragments and more each.
    expect(call.fragmentsMade).toBeGreaterThanOrEqual(3 * 5);
    expect(call.reassembled).toBeGreaterThanOrEqual(3);
  },
);
