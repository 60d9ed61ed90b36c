import { describe, expect, it } from "@jest/globals";
import { IsupAnswers, type IsupDialect } from "./leg-isup.ts";

const dialect = (variant: IsupDialect["variant"]): IsupDialect => ({
  variant,
  version: variant,
  base: undefined,
});

describe("the answer in a 200 to INVITE (RFC 3398 §7.2.7, §13)", () => {
  it("is ANM behind an ACM and CON without one, which ANSI does not have", () => {
    const answers = new IsupAnswers();
    const answerOf = (variant: IsupDialect["variant"], hasSentAcm: boolean): string =>
      answers.anm(dialect(variant), hasSentAcm).event.messageType;
    expect([answerOf("itu-t92+", true), answerOf("itu-t92+", false)]).toEqual(["ANM", "CON"]);
    expect([answerOf("ansi88", true), answerOf("ansi88", false)]).toEqual(["ANM", "ANM"]);
  });
});
