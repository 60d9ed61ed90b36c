import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { isupOctets } from "./build.ts";
import { decodeIsup } from "./decode.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import { isupFromJson, isupToJson } from "./json.ts";
import { randomMessage, SeededOctets, vocabularyOf } from "./testing/random-messages.ts";
import { VARIANTS } from "./variants.ts";

const schema = JSON.parse(
  readFileSync(new URL("../schema/isup-message.schema.json", import.meta.url), "utf8"),
) as object;
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

function faultsOf(json: unknown): readonly string[] {
  if (validate(JSON.parse(JSON.stringify(json)))) return [];
  return (validate.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath} ${message}`);
}

function jsonOf(hex: string): unknown {
  const result = decodeIsup(octetsOfHex(hex) ?? new Uint8Array(0));
  if (!result.ok) throw new Error(result.error.message);
  return isupToJson(result.message);
}

describe("isup-message.schema.json", () => {
  it.each(VARIANTS)("describes what isupToJson writes of every message and parameter, %s", (variant) => {
    const { messages, parameters } = vocabularyOf(variant);
    const random = new SeededOctets(3_204);
    let next = 0;
    for (let run = 0; run < 2 * messages.length; run++) {
      const optional = Array.from({ length: 6 }, () => parameters[next++ % parameters.length]);
      const names = optional.flatMap((reader) => (reader === undefined ? [] : [reader.name]));
      const made = randomMessage(random.pick(messages), variant, names, random);
      const octets = isupOctets(made.messageType, made.parameters, { variant });
      const result = decodeIsup(octets, { variant });
      if (!result.ok) throw new Error(result.error.message);
      expect([hexOf(octets), faultsOf(isupToJson(result.message))]).toEqual([hexOf(octets), []]);
    }
  });

  it("describes what is odd, too", () => {
    expect(faultsOf(jsonOf("09 01 03 02 1e02 3d 01 05 3d 01 09 fe 02 abcd 00 77"))).toEqual([]);
    expect(faultsOf(jsonOf("009101"))).toEqual([]);
  });

  it("refuses what is none", () => {
    expect(faultsOf({ messageType: "ANM", variant: "itu-t92+", parameters: { hop: {} } })).toHaveLength(1);
    const json = { messageType: "ANM", variant: "itu-t92+", parameters: { hopCounter: { value: 32 } } };
    expect(faultsOf(json)).toHaveLength(1);
  });
});

describe("isupFromJson", () => {
  function octetsFrom(json: unknown): string {
    const result = isupFromJson(json);
    return result.ok ? hexOf(result.message.octets) : result.error.message;
  }

  it("takes numbers, names in their place, or a parameter's octets", () => {
    const parameters = {
      causeIndicators: { causeValue: 17, location: "public network serving the remote user" },
      userToUserInformation: { octets: "0448" },
      genericNotificationIndicator: [{ name: "remoteHold" }],
    };
    expect(octetsFrom({ messageType: "REL", variant: "itu-t92+", parameters })).toBe(
      "0c0204028491200204482c01f900",
    );
  });

  it("changes what differs from the octets, and nothing else", () => {
    const json = jsonOf("09 01 2e 01 fe 3d 01 e5 00 77") as { parameters: Record<string, unknown> };
    expect(octetsFrom(json)).toBe("09012e01fe3d01e50077");
    const { accessDeliveryInformation, ...others } = json.parameters;
    const changed = { ...json, parameters: { ...json.parameters, hopCounter: { value: 6 } } };
    expect(octetsFrom(changed)).toBe("09012e01fe3d01e60077");
    expect(accessDeliveryInformation).toBeDefined();
    expect(octetsFrom({ ...json, parameters: others })).toBe("09013d01e50077");
  });

  it.each<[string, unknown, string]>([
    ["no object", 1, "the message is no object"],
    ["no variant of ours", { variant: "x", messageType: "REL" }, "variant x is not known"],
    ["no message of the variant", { messageType: "CRM" }, "itu-t92+ has no message CRM"],
    ["no mandatory parameter", { messageType: "REL" }, "REL needs causeIndicators"],
    [
      "a parameter that there is not",
      { messageType: "ANM", parameters: { hop: {} } },
      "no parameter is called hop",
    ],
    [
      "a number that is too large",
      { messageType: "ANM", parameters: { hopCounter: { value: 32 } } },
      "value: 32 is no number from 0 to 31",
    ],
    [
      "a name that there is not",
      { messageType: "CPG", parameters: { eventInformation: { name: "ringing" } } },
      'name: "ringing" is none of its names',
    ],
    [
      "octets that are no hex",
      { messageType: "ANM", parameters: { correlationId: { octets: "0g" } } },
      "correlationId.octets: no hexadecimal octets",
    ],
    [
      "digits that are none",
      { messageType: "SAM", parameters: { subsequentNumber: { digits: "12x" } } },
      'digits: "x" in 12x is no address signal',
    ],
    [
      "a list that is none",
      { messageType: "CPG", parameters: { eventInformation: {}, genericNumber: {} } },
      "genericNumber is a list",
    ],
    [
      "a content that does not fit a length octet",
      { messageType: "ANM", parameters: { correlationId: { octets: "00".repeat(256) } } },
      "a length of 256 does not fit an octet",
    ],
  ])("refuses %s", (_what, json, message) => {
    expect(octetsFrom(json)).toBe(message);
  });
});
