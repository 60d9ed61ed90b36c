import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { causeIndicatorsOf, decodeIsup, hexOf, variantOf } from "@tandem/isup";
import { parseMessage } from "@tandem/sip";
import { readBody } from "./bodies.ts";
import { Q1912_5, RFC3398, withOverrides } from "./cause-profiles.ts";
import { causeFromStatus, causeOfRequest, statusFromCause, type CauseRules } from "./causes.ts";

/** Bodies and tables of other implementations: read where the folder is, never copied here. */
const root = resolve(import.meta.dirname, "../../..", process.env["TANDEM_CORPUS"] ?? "../shared/corpus");

function load(name: string): unknown {
  const file = `${root}/isup/${name}`;
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

interface MimeVector {
  readonly id: string;
  readonly name: string;
  readonly sipHex: string;
  readonly expect: {
    readonly isup: {
      readonly version?: string;
      readonly base?: string;
      readonly handling?: string;
      readonly disposition?: string;
      readonly messageType?: string;
      readonly hex?: string;
      readonly cause?: number;
      readonly location?: number;
      readonly supported?: boolean;
      readonly error?: string;
    };
    readonly sdp?: boolean;
  };
  readonly respond?: number;
}

const mime = load("mime_vectors.json") as MimeVector[] | undefined;
(mime === undefined ? describe.skip : describe)(
  mime === undefined ? "SKIPPED corpus of bodies" : "corpus of bodies",
  () => {
    it.each(mime ?? [])("$id $name", ({ sipHex, expect: { isup: expected, sdp } }) => {
      const parsed = parseMessage(Uint8Array.from(Buffer.from(sipHex, "hex")));
      if (!parsed.ok) throw new Error(parsed.error.message);
      const { message } = parsed;
      const result = readBody(
        message.header("content-type"),
        message.body,
        message.header("content-disposition"),
      );
      if (!result.ok) throw new Error(result.error.message);
      const { isup, unsupportedRequired, problems } = result.body;
      expect(result.body.sdp !== undefined).toBe(sdp === true);
      if (expected.supported === false || expected.error !== undefined) {
        expect(isup).toBeUndefined();
        expect(problems).toHaveLength(1);
        expect(unsupportedRequired).toHaveLength(expected.handling === "required" ? 1 : 0);
        return;
      }
      if (isup === undefined) throw new Error("no ISUP");
      const { version, base, handling, disposition } = expected;
      expect(isup).toMatchObject(
        Object.fromEntries(
          Object.entries({ version, base, handling, disposition }).filter(([, v]) => v !== undefined),
        ),
      );
      const variant = variantOf(isup.base ?? "") ?? variantOf(isup.version) ?? "itu-t92+";
      const decoded = decodeIsup(isup.octets, { variant });
      if (!decoded.ok) throw new Error(decoded.error.message);
      expect(decoded.message.messageType).toBe(expected.messageType?.split(" ")[0]);
      if (expected.hex !== undefined) expect(hexOf(isup.octets)).toBe(expected.hex);
      const { causeIndicators } = decoded.message.parameters;
      if (expected.cause !== undefined) {
        expect(causeIndicators).toMatchObject({
          causeValue: expected.cause,
          locationValue: expected.location,
        });
      }
    });
  },
);

type Rows = Readonly<Record<string, number | string | null>>;

interface CauseMap {
  readonly rfc3398: {
    readonly isupToSip: Readonly<Record<string, number | null>>;
    readonly isupToSipDefault: number;
    readonly sipToIsup: Rows;
  };
  readonly q1912_5_sipToIsup_as_in_opensips: Rows;
  readonly q1912_5_known_points: Rows;
  readonly vendor_audiocodes: { readonly isupToSip: Rows; readonly sipToIsup: Rows };
}

const map = load("cause_map.json") as CauseMap | undefined;
const causes = map?.rfc3398;
/** Rows from number to number: others are remarks, or say that there is none. */
function numbersOf(rows: Rows | undefined): [number, number][] {
  return Object.entries(rows ?? {}).flatMap(([from, to]) =>
    /^\d+$/.test(from) && typeof to === "number" ? [[Number(from), to] as [number, number]] : [],
  );
}
const TRANSIT = 3;
(causes === undefined ? describe.skip : describe)(
  causes === undefined ? "SKIPPED corpus of causes" : "corpus of causes",
  () => {
    it("has no other rows than ours, cause to status (RFC 3398 §7.2.4.1)", () => {
      for (let value = 1; value <= 127; value++) {
        const expected = causes?.isupToSip[String(value)] ?? causes?.isupToSipDefault;
        expect([value, statusFromCause(causeIndicatorsOf(value, TRANSIT)).status]).toEqual([value, expected]);
      }
    });

    it("has no other rows than ours, status to cause (RFC 3398 §8.2.6.1)", () => {
      for (let status = 400; status <= 699; status++) {
        const expected = causes?.sipToIsup[String(status)];
        const value = typeof expected === "number" ? expected : 31;
        expect([status, causeFromStatus(status).cause.causeValue]).toEqual([status, value]);
      }
    });

    it("has the rows of Q.1912.5 that could be read, and no others from status to cause", () => {
      const rules: CauseRules = { profile: Q1912_5, reason: "by-clause" };
      const rows = map?.q1912_5_sipToIsup_as_in_opensips ?? {};
      const known = new Map(numbersOf(rows));
      expect(known.size).toBe(8);
      for (let status = 400; status <= 699; status++) {
        const { causeValue, locationValue } = causeFromStatus(status, [], Q1912_5).cause;
        const expected = known.get(status) ?? rows["default4xx5xx6xx"];
        expect([status, causeValue, locationValue]).toEqual([status, expected, rows["location"]]);
      }
      const none = { reasons: [], rel: undefined };
      expect(causeOfRequest(none, rules, "BYE").cause.causeValue).toBe(rows["BYE without Reason"]);
      expect(causeOfRequest(none, rules, "CANCEL").cause.causeValue).toBe(rows["CANCEL without Reason"]);
      for (const [value, status] of numbersOf(map?.q1912_5_known_points))
        expect(statusFromCause(causeIndicatorsOf(value, TRANSIT), Q1912_5).status).toBe(status);
    });

    it("a vendor's table is a trunk's overrides, and each of its rows fires", () => {
      const source = "vendor";
      const toSip = numbersOf(map?.vendor_audiocodes.isupToSip);
      const toIsup = numbersOf(map?.vendor_audiocodes.sipToIsup);
      expect([toSip.length, toIsup.length]).toEqual([55, 36]);
      const profile = withOverrides(RFC3398, {
        statusFromCause: toSip.map(([cause, status]) => ({ cause, status, source })),
        causeFromStatus: toIsup.map(([status, cause]) => ({ status, cause, source })),
      });
      for (const [cause, status] of toSip)
        expect(statusFromCause(causeIndicatorsOf(cause, TRANSIT), profile)).toEqual({
          status,
          row: `vendor: ${cause} → ${status}`,
        });
      for (const [status, cause] of toIsup)
        expect(causeFromStatus(status, [], profile)).toMatchObject({
          cause: { causeValue: cause },
          row: `vendor: ${status} → ${cause}`,
        });
    });
  },
);
