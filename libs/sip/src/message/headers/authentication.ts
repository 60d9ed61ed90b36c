import { formatAuthParams, parseAuthParams, parseAuthValue, type AuthValue } from "../auth-params.ts";
import { headerType } from "./header-type.ts";

const SCHEMES: Readonly<Record<string, string>> = { digest: "Digest", bearer: "Bearer" };
const nameOf = (scheme: string): string => SCHEMES[scheme] ?? scheme;

const credentials = (name: string) =>
  headerType<AuthValue>(name, parseAuthValue, ({ scheme, params }) =>
    `${nameOf(scheme)} ${formatAuthParams(params, false)}`.trim(),
  );
const challenge = (name: string) =>
  headerType<AuthValue>(name, parseAuthValue, ({ scheme, params }) =>
    `${nameOf(scheme)} ${formatAuthParams(params, true)}`.trim(),
  );

/** RFC 3261 §20.7, §20.27, §20.28, §20.44: a line is one value, commas part its parameters. */
export const AUTHORIZATION = credentials("Authorization");
export const PROXY_AUTHORIZATION = credentials("Proxy-Authorization");
export const WWW_AUTHENTICATE = challenge("WWW-Authenticate");
export const PROXY_AUTHENTICATE = challenge("Proxy-Authenticate");
/** RFC 7616 §3.5. */
export const AUTHENTICATION_INFO = headerType<ReadonlyMap<string, string>>(
  "Authentication-Info",
  parseAuthParams,
  (params) => formatAuthParams(params, false),
);
