import { existsSync } from "node:fs";
import { octetsOfHex, variantOf, VARIANTS } from "@tandem/isup";
import { PORTED_NUMBER_FORMS, type PortedNumberForm } from "@tandem/interworking";
import { nearest } from "../config/nearest.ts";
import { causeRulesOf, PROFILE_HELP } from "./cause-profile.ts";
import { DEFAULT_VARIANT } from "./decode-kind.ts";
import { CommandError, OK, usage, type Command } from "./exit.ts";
import { readAll } from "./input.ts";
import { mapFromIsup, mapFromSip, type MapOptions, type Mapped } from "./map-message.ts";
import { optionsOf } from "./options.ts";
import { printLine } from "./output.ts";
import { streamOf } from "./source.ts";

const INPUT_OCTETS_MAX = 1_048_576;
/** Hex in groups, as dumps print it: `0c 02 00 02 …`. */
const ARGUMENTS_MAX = 65_536;
const SIDES = ["isup", "sip"] as const;

export const map: Command = {
  help: `tandem map --from isup --to sip [OPTIONS] [HEX or FILE]
tandem map --from sip --to isup [OPTIONS] [FILE]

Says what a message becomes on the other side, and the rule that each part of it follows.
  --variant V      ISUP variant: ${VARIANTS.join(", ")};
                   ${DEFAULT_VARIANT} by default
  --country CC     country code of national numbers, without +
  --area-code AC   area code of subscriber numbers
  --profile P      tables of causes: ${PROFILE_HELP}
  --ported-number F  how an ITU network carries a number with rn: ${PORTED_NUMBER_FORMS.join(", ")};
                   ${PORTED_NUMBER_FORMS[0]} by default
  --untrusted      the other side is not trusted: no asserted identity, no redirections, no routing parameters
  --json           one JSON object {"from","to","result","rows"}
Without HEX or FILE standard input is read. A message is mapped alone: what a call has seen before does not count.
Exit code 1 where it cannot be read, or has no counterpart.`,
  async run(args) {
    const { values, positionals } = optionsOf(
      args,
      {
        from: { type: "string" },
        to: { type: "string" },
        variant: { type: "string" },
        country: { type: "string" },
        "area-code": { type: "string" },
        profile: { type: "string" },
        "ported-number": { type: "string" },
        untrusted: { type: "boolean" },
        json: { type: "boolean" },
      },
      ARGUMENTS_MAX,
    );
    const from = sideOf("--from", values.from);
    if (sideOf("--to", values.to) === from) throw usage("--from and --to are one isup and one sip");
    const variant = variantOf(values.variant ?? DEFAULT_VARIANT);
    if (variant === undefined) {
      const near = nearest(values.variant ?? "", VARIANTS);
      const hint = near === undefined ? "" : `; did you mean ${near}?`;
      throw usage(`--variant ${values.variant}: one of ${VARIANTS.join(", ")}${hint}`);
    }
    const plan = {
      country: digitsOf("--country", values.country),
      areaCode: digitsOf("--area-code", values["area-code"]),
    };
    const options: MapOptions = {
      variant,
      plan,
      isTrusted: values.untrusted !== true,
      portedNumber: portedNumberOf(values["ported-number"]),
      rules: causeRulesOf(values.profile),
    };
    const mapped =
      from === "isup"
        ? mapFromIsup(await isupOctetsOf(positionals), options)
        : mapFromSip(await contentOf(fileOf(positionals)), options);
    await print(mapped, values.json === true);
    return OK;
  },
};

async function print(mapped: Mapped, isJson: boolean): Promise<void> {
  const { from, to, result, lines, rows } = mapped;
  if (isJson) {
    await printLine(JSON.stringify({ from, to, result, rows }));
    return;
  }
  for (const line of [`${from} → ${to}`, ...lines, "rules", ...rows.map((row) => `  ${row}`)])
    await printLine(line);
}

function sideOf(option: string, text: string | undefined): (typeof SIDES)[number] {
  const side = SIDES.find((each) => each === text);
  if (side !== undefined) return side;
  throw usage(text === undefined ? `${option} isup|sip is missing` : `${option} ${text}: isup or sip`);
}

function portedNumberOf(text: string | undefined): PortedNumberForm {
  const form = PORTED_NUMBER_FORMS.find((each) => each === (text ?? PORTED_NUMBER_FORMS[0]));
  if (form === undefined) throw usage(`--ported-number ${text}: one of ${PORTED_NUMBER_FORMS.join(", ")}`);
  return form;
}

function digitsOf(option: string, text: string | undefined): string | undefined {
  if (text !== undefined && !/^[0-9]{1,6}$/.test(text)) throw usage(`${option} ${text}: digits, without +`);
  return text;
}

function fileOf(positionals: readonly string[]): string | undefined {
  const [file, surplus] = positionals;
  if (surplus !== undefined) throw usage(`unexpected argument ${surplus}`);
  if (file !== undefined && !existsSync(file)) throw usage(`${file}: no such file`);
  return file;
}

async function contentOf(file: string | undefined): Promise<Buffer> {
  const where = file ?? "standard input";
  const content = await readAll(streamOf(file), INPUT_OCTETS_MAX);
  if (content === undefined) throw new CommandError(`${where} has more than ${INPUT_OCTETS_MAX} octets`);
  if (content.length === 0) throw new CommandError(`${where} is empty`);
  return content;
}

async function isupOctetsOf(positionals: readonly string[]): Promise<Uint8Array> {
  const text = positionals.join(" ");
  if (positionals.length > 0 && !(positionals.length === 1 && existsSync(text))) {
    const octets = octetsOfHex(text);
    if (octets === undefined)
      throw usage(`${text.slice(0, 40)}: neither hexadecimal digits in pairs nor a file`);
    return octets;
  }
  const content = await contentOf(positionals[0]);
  return octetsOfHex(content.toString("latin1")) ?? content;
}
