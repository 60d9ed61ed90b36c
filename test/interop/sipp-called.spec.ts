import { describe, expect, it, jest } from "@jest/globals";
import { startSipp } from "../helpers/sipp.ts";
import { tandem } from "../helpers/tandem.ts";
import { CALLED_SCENARIOS, type CalledScenario } from "./sipp/called.ts";
import { Script } from "./sipp/script.ts";
import { expectPlayed } from "./sipp/suite.ts";

const ADDRESS = "127.0.0.1";
const WAIT_MS = 10_000;

jest.setTimeout(60_000);

/** `tandem carrier call` as a process calls SIPp, which answers over UDP. */
async function place({ proves, clause, args = [], steps, outcome, seesAll }: CalledScenario): Promise<void> {
  const script = new Script("UDP", "called");
  steps(script);
  const xml = script.xml(`${proves} (${clause})`);
  const sipp = await startSipp({
    scenario: { xml },
    ...{ address: ADDRESS, calls: 1, rate: 1, timeoutMs: 30_000, hasMessages: true },
    args: ["-recv_timeout", String(WAIT_MS), ...(seesAll === true ? ["-nr"] : [])],
  });
  const carrier = await tandem([
    ...["carrier", "call", "--target", `sip:${ADDRESS}:${sipp.port}`, "--json"],
    ...["--from", "+4989123456789", "--to", "+493099900100", "--duration", "200ms", "--profile", "sip"],
    ...args,
  ]);
  expectPlayed(await sipp.result, xml);
  const report = JSON.parse(carrier.stdout) as { readonly wentAsAsked: boolean };
  expect(report).toMatchObject(outcome);
  expect(carrier.code).toBe(report.wentAsAsked ? 0 : 1);
}

describe("a call of ours that SIPp takes", () => {
  for (const scenario of CALLED_SCENARIOS)
    it.concurrent(`${scenario.proves} (${scenario.clause})`, () => place(scenario));
});
