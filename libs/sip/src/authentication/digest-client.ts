import { formatAuthParams, parseAuthParams, parseAuthValue, type AuthValue } from "../message/auth-params.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipResponse } from "../message/message.ts";
import type { Random } from "../transport/clock.ts";
import {
  digestResponse,
  ha1Of,
  isSameDigest,
  namedAlgorithm,
  userhashOf,
  type DigestHash,
  type NamedAlgorithm,
  type Qop,
} from "./digest.ts";

export interface Account {
  readonly username: string;
  readonly password: string;
}

export interface DigestClientOptions {
  readonly hash: DigestHash;
  readonly random: Random;
  /** The account for a realm; undefined where there is none for it. */
  readonly account: (realm: string) => Account | undefined;
  /** MD5 is broken, but all that most carriers offer; false refuses it (RFC 8760 §3). */
  readonly isMd5Allowed?: boolean | undefined;
}

/** A request that was challenged, as far as a digest covers it. */
export interface DigestRequest {
  readonly method: string;
  readonly requestUri: string;
  readonly body: Uint8Array | undefined;
  /** Credential header fields that the challenged try had. */
  readonly credentials?: readonly HeaderField[] | undefined;
}

/** Nonces whose count is kept: one for each realm, and a dialog's worth of old ones. */
const NONCES_MAX = 1_000;
const NO_BODY = new Uint8Array();
const FIELDS = {
  "www-authenticate": "Authorization",
  "proxy-authenticate": "Proxy-Authorization",
} as const;

interface Challenge extends NamedAlgorithm {
  readonly field: "Authorization" | "Proxy-Authorization";
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly qop: Qop | undefined;
  readonly algorithmText: string | undefined;
  readonly isStale: boolean;
  readonly hasUserhash: boolean;
}

/** Where a 2xx names the nonce that the next credentials of this field should have (RFC 7616 §3.5). */
const INFOS = {
  Authorization: "authentication-info",
  "Proxy-Authorization": "proxy-authentication-info",
} as const;

/** Digest as a client (RFC 3261 §22, RFC 7616, RFC 8760). */
export class DigestClient {
  readonly #options: DigestClientOptions;
  /** Times each nonce was used; the count must never go back (RFC 7616 §3.4). */
  readonly #counts = new Map<string, number>();

  constructor(options: DigestClientOptions) {
    this.#options = options;
  }

  /**
   * Credentials for a 401 or 407: of each realm the topmost challenge that can be answered (RFC 8760 §2.4), with those
   * of other realms that the try had already. Undefined where the server has nothing new to hear: it refused what we
   * know, or asks for what we do not know.
   */
  answer(response: SipResponse, request: DigestRequest): readonly HeaderField[] | undefined {
    const answered = new Map<string, HeaderField>();
    for (const [id, field] of Object.entries(FIELDS)) {
      for (const line of response.headers(id)) {
        const challenge = this.#read(line, field);
        if (challenge === undefined) continue;
        const key = `${field} ${challenge.realm}`;
        if (answered.has(key)) continue;
        // Credentials for a fresh nonce were refused: name or password are wrong.
        if (!challenge.isStale && sentFor(request, field, challenge.realm) !== undefined) return undefined;
        const credentials = this.#credentials(challenge, request);
        if (credentials !== undefined) answered.set(key, credentials);
      }
    }
    if (answered.size === 0) return undefined;
    for (const [name, value] of request.credentials ?? []) {
      const again = this.#again(name, value, request);
      const key = `${name} ${again?.realm ?? ""}`;
      if (again !== undefined && !answered.has(key)) answered.set(key, again.field);
    }
    return [...answered.values()];
  }

  /** The same realms again for the next request: same nonces, counted on (RFC 3261 §22.2, §22.3). */
  next(request: DigestRequest): HeaderField[] {
    const fields: HeaderField[] = [];
    for (const [name, value] of request.credentials ?? []) {
      const again = this.#again(name, value, request);
      if (again !== undefined) fields.push(again.field);
    }
    return fields;
  }

