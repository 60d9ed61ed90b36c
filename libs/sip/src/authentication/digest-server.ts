import { formatAuthParams, parseAuthValue } from "../message/auth-params.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest } from "../message/message.ts";
import { equalUris } from "../message/uri-equality.ts";
import { parseUri } from "../message/uri.ts";
import {
  digestResponse,
  isSameDigest,
  namedAlgorithm,
  type DigestAlgorithm,
  type DigestInput,
  type Qop,
} from "./digest.ts";
import { Nonces, type NonceOptions } from "./nonces.ts";

export interface DigestServerOptions extends NonceOptions {
  readonly realm: string;
  /** A user agent server's 401, or a proxy's 407 (RFC 3261 §22.2, §22.3). */
  readonly role?: "user" | "proxy" | undefined;
  /** Offered in this order (RFC 8760 §2.3). */
  readonly algorithms?: readonly DigestAlgorithm[] | undefined;
  readonly qops?: readonly Qop[] | undefined;
  /** H(username:realm:password) by `ha1Of`; undefined where there is no such user. */
  readonly ha1: (username: string, algorithm: DigestAlgorithm) => string | undefined;
  /**
   * Who has this hash by `userhashOf`; where it is given, challenges ask clients to hide their username (RFC 7616
   * §3.4.4).
   */
  readonly usernameOf?: ((userhash: string, algorithm: DigestAlgorithm) => string | undefined) | undefined;
  /**
   * Credentials name another URI than the Request-URI, as proxies rewrite it; refused where this is absent (RFC 8760
   * §2.6, item 6).
   */
  readonly isUriAccepted?: ((digestUri: string, request: SipRequest) => boolean) | undefined;
}

export type DigestRefusal =
  | "no-credentials"
  | "malformed"
  | "stale-nonce"
  | "replayed"
  | "unknown-user"
  | "wrong-response"
  | "foreign-uri"
  /** ACK and CANCEL: they are taken or dropped, never challenged (RFC 3261 §22.1). */
  | "not-challengeable";

export type DigestVerdict =
  | {
      readonly ok: true;
      readonly username: string;
      /** Authentication-Info of the response, for clients that want to know us, too (RFC 7616 §3.5). */
      readonly info: (responseBody?: Uint8Array) => HeaderField;
    }
  | {
      readonly ok: false;
      readonly reason: DigestRefusal;
      /** What to answer; undefined where nothing may be. */
      readonly status: 400 | 401 | 407 | undefined;
      readonly headers: readonly HeaderField[];
    };

interface Credentials {
  /** Undefined where nobody has the hash that stands for it. */
  readonly username: string | undefined;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly qop: Qop | undefined;
  readonly nc: string;
  readonly cnonce: string;
}

const ALGORITHMS: readonly DigestAlgorithm[] = ["SHA-256", "MD5"];
const QOPS: readonly Qop[] = ["auth"];
const NO_BODY = new Uint8Array();
const COUNT = /^[0-9a-f]{8}$/i;

/** Digest as a server (RFC 3261 §22, RFC 7616, RFC 8760). Challenging costs no memory. */
export class DigestServer {
  readonly #options: DigestServerOptions;
  readonly #nonces: Nonces;
  readonly #algorithms: readonly DigestAlgorithm[];
  readonly #qops: readonly Qop[];
  readonly #isProxy: boolean;

  constructor(options: DigestServerOptions) {
    this.#options = options;
    this.#nonces = new Nonces(options);
    this.#algorithms = options.algorithms ?? ALGORITHMS;
    this.#qops = options.qops ?? QOPS;
    this.#isProxy = options.role === "proxy";
  }

  /** Nonces kept: those that somebody has proven to know the secret with. */
  get nonces(): number {
    return this.#nonces.size;
  }

