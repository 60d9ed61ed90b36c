import { VARIANTS } from "@tandem/isup";
import { CAUSE_PROFILE_NAMES } from "./cause-profiles.ts";
import { CAUSE_VALUE, DEFAULTS, DURATION, ID, object, SIP_STATUS } from "./setting.ts";

const overlap = object(
  {
    minDigits: {
      type: "integer",
      minimum: 1,
      maximum: 32,
      unit: "digits",
      description: "Fewest digits of a called number, as routes see it, without +; with fewer only T35 runs.",
      reason: "The shortest number that can be dialled; no call is routed by less (RFC 3578 §2.1).",
    },
    maxDigits: {
      type: "integer",
      minimum: 1,
      maximum: 32,
      default: DEFAULTS.maxDigits,
      unit: "digits",
      description: "From so many digits on the number is complete.",
      reason: "A number that cannot be longer waits for no timer; none is longer than the default.",
    },
    T10: {
      ...DURATION,
      default: DEFAULTS.T10,
      description: "Wait for another digit where the number may be complete; then it is routed as it is.",
      reason: "4 to 6 s by Q.764 table A.1; RFC 3578 §2.2.",
    },
    T35: {
      ...DURATION,
      default: DEFAULTS.T35,
      description:
        "Wait for another digit while there are fewer than `minDigits`; then cause 28, which is 484 by the tables.",
      reason: "15 to 20 s by Q.764 table A.1; RFC 3578 §2.1.",
    },
  },
  ["minDigits"],
  "Called numbers may come in pieces, in SAMs in INFO or in INVITEs with more digits; they are collected until ST, the longest length, a route that names the number whole, or a timer. Without it every number is complete.",
);

const isup = object(
  {
    overlap,
    variant: {
      enum: VARIANTS,
      default: DEFAULTS.variant,
      description:
        "ISUP variant where `version` and `base` of the body name none that is known (RFC 3204 §3.1). Where it is left out, such a body is not understood: 415 if it is required.",
      reason: "Carriers often send no version, or one of their own.",
    },
    handling: {
      enum: ["optional", "required"],
      default: DEFAULTS.handling,
      description: "The `handling` of the ISUP that is sent (RFC 3204 §4.1).",
      reason: "`required` tells a peer that it must understand the ISUP.",
    },
    rlc: {
      type: "boolean",
      description: "RLC in the 200 to a BYE with REL; by default with profile `sip-i` only.",
      reason: "Q.1912.5 profile C wants it; RFC 3398 peers have no use for it.",
    },
  },
  [],
  "ISUP of this trunk.",
);

const numbers = object(
  {
    country: {
      type: "string",
      pattern: "^[1-9][0-9]{0,2}$",
      form: "a country code, one to three digits without +",
      description: "Country code of national numbers, without +.",
      reason: "Without it a national number stays without its E.164 form.",
    },
    restricted: {
      enum: ["mask", "show"],
      default: DEFAULTS.restricted,
      description: "Whether events show the digits of numbers whose presentation is restricted.",
      reason: "Who withheld a number did not mean it for consumers; `show` where the law asks for it.",
    },
  },
  [],
  "How the trunk's numbers are read and shown.",
);

const interworking = object(
  {
    profile: {
      enum: CAUSE_PROFILE_NAMES,
      default: DEFAULTS.interworking,
      description:
        "Tables of causes and their precedence. `q1912.5` (profile C) is experimental: some of its rows could not be checked.",
      reason: "What the carrier's own exchange goes by.",
    },
    reason: {
      enum: ["by-clause", "first", "after-rel", "ignore"],
      default: DEFAULTS.reason,
      description:
        "Where Reason stands beside an encapsulated REL: as the profile has it (RFC 3398 §7.2.3: first in BYE and CANCEL), always first, always behind the REL, or not asked.",
      reason: "Some peers put a Reason of their own over what the network said.",
    },
    statusFromCause: {
      type: "array",
      items: object(
        {
          cause: {
            ...CAUSE_VALUE,
            description: "Q.850 cause value that the row is for.",
            reason: "What a route or the gateway gives.",
          },
          location: {
            type: "integer",
            minimum: 0,
            maximum: 15,
            description: "Only with this location (Q.850 §2.2.3); with any where left out.",
            reason: "`user` and a network may mean different things by one cause.",
          },
          codingStandard: {
            type: "integer",
            minimum: 0,
            maximum: 3,
            description: "Only with this coding standard (Q.850 §2.2.2); with any where left out.",
            reason: "T1.113 codes its own causes as national, 2.",
          },
          status: {
            ...SIP_STATUS,
            description: "SIP status it becomes, 300 to 699.",
            reason: "What this peer understands.",
          },
        },
        ["cause", "status"],
        "One row.",
      ),
      description: "Rows asked before the profile's own, from a cause to a SIP status.",
      reason: "Peers differ in single rows; `cause.row` names the trunk where one fired.",
    },
    causeFromStatus: {
      type: "array",
      items: object(
        {
          status: {
            ...SIP_STATUS,
            description: "SIP status that the row is for, 300 to 699.",
            reason: "What a route or the gateway gives.",
          },
          cause: {
            ...CAUSE_VALUE,
            description: "Q.850 cause value it becomes, in Reason, REL and events.",
            reason: "What this peer's exchange understands.",
          },
        },
        ["status", "cause"],
        "One row.",
      ),
      description: "Rows asked before the profile's own, from a SIP status to a cause.",
      reason: "As `statusFromCause`.",
    },
  },
  [],
  "How causes are read and said on this trunk.",
);

/** An entry of `trunks`. */
export const TRUNK = object(
  {
    id: { ...ID, description: "Name of the trunk, in events and routes.", reason: "Events say who called." },
    profile: {
      enum: ["sip", "sip-t", "sip-i"],
      default: DEFAULTS.profile,
      description:
        "What the peer speaks. Callers who sent ISUP are answered with ACM, ANM and REL, with `sip-i` with RLC, too; not where `sip` is said in so many words.",
      reason: "RFC 3398 or Q.1912.5 profile C.",
    },
    sources: {
      type: "array",
      minItems: 1,
      items: { type: "string", minLength: 1, description: "An address, a network or a DNS name." },
      description:
        "Where its requests come from: addresses, networks (203.0.113.0/24), DNS names. The first trunk wins.",
      reason: "Anybody else is told 403.",
    },
    listener: {
      ...ID,
      description: "Only requests that came to this listener; to any where left out.",
      reason: "Tells trunks apart that share a source.",
    },
    largeRequests: {
      enum: ["tcp", "udp"],
      default: DEFAULTS.largeRequests,
      description:
        "By what requests of more than 1,300 octets go to addresses of `sources` that are reached by UDP: by TCP first, where a listener has it, and by UDP where the connection fails within 1 s, which is remembered for a while (RFC 3261 §18.1.1); or by UDP, in fragments.",
      reason: "Many carriers drop what comes to TCP without a word.",
    },
    isup,
    interworking,
    numbers,
  },
  ["id", "sources"],
  "A carrier or a PBX.",
);
