import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ANSWERED_SCENARIOS } from "./sipp/answered.ts";
import { CALLED_SCENARIOS } from "./sipp/called.ts";
import { CALLS } from "./sipp/calls.ts";
import { ENDINGS } from "./sipp/endings.ts";
import { IN_CALL } from "./sipp/in-call.ts";
import { ISUP_CALLS } from "./sipp/isup.ts";
import { LONG } from "./sipp/long.ts";
import { REFUSED_CALLS, REQUESTS } from "./sipp/refusals.ts";
import { RELIABLE_RINGING } from "./sipp/reliable.ts";
import { SESSIONS } from "./sipp/sessions.ts";
import { OVER } from "./sipp/suite.ts";

const README = new URL("README.md", import.meta.url);

const OF_THE_EDGE = [
  ...[CALLS, SESSIONS, RELIABLE_RINGING, IN_CALL, ENDINGS, REFUSED_CALLS, REQUESTS, ISUP_CALLS, LONG],
].flat();

/** The section about SIPp. */
const SECTION = /^## SIPp\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(readFileSync(README, "utf8"))?.[1] ?? "";

/** Rows of its tables, without heads and without the white space that aligns them. */
function rows(): string[] {
  return SECTION.split("\n")
    .filter((line) => /^\| (?!---|what )/.test(line))
    .map((line) => line.replace(/ +\|/g, " |"));
}

describe("README.md", () => {
  it("has each SIPp scenario with what it proves, its clause and its transports", () => {
    const edge = OF_THE_EDGE.map(({ proves, clause, over = OVER }) => [proves, clause, over.join(", ")]);
    const carrier = [...CALLED_SCENARIOS, ...ANSWERED_SCENARIOS].map(({ proves, clause }) => [
      proves,
      clause,
      "udp",
    ]);
    const wanted = [...edge, ...carrier].map((cells) => `| ${cells.join(" | ")} |`);
    expect(rows()).toEqual(wanted);
  });

  it("says how many there are", () => {
    expect(SECTION).toContain(`${OF_THE_EDGE.length} scenarios call the edge`);
    expect(SECTION).toContain(`${CALLED_SCENARIOS.length} take calls of the carrier`);
    expect(SECTION).toContain(`${ANSWERED_SCENARIOS.length} call the carrier`);
  });

  it("tells them apart: no two prove the same", () => {
    const proofs = OF_THE_EDGE.map(({ proves }) => proves);
    expect(new Set(proofs).size).toBe(proofs.length);
  });
});