  verify(request: SipRequest): DigestVerdict {
    const found = this.#credentials(request);
    if (typeof found === "string") return this.#refuse(request, found, false);
    const age = this.#nonces.check(found.nonce);
    // Without the user's secret nobody learns whether a nonce is stale: the response is checked first.
    const { username, algorithm } = found;
    const { hash, ha1 } = this.#options;
    const expected = username === undefined ? undefined : ha1(username, algorithm);
    const input: DigestInput = {
      ...found,
      isSession: false,
      ha1: expected ?? found.nonce,
      method: request.method,
      body: request.body,
    };
    const isRight = isSameDigest(digestResponse(hash, input), found.response.toLowerCase());
    if (username === undefined || expected === undefined) return this.#refuse(request, "unknown-user", false);
    if (!isRight) return this.#refuse(request, "wrong-response", false);
    if (age !== "fresh") return this.#refuse(request, "stale-nonce", true);
    if (!this.#isForRequest(found.uri, request)) return this.#refuse(request, "foreign-uri", false);
    // RFC 2069 knows no count: such a nonce is good for one request.
    const count = found.qop === undefined ? 1 : Number.parseInt(found.nc, 16);
    if (!this.#nonces.use(found.nonce, count)) return this.#refuse(request, "replayed", true);
    return { ok: true, username, info: (body) => this.#info(input, found, body) };
  }

  /** One challenge for each algorithm, best first, all with the same nonce. */
  challenge(isStale = false): HeaderField[] {
    const nonce = this.#nonces.issue();
    return this.#algorithms.map((algorithm) => {
      const params: [string, string | undefined][] = [
        ["realm", this.#options.realm],
        ["nonce", nonce],
        ["algorithm", algorithm],
        ["qop", this.#qops.join(",")],
        ["stale", isStale ? "true" : undefined],
        ["userhash", this.#options.usernameOf === undefined ? undefined : "true"],
      ];
      const name = this.#isProxy ? "Proxy-Authenticate" : "WWW-Authenticate";
      return [name, `Digest ${formatAuthParams(params, true)}`];
    });
  }

  #credentials(request: SipRequest): Credentials | DigestRefusal {
    const lines = request.headers(this.#isProxy ? "proxy-authorization" : "authorization");
    for (const line of lines) {
      const value = parseAuthValue(line);
      if (value === undefined) return "malformed";
      if (value.scheme !== "digest" || value.params.get("realm") !== this.#options.realm) continue;
      return this.#read(value.params);
    }
    return "no-credentials";
  }

  #read(params: ReadonlyMap<string, string>): Credentials | DigestRefusal {
    const [name, nonce] = [params.get("username"), params.get("nonce")];
    const [uri, response] = [params.get("uri"), params.get("response")];
    const named = namedAlgorithm(params.get("algorithm"));
    const qop = params.get("qop")?.toLowerCase();
    const nc = params.get("nc") ?? "";
    const cnonce = params.get("cnonce") ?? "";
    if (name === undefined || nonce === undefined || uri === undefined || response === undefined)
      return "malformed";
    const isOffered = named?.isSession === false && this.#algorithms.includes(named.algorithm);
    if (!isOffered || (qop !== undefined && !this.#isQop(qop))) return "wrong-response";
    if (qop !== undefined && (!COUNT.test(nc) || Number.parseInt(nc, 16) === 0 || cnonce === ""))
      return "malformed";
    const { algorithm } = named;
    const isHidden = params.get("userhash")?.toLowerCase() === "true";
    const username = isHidden ? this.#options.usernameOf?.(name.toLowerCase(), algorithm) : name;
    return { username, nonce, uri, response, algorithm, qop, nc, cnonce };
  }

  #isQop(text: string): text is Qop {
    return (this.#qops as readonly string[]).includes(text);
  }

  #isForRequest(digestUri: string, request: SipRequest): boolean {
    if (digestUri === request.requestUriText) return true;
    const [one, other] = [parseUri(digestUri), request.requestUri];
    if (one !== undefined && other !== undefined && equalUris(one, other)) return true;
    return this.#options.isUriAccepted?.(digestUri, request) ?? false;
  }

  #refuse(request: SipRequest, reason: DigestRefusal, isStale: boolean): DigestVerdict {
    if (request.method === "ACK" || request.method === "CANCEL")
      return { ok: false, reason: "not-challengeable", status: undefined, headers: [] };
    if (reason === "malformed") return { ok: false, reason, status: 400, headers: [] };
    return { ok: false, reason, status: this.#isProxy ? 407 : 401, headers: this.challenge(isStale) };
  }

  #info(input: DigestInput, { qop, nc, cnonce }: Credentials, body: Uint8Array = NO_BODY): HeaderField {
    const rspauth = digestResponse(this.#options.hash, { ...input, method: "", body });
    const params: [string, string | undefined][] = [
      ["rspauth", rspauth],
      ["qop", qop],
      ["cnonce", qop === undefined ? undefined : cnonce],
      ["nc", qop === undefined ? undefined : nc],
    ];
    const name = this.#isProxy ? "Proxy-Authentication-Info" : "Authentication-Info";
    return [name, formatAuthParams(params, false)];
  }
}
