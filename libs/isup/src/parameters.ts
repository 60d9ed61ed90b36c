import type { InputOf, ParameterRow } from "./parameter-row.ts";
import type { OctetsValue } from "./octet-fields.ts";
import { ANSI_PARAMETERS } from "./parameters-ansi.ts";
import { PARAMETERS } from "./parameters-itu.ts";
import {
  BLUE_BOOK_PARAMETERS,
  JAPAN_PARAMETERS,
  SINGAPORE_PARAMETERS,
  SPAIN_PARAMETERS,
  UK_PARAMETERS,
} from "./parameters-national.ts";

/** Every row by name, whatever the variant: names are unique, codes are not. */
export const PARAMETER_ROWS = {
  ...PARAMETERS,
  ...BLUE_BOOK_PARAMETERS,
  ...ANSI_PARAMETERS,
  ...UK_PARAMETERS,
  ...JAPAN_PARAMETERS,
  ...SPAIN_PARAMETERS,
  ...SINGAPORE_PARAMETERS,
};

type Rows = typeof PARAMETER_ROWS;
export type ParameterName = keyof Rows;

type DecodedOf<R> = R extends ParameterRow<infer D> ? D : never;
type ListIf<R, T> = R extends ParameterRow<object, true> ? readonly T[] : T;

/** Decoded parameters by name; a repeated one is a list. */
export type Parameters = { readonly [N in ParameterName]?: ListIf<Rows[N], DecodedOf<Rows[N]>> };

/** A parameter to encode: its fields, or its content as `octets`. */
export type ParameterInput<N extends ParameterName> = InputOf<DecodedOf<Rows[N]>> | OctetsValue;

/** Parameters to encode by name. */
export type ParameterInputs = {
  readonly [N in ParameterName]?: ListIf<Rows[N], ParameterInput<N>>;
};

export function isParameterName(name: string): name is ParameterName {
  return Object.hasOwn(PARAMETER_ROWS, name);
}

/** Backward call indicators to encode. */
export type BackwardCallIndicators = InputOf<DecodedOf<Rows["backwardCallIndicators"]>>;
