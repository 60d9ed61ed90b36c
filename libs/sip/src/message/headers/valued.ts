import { parseParams, type Params } from "../params.ts";
import { isToken, quote } from "../token.ts";
import { headerType, listType, type HeaderType } from "./header-type.ts";

/** A value with parameters: the shape of Event, Content-Disposition, Info-Package and many others. */
export interface Valued {
  readonly value: string;
  readonly params: Params;
}

/** Values may be more than tokens: Call-IDs (RFC 3261 §25.1 `callid`), media types. */
export function parseValued(text: string, isValue: (value: string) => boolean = isToken): Valued | undefined {
  const semicolon = text.indexOf(";");
  const value = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  const params = semicolon < 0 ? parseParams("") : parseParams(text, semicolon);
  return params === undefined || !isValue(value) ? undefined : { value, params };
}

const HOST_LIKE = /^[A-Za-z0-9\-.!%*_+`'~:[\]]+$/;

/** `;name=value` for each, quoted where neither token nor host. */
export function printParams(params: Iterable<readonly [string, string | undefined]>): string {
  let text = "";
  for (const [name, value] of params) {
    if (value === undefined) continue;
    if (value === "") text += `;${name}`;
    else text += `;${name}=${HOST_LIKE.test(value) ? value : quote(value)}`;
  }
  return text;
}

export function printValued({ value, params }: Valued): string {
  return value + printParams(params);
}

export function valuedType(name: string): HeaderType<Valued> {
  return headerType(name, (text) => parseValued(text), printValued);
}

export function valuedListType(name: string): HeaderType<Valued> {
  return listType(name, (text) => parseValued(text), printValued);
}
