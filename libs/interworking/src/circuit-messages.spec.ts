import { describe, expect, it } from "@jest/globals";
import { ANSI_MESSAGES, ITU_MESSAGES } from "@tandem/isup";
import { isCircuitMessage } from "./circuit-messages.ts";

describe("messages about circuits (RFC 3398 §11, §13)", () => {
  it("are those that are no part of a call", () => {
    const types = [...new Set([...Object.keys(ITU_MESSAGES), ...Object.keys(ANSI_MESSAGES)])];
    expect(types.filter((type) => isCircuitMessage(type)).toSorted()).toEqual([
      ...["BLA", "BLO", "CCR", "CGB", "CGBA", "CGU", "CGUA", "CQM", "CQR", "CRA", "CRM", "CVR", "CVT"],
      ...["GRA", "GRS", "LPA", "OLM", "RSC", "UBA", "UBL", "UCIC", "UPA", "UPT"],
    ]);
  });
});
