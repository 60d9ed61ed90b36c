import {
  ANSI_MESSAGES,
  BELLCORE_MESSAGES,
  BLUE_BOOK_MESSAGES,
  ITU_MESSAGES,
  NATIONAL_MESSAGES,
  type MessageLayout,
  type MessageType,
} from "./messages.ts";
import type { Edition } from "./parameter-row.ts";
import { ANSI_CONTENTS, ANSI_PARAMETERS } from "./parameters-ansi.ts";
import { PARAMETERS } from "./parameters-itu.ts";
import {
  BLUE_BOOK_PARAMETERS,
  JAPAN_PARAMETERS,
  SINGAPORE_PARAMETERS,
  SPAIN_PARAMETERS,
  UK_PARAMETERS,
} from "./parameters-national.ts";
import { PARAMETER_ROWS, type ParameterName } from "./parameters.ts";
import type { Part } from "./parts.ts";

/** The tables a variant is read with. */
export type IsupFamily = "itu" | "ansi";

type ParameterTable = Partial<typeof PARAMETER_ROWS>;
type MessageTable = Partial<Readonly<Record<MessageType, MessageLayout>>>;

/** A variant: an edition of the base, and tables over it, of which the last wins where codes are the same. */
interface VariantRow {
  readonly title: string;
  readonly family: IsupFamily;
  /** Of Q.763, up to which its parameters and messages are the variant's. */
  readonly edition: Edition;
  readonly parameters: readonly ParameterTable[];
  readonly messages: readonly MessageTable[];
  /** Whether it has the compatibility procedure of Q.764 §2.9.5 (RFC 3204 §3.1, table 1). */
  readonly hasCompatibility: boolean;
}

const itu = (
  title: string,
  edition: Edition,
  { parameters = [], messages = [] }: Partial<Pick<VariantRow, "parameters" | "messages">> = {},
): VariantRow => ({
  title,
  family: "itu",
  edition,
  parameters: [PARAMETERS, ...parameters],
  messages: [ITU_MESSAGES, ...messages],
  hasCompatibility: edition > 1988,
});

const ansi = (
  title: string,
  edition: Edition,
  { parameters = [], messages = [] }: Partial<Pick<VariantRow, "parameters" | "messages">> = {},
): VariantRow => ({
  ...itu(title, edition),
  family: "ansi",
  parameters: [PARAMETERS, ANSI_PARAMETERS, ...parameters],
  messages: [ITU_MESSAGES, ANSI_MESSAGES, ...messages],
});

/** Some rows of the national messages. */
const national = (...types: readonly (keyof typeof NATIONAL_MESSAGES)[]): MessageTable =>
  Object.fromEntries(types.map((type) => [type, NATIONAL_MESSAGES[type]]));

const BLUE_BOOK = { parameters: [BLUE_BOOK_PARAMETERS], messages: [BLUE_BOOK_MESSAGES] };
const JAPAN = { parameters: [JAPAN_PARAMETERS], messages: [national("CHG")] };

/**
 * Variants, the first as `base` and `version` of application/isup name them (RFC 3204 §3.1). The editions that EN 300 356
 * and T1.113 stand on are taken from their dates.
 */
const ROWS = {
  "itu-t88": itu("ITU-T Q.763 (1988)", 1988, BLUE_BOOK),
  "itu-t92+": itu("ITU-T Q.763 (1992 and later)", 2009),
  "itu-t97": itu("ITU-T Q.763 (09/1997)", 1997),
  "itu-t99": itu("ITU-T Q.763 (12/1999)", 1999),
  etsi121: itu("ETS 300 121", 1988),
  etsi356: itu("EN 300 356, any version", 2009),
  etsi356v1: itu("ETS 300 356 (1995)", 1992),
  etsi356v2: itu("EN 300 356 v2 (1997)", 1992),
  etsi356v3: itu("EN 300 356 v3 (1998)", 1997),
  etsi356v4: itu("EN 300 356 v4 (2001)", 1999),
  ansi88: ansi("ANSI T1.113-1988", 1988),
  ansi92: ansi("ANSI T1.113-1992", 1988),
  ansi95: ansi("ANSI T1.113-1995", 1992),
  ansi00: ansi("ANSI T1.113-2000", 2009),
  gr317: ansi("Bellcore GR-317", 1988, {
    parameters: [BLUE_BOOK_PARAMETERS],
    messages: [BELLCORE_MESSAGES],
  }),
  ttc87: itu("TTC JT-Q763 (1987 to 1992)", 1988, JAPAN),
  "ttc93+": itu("TTC JT-Q763 (1993 and later)", 2009, JAPAN),
  uk: itu("NICC ND 1007", 2009, { parameters: [UK_PARAMETERS] }),
  spain: itu("Spain", 2009, { parameters: [SPAIN_PARAMETERS], messages: [national("NNM", "LLM")] }),
  singapore: itu("Singapore", 2009, {
    parameters: [SINGAPORE_PARAMETERS],
    messages: [national("CAK", "TCM", "MCP")],
  }),
  france: itu("France, SPIROU", 2009, { messages: [national("TAX", "TXA")] }),
  russia: itu("Russia", 2009, { messages: [national("CCL", "RNG")] }),
} as const satisfies Readonly<Record<string, VariantRow>>;

