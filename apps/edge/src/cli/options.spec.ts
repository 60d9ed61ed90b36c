import { describe, expect, it } from "@jest/globals";
import { CommandError } from "./exit.ts";
import { optionsOf } from "./options.ts";

const OPTIONS = { config: { type: "string" }, json: { type: "boolean" } } as const;

function refusal(args: readonly string[], positionalsMax = 0): string {
  try {
    optionsOf(args, OPTIONS, positionalsMax);
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new TypeError(`${args.join(" ")} was taken`);
}

describe("optionsOf", () => {
  it("takes values behind a space and behind =, switches, and arguments", () => {
    const { values, positionals } = optionsOf(["a", "--config", "x", "--json", "--", "--b"], OPTIONS, 2);
    expect({ ...values }).toEqual({ config: "x", json: true });
    expect(positionals).toEqual(["a", "--b"]);
    expect(optionsOf(["--config=--x"], OPTIONS).values.config).toBe("--x");
  });

  it.each([
    [["--confg", "x"], "unknown option --confg; did you mean --config?"],
    [["--toString"], "unknown option --toString"],
    [["-j"], "unknown option -j"],
    [["--config"], "--config needs a value"],
    [["--config", "--json"], "--config needs a value"],
    [["--json=1"], "--json takes no value"],
    [["x"], "unexpected argument x"],
  ])("refuses %j as a wrong command line", (args, message) => {
    expect(refusal(args)).toBe(message);
  });

  it("refuses one argument more than there may be", () => {
    expect(refusal(["a", "b"], 1)).toBe("unexpected argument b");
  });
});
