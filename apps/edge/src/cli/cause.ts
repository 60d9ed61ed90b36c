import { causeFromStatus, statusFromCause, type CauseProfile } from "@tandem/interworking";
import { causeIndicatorsOf, q850Cause } from "@tandem/isup";
import { statusPhrase } from "@tandem/sip";
import { causeRulesOf, PROFILE_HELP } from "./cause-profile.ts";
import { OK, usage, type Command } from "./exit.ts";
import { optionsOf } from "./options.ts";
import { printLine } from "./output.ts";

/** Network serving the remote user: any location but user, which has a row of its own. */
const NETWORK = 4;
const USER = 0;
const STATUS_MIN = 300;
const STATUS_MAX = 699;

export const cause: Command = {
  help: `tandem cause N           a Q.850 cause value, 1 to 127
tandem cause --sip CODE  a SIP status, 300 to 699
  --profile P            whose tables: ${PROFILE_HELP}

Says what it means and what it becomes on the other side, with the clause.`,
  async run(args) {
    const { values, positionals } = optionsOf(
      args,
      { sip: { type: "string" }, profile: { type: "string" } },
      1,
    );
    const { profile } = causeRulesOf(values.profile);
    const [text] = positionals;
    if (values.sip !== undefined && text !== undefined) throw usage("either a cause or --sip CODE, not both");
    await printLine(
      values.sip === undefined ? explainCause(text, profile) : explainStatus(values.sip, profile),
    );
    return OK;
  },
};

function number(text: string | undefined, least: number, most: number, what: string): number {
  const value = Number(text);
  if (text === undefined || !/^[0-9]+$/.test(text) || value < least || value > most) {
    throw usage(`${what} is ${least} to ${most}${text === undefined ? "" : `, not ${text}`}`);
  }
  return value;
}

function explainCause(text: string | undefined, profile: CauseProfile): string {
  const value = number(text, 1, 127, "a Q.850 cause");
  const info = q850Cause(value);
  const network = statusFromCause(causeIndicatorsOf(value, NETWORK), profile);
  const user = statusFromCause(causeIndicatorsOf(value, USER), profile);
  const lines = [
    `Q.850 cause ${value}: ${info.name}`,
    `  class: ${info.class}`,
    `  to SIP: ${network.status} ${statusPhrase(network.status)} (${network.row})`,
  ];
  if (user.status !== network.status)
    lines.push(`          ${user.status} ${statusPhrase(user.status)} (${user.row})`);
  return lines.join("\n");
}

function explainStatus(text: string, profile: CauseProfile): string {
  const status = number(text, STATUS_MIN, STATUS_MAX, "a SIP status");
  const { cause: mapped, row } = causeFromStatus(status, [], profile);
  return [
    `SIP ${status}: ${statusPhrase(status)}`,
    `  to Q.850: ${mapped.causeValue} ${mapped.cause}, location ${mapped.location} (${row})`,
  ].join("\n");
}