export type IsupVariant = keyof typeof ROWS;
export const VARIANTS = Object.keys(ROWS) as readonly IsupVariant[];

/** How a parameter is read in a variant. */
export interface ParameterReader {
  readonly name: ParameterName;
  readonly code: number;
  readonly part: Part<object>;
  readonly isRepeated: boolean;
  /** Whether the edition that the variant stands on has it. */
  readonly isOfEdition: boolean;
}

/** The layout of a message with the readers of its parameters. */
export interface MessageReader extends Omit<MessageLayout, "fixed" | "variable"> {
  readonly messageType: MessageType;
  readonly layout: MessageLayout;
  readonly fixed: readonly { readonly reader: ParameterReader; readonly length: number }[];
  readonly variable: readonly ParameterReader[];
  readonly isOfEdition: boolean;
}

/** A variant with its tables joined, by code and by name. */
export interface VariantTables extends Omit<VariantRow, "parameters" | "messages"> {
  readonly messagesByCode: readonly (MessageReader | undefined)[];
  readonly messagesByType: ReadonlyMap<string, MessageReader>;
  readonly parametersByCode: readonly (ParameterReader | undefined)[];
  /** Of all parameters, also those that the variant has no code for. */
  readonly parametersByName: ReadonlyMap<string, ParameterReader>;
}

const CODES = 256;

function tablesOf({ parameters, messages, ...row }: VariantRow): VariantTables {
  const contents = row.family === "ansi" ? ANSI_CONTENTS : {};
  const byName = new Map<string, ParameterReader>();
  for (const [name, { code, part, isRepeated, since }] of Object.entries(PARAMETER_ROWS)) {
    const reader = {
      name: name as ParameterName,
      code,
      part: contents[name] ?? part,
      isRepeated,
      isOfEdition: since <= row.edition,
    };
    byName.set(name, reader);
  }
  const byCode = new Array<ParameterReader | undefined>(CODES).fill(undefined);
  for (const table of parameters) {
    for (const name of Object.keys(table)) {
      const reader = byName.get(name);
      if (reader !== undefined) byCode[reader.code] = reader;
    }
  }
  const readerOf = (name: ParameterName): ParameterReader => {
    const reader = byName.get(name);
    if (reader === undefined) throw new TypeError(`no row for ${name}`);
    return reader;
  };
  const messagesByCode = new Array<MessageReader | undefined>(CODES).fill(undefined);
  const messagesByType = new Map<string, MessageReader>();
  for (const [type, layout] of messages.flatMap((table) => Object.entries(table))) {
    const reader: MessageReader = {
      ...layout,
      messageType: type as MessageType,
      layout,
      fixed: layout.fixed.map(([name, length]) => ({ reader: readerOf(name), length })),
      variable: layout.variable.map(readerOf),
      isOfEdition: (layout.since ?? 1988) <= row.edition,
    };
    messagesByCode[layout.code] = reader;
    messagesByType.set(type, reader);
  }
  return { ...row, messagesByCode, messagesByType, parametersByCode: byCode, parametersByName: byName };
}

const TABLES = Object.fromEntries(
  Object.entries(ROWS).map(([variant, row]) => [variant, tablesOf(row)]),
) as Readonly<Record<IsupVariant, VariantTables>>;

export function variantTables(variant: IsupVariant): VariantTables {
  return TABLES[variant];
}

export function familyOf(variant: IsupVariant): IsupFamily {
  return TABLES[variant].family;
}

export function layoutOf(type: MessageType, variant: IsupVariant): MessageLayout | undefined {
  return TABLES[variant].messagesByType.get(type)?.layout;
}

export function parameterName(code: number, variant: IsupVariant = "itu-t92+"): ParameterName | undefined {
  return TABLES[variant].parametersByCode[code]?.name;
}

/** How a parameter is read and written in a variant. */
export function readerOf(name: ParameterName, variant: IsupVariant): ParameterReader {
  const reader = TABLES[variant].parametersByName.get(name);
  if (reader === undefined) throw new TypeError(`no parameter ${name}`);
  return reader;
}

/** A variant by what a body or a configuration calls it; undefined for one this library does not know. */
export function variantOf(name: string): IsupVariant | undefined {
  const lower = name.toLowerCase();
  return VARIANTS.find((variant) => variant === lower);
}
