/**
 * What the design has and this version does not act on, by path: it is refused with these words, since a setting that
 * does nothing must not look as if it did. Goes to docs/operations/config.md, too.
 */
export const NOT_BUILT: Readonly<Record<string, string>> = {
  "trunks[].peers": "the edge places no calls",
  "trunks[].limits": "calls per trunk are not limited",
  "trunks[].match": "trunks that share a source are told apart by listener only",
  "trunks[].nat": "requests in a dialog follow Contact and route set",
  "trunks[].numbers.inbound": "numbers are read by the ISUP number or `country`",
  "trunks[].numbers.outbound": "the edge places no calls",
  "routes[].to": "calls are not routed to trunks",
  "routes[].control": "calls are not controlled from outside",
  "media.rtpengines": "media is echoed by the edge itself",
};

/** The same for single values of settings that are built. */
export const NOT_BUILT_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "listen[].transport": {
    sctp: "Node has no SCTP socket (RFC 4168); use tcp or tls",
  },
  "trunks[].isup.variant": { nxv3: "its parameters are read with another variant's tables; choose one" },
};
