import { describe, expect, it, jest } from "@jest/globals";
import { runSipp, startSipp, type SippOptions } from "../helpers/sipp.ts";
import { Tandem, tandem } from "../helpers/tandem.ts";
import { ANSWERED_SCENARIOS, type AnsweredScenario } from "./sipp/answered.ts";
import { CALLED_SCENARIOS, type CalledScenario } from "./sipp/called.ts";
import { Script } from "./sipp/script.ts";
import { expectPlayed } from "./sipp/suite.ts";

const ADDRESS = "127.0.0.1";
const ONE_CALL = { address: ADDRESS, calls: 1, rate: 100, timeoutMs: 30_000, hasMessages: true } as const;
const WAITS = ["-recv_timeout", "10000"];

jest.setTimeout(60_000);

function xmlOf(role: "caller" | "called", scenario: AnsweredScenario | CalledScenario): string {
  const script = new Script("UDP", role);
  scenario.steps(script);
  return script.xml(`${scenario.proves} (${scenario.clause})`);
}

/** `tandem carrier call` as a process calls SIPp, which answers over UDP. */
async function placeCall(scenario: CalledScenario): Promise<void> {
  const { args = [], outcome, seesAll } = scenario;
  const xml = xmlOf("called", scenario);
  const options: SippOptions = {
    ...ONE_CALL,
    scenario: { xml },
    args: [...WAITS, ...(seesAll === true ? ["-nr"] : [])],
  };
  const sipp = await startSipp(options);
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

/** SIPp calls `tandem carrier answer` as a process. */
async function takeCall(scenario: AnsweredScenario): Promise<void> {
  const { args = [], outcome } = scenario;
  const after = ["--after", "200ms"];
  const carrier = new Tandem(["carrier", "answer", "--listen", `${ADDRESS}:0`, "--json", ...after, ...args]);
  const [, target = ""] = await carrier.says(/takes calls on (\S+)/);
  const xml = xmlOf("caller", scenario);
  expectPlayed(await runSipp({ ...ONE_CALL, target, scenario: { xml }, args: WAITS }), xml);
  await carrier.says(/^\{.*\}$/m);
  const { code, stdout } = await carrier.signal("SIGINT");
  expect(JSON.parse(stdout)).toMatchObject(outcome);
  expect(code).toBe(0);
}

describe("a call of ours that SIPp takes", () => {
  for (const scenario of CALLED_SCENARIOS)
    it.concurrent(`${scenario.proves} (${scenario.clause})`, () => placeCall(scenario));
});

describe("a call of SIPp's that the carrier takes", () => {
  for (const scenario of ANSWERED_SCENARIOS)
    it.concurrent(`${scenario.proves} (${scenario.clause})`, () => takeCall(scenario));
});
