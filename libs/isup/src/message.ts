import type { MandatoryParameter, MessageType } from "./messages.ts";
import type { ParameterName, Parameters } from "./parameters.ts";
import type { IsupVariant } from "./variants.ts";

/** An ISUP message is an SS7 signal unit's field at most; bodies in SIP may be larger after segmentation. */
export const ISUP_OCTETS_MAX = 4_096;

/** One parameter where it stood: its octets without code and length. */
export interface RawParameter {
  /** undefined for a code this library has no row for. */
  readonly name: ParameterName | undefined;
  readonly code: number;
  readonly part: "fixed" | "variable" | "optional";
  readonly octets: Uint8Array;
  /** Octets from the message type code to the content. */
  readonly offset: number;
}

/**
 * A message from its type code on (no routing label, no CIC), as in application/isup (RFC 3204 §3). The octets are
 * the truth: `encodeIsup` gives them back; `parameters` is what could be read of them.
 */
interface Message<T extends string, P> {
  /** Acronym; `unknown` for a type code the variant does not have. */
  readonly messageType: T;
  readonly typeCode: number;
  readonly variant: IsupVariant;
  readonly parameters: P;
  /** Every parameter in the order of the octets, unknown ones too. */
  readonly raw: readonly RawParameter[];
  readonly octets: Uint8Array;
  /** Octets behind the last one that could be read; all behind the type code where its layout is not known. */
  readonly trailing: Uint8Array;
}

/** What a message of this type has at least, and what it may have. */
export type ParametersOf<T extends MessageType> = Parameters &
  Required<Pick<Parameters, MandatoryParameter<T>>>;

export type IsupMessageOf<T extends MessageType> = Message<T, ParametersOf<T>>;

/** `message.messageType === "IAM"` makes its mandatory parameters known to the compiler. */
export type IsupMessage =
  { [T in MessageType]: IsupMessageOf<T> }[MessageType] | Message<"unknown", Parameters>;

export type IsupWarningCode =
  | "unknown-message-type"
  | "unknown-parameter"
  | "not-in-edition"
  | "short-parameter"
  | "repeated-parameter"
  | "no-optional-pointer"
  | "bad-optional-pointer"
  | "truncated-optional-part"
  | "no-end-of-optional"
  | "trailing-octets";

export interface IsupWarning {
  readonly code: IsupWarningCode;
  readonly message: string;
  readonly offset: number;
}

export interface IsupError {
  readonly code: "empty" | "too-large" | "truncated" | "bad-pointer";
  readonly message: string;
  readonly offset: number;
}

export type IsupResult =
  | { readonly ok: true; readonly message: IsupMessage; readonly warnings: readonly IsupWarning[] }
  | { readonly ok: false; readonly error: IsupError };