  /**
   * The credentials that a 2xx has accepted, with the nonce that it names for the next ones (RFC 7616 §3.5): to be given
   * to {@link next}. Of several proxies none is meant more than another, and theirs stay; so they do where the 2xx has an
   * `rspauth` that only somebody without the password would send.
   */
  renewed(response: SipResponse, credentials: readonly HeaderField[]): readonly HeaderField[] {
    return credentials.map(([name, line]): HeaderField => {
      const isKnown = name === "Authorization" || name === "Proxy-Authorization";
      const isAlone = credentials.filter(([other]) => other === name).length === 1;
      const info = isKnown && isAlone ? response.header(INFOS[name]) : undefined;
      const told = info === undefined ? undefined : parseAuthParams(info);
      const nonce = told?.get("nextnonce");
      const value = nonce === undefined ? undefined : parseAuthValue(line);
      if (told === undefined || nonce === undefined || value === undefined) return [name, line];
      if (!this.#isProven(told, value.params, response.body)) return [name, line];
      const params = [...value.params].map(([id, text]): [string, string] => [
        id,
        id === "nonce" ? nonce : text,
      ]);
      return [name, `Digest ${formatAuthParams(params, false)}`];
    });
  }

  /** Whether who says this knows the password, where it says `rspauth` (RFC 7616 §3.5). */
  #isProven(
    info: ReadonlyMap<string, string>,
    credentials: ReadonlyMap<string, string>,
    body: Uint8Array,
  ): boolean {
    const rspauth = info.get("rspauth");
    if (rspauth === undefined) return true;
    const realm = credentials.get("realm") ?? "";
    const [account, named] = [this.#options.account(realm), namedAlgorithm(credentials.get("algorithm"))];
    if (account === undefined || named === undefined) return false;
    const qop = info.get("qop")?.toLowerCase() ?? credentials.get("qop");
    const { hash } = this.#options;
    const expected = digestResponse(hash, {
      ...named,
      ha1: ha1Of(hash, named.algorithm, { ...account, realm }),
      nonce: credentials.get("nonce") ?? "",
      method: "",
      uri: credentials.get("uri") ?? "",
      qop: qop !== undefined && isQop(qop) ? qop : undefined,
      nc: credentials.get("nc") ?? "",
      cnonce: credentials.get("cnonce") ?? "",
      body,
    });
    return isSameDigest(expected, rspauth.toLowerCase());
  }

  #read(line: string, field: Challenge["field"]): Challenge | undefined {
    const value = parseAuthValue(line);
    return value?.scheme === "digest" ? this.#challenge(value, field) : undefined;
  }

  #challenge({ params }: AuthValue, field: Challenge["field"]): Challenge | undefined {
    const [realm, nonce] = [params.get("realm"), params.get("nonce")];
    const algorithmText = params.get("algorithm");
    const named = namedAlgorithm(algorithmText);
    if (realm === undefined || nonce === undefined || named === undefined) return undefined;
    if (named.algorithm === "MD5" && this.#options.isMd5Allowed === false) return undefined;
    const offered = params.get("qop")?.toLowerCase().split(",") ?? [];
    const known = offered.map((each) => each.trim()).filter(isQop);
    // A list without one that we know cannot be answered; none at all is RFC 2069.
    if (offered.length > 0 && known.length === 0) return undefined;
    return {
      ...named,
      field,
      realm,
      nonce,
      algorithmText,
      opaque: params.get("opaque"),
      qop: known.includes("auth") ? "auth" : known[0],
      isStale: params.get("stale")?.toLowerCase() === "true",
      hasUserhash: params.get("userhash")?.toLowerCase() === "true",
    };
  }

  #credentials(challenge: Challenge, request: DigestRequest): HeaderField | undefined {
    const { hash, random } = this.#options;
    const account = this.#options.account(challenge.realm);
    if (account === undefined) return undefined;
    const { realm, nonce, qop, algorithm, isSession, hasUserhash } = challenge;
    const { username } = account;
    const nc = this.#count(`${realm} ${nonce}`).toString(16).padStart(8, "0");
    const cnonce = [...random.octets(12)].map((octet) => octet.toString(16).padStart(2, "0")).join("");
    const response = digestResponse(hash, {
      algorithm,
      isSession,
      ha1: ha1Of(hash, algorithm, { ...account, realm }),
      nonce,
      method: request.method,
      uri: request.requestUri,
      qop,
      nc,
      cnonce,
      body: request.body ?? NO_BODY,
    });
    const params: [string, string | undefined][] = [
      ["username", hasUserhash ? userhashOf(hash, algorithm, { username, realm }) : username],
      ["realm", realm],
      ["nonce", nonce],
      ["uri", request.requestUri],
      ["response", response],
      ["algorithm", challenge.algorithmText],
      ["cnonce", qop === undefined && !isSession ? undefined : cnonce],
      ["opaque", challenge.opaque],
      ["qop", qop],
      ["nc", qop === undefined ? undefined : nc],
      ["userhash", hasUserhash ? "true" : undefined],
    ];
    return [challenge.field, `Digest ${formatAuthParams(params, false)}`];
  }

  #again(
    name: string,
    line: string,
    request: DigestRequest,
  ): { readonly realm: string; readonly field: HeaderField } | undefined {
    if (name !== "Authorization" && name !== "Proxy-Authorization") return undefined;
    const challenge = this.#read(line, name);
    const field = challenge && this.#credentials(challenge, request);
    return field && { realm: challenge.realm, field };
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.delete(key);
    this.#counts.set(key, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > NONCES_MAX && oldest !== undefined) this.#counts.delete(oldest);
    return count;
  }
}

function isQop(text: string): text is Qop {
  return text === "auth" || text === "auth-int";
}

function sentFor(request: DigestRequest, field: string, realm: string): AuthValue | undefined {
  for (const [name, line] of request.credentials ?? []) {
    const value = name === field ? parseAuthValue(line) : undefined;
    if (value?.params.get("realm") === realm) return value;
  }
  return undefined;
}
