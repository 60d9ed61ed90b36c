import { describe, expect, it } from "@jest/globals";
import { createLogger, type Level } from "./logger.ts";

function written(least: Level): { log: ReturnType<typeof createLogger>; lines: string[] } {
  const lines: string[] = [];
  return { log: createLogger((line) => lines.push(line), least), lines };
}

describe("the log", () => {
  it("writes time, level, name, message, then fields; blanks and quotes are quoted, undefined is left out", () => {
    const { log, lines } = written("info");
    log
      .child("sip")
      .log("warn", "odd", { peer: "192.0.2.1", port: 5060, why: 'a "b"', is: true, no: undefined });
    const [time, rest] = [lines[0]?.slice(0, 24) ?? "", lines[0]?.slice(24)];
    expect(new Date(time).toISOString()).toBe(time);
    expect(rest).toBe(' warn edge.sip: odd peer=192.0.2.1 port=5060 why="a \\"b\\"" is=true');
  });

  it("keeps one entry in one line, whatever a peer sent", () => {
    const { log, lines } = written("info");
    log.log("info", "refused", { detail: "x\nerror edge: forged" });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("\n");
  });

  it.each([
    ["error", ["error"]],
    ["warn", ["error", "warn"]],
    ["info", ["error", "warn", "info"]],
    ["debug", ["error", "warn", "info", "debug"]],
  ] as const)("with least level %s writes %s", (least, expected) => {
    const { log, lines } = written(least);
    for (const level of ["error", "warn", "info", "debug"] as const) log.log(level, level);
    expect(lines.map((line) => line.split(" ")[1])).toEqual(expected);
  });
});
