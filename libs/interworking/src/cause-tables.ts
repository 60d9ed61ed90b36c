/** REL cause → SIP final response, RFC 3398 §7.2.4.1; a cause that is not here gives 500. */
export const STATUS_FROM_CAUSE: Readonly<Record<number, number>> = {
  1: 404,
  2: 404,
  3: 404,
  17: 486,
  18: 408,
  19: 480,
  20: 480,
  21: 403,
  22: 410,
  23: 410,
  26: 404,
  27: 502,
  28: 484,
  29: 501,
  31: 480,
  34: 503,
  38: 503,
  41: 503,
  42: 503,
  47: 503,
  55: 403,
  57: 403,
  58: 503,
  65: 488,
  70: 488,
  79: 501,
  87: 403,
  88: 503,
  102: 504,
  111: 500,
  127: 500,
};

export const STATUS_FROM_CAUSE_DEFAULT = 500;

/** Causes RFC 3398 §7.2.4.1 keeps from SIP: they end in a BYE or CANCEL, or with another circuit. */
export const CAUSES_WITHOUT_STATUS: ReadonlySet<number> = new Set([16, 44]);

/**
 * Values that mean another thing under ANSI T1.113's national coding. RFC 3398 has the row of 26 only; the others follow
 * the row of the nearest ITU cause.
 */
export const STATUS_FROM_ANSI_CAUSE: Readonly<Record<number, number>> = {
  23: 404,
  24: 403,
  27: 404,
  45: 503,
  46: 503,
  51: 488,
  54: 403,
};

/** Warning codes that speak of media the other side has not (RFC 3261 §20.43): cause 65 with a 488 or 606. */
export const BEARER_WARNINGS: ReadonlySet<number> = new Set([304, 305, 370]);

/** Statuses that are never mapped by themselves (RFC 3398 §8.2.6.1): the call is being cleared already. */
export const STATUSES_WITHOUT_CAUSE: ReadonlySet<number> = new Set([487]);

/** SIP final response → REL cause, RFC 3398 §8.2.6.1 (505: the text prints 504, RFC 4497 table 2 has 505). */
export const CAUSE_FROM_STATUS: Readonly<Record<number, number>> = {
  400: 41,
  401: 21,
  402: 21,
  403: 21,
  404: 1,
  405: 63,
  406: 79,
  407: 21,
  408: 102,
  410: 22,
  413: 127,
  414: 127,
  415: 79,
  416: 127,
  420: 127,
  421: 127,
  423: 127,
  480: 18,
  481: 41,
  482: 25,
  483: 25,
  484: 28,
  485: 1,
  486: 17,
  488: 31,
  500: 41,
  501: 79,
  502: 38,
  503: 41,
  504: 102,
  505: 127,
  513: 127,
  600: 17,
  603: 21,
  604: 1,
  606: 31,
};

export const CAUSE_FROM_STATUS_DEFAULT = 31;
