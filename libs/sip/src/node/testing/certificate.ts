import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** What a certificate for a test says; a PEM pair of it is good for a day. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly uris?: readonly string[];
  readonly ipv4?: readonly string[];
  /** Signs it; itself where it is absent. */
  readonly issuer?: Certificate;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly commonName: string;
  readonly privateKey: KeyObject;
}

const DAY_MS = 86_400_000;

/** DER, ITU-T X.690 §8: one tag, a length, the contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  const header = body.length < 0x80 ? [tag, body.length] : [tag, 0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from(header), body]);
}

const sequence = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents);
const octets = (hex: string): Buffer => Buffer.from(hex, "hex");
const oid = (hex: string): Buffer => der(0x06, octets(hex));
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));

const ECDSA_WITH_SHA256 = sequence(oid("2a8648ce3d040302"));
const COMMON_NAME = oid("550403");
const SUBJECT_ALT_NAME = oid("551d11");
const BASIC_CONSTRAINTS = oid("551d13");

const nameOf = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))));

const time = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));

/** X.509 version 3 (RFC 5280 §4.1), on the curve P-256. */
export function makeCertificate(request: CertificateRequest): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const names = [
    ...(request.dnsNames ?? []).map((name) => der(0x82, Buffer.from(name))),
    ...(request.uris ?? []).map((uri) => der(0x86, Buffer.from(uri))),
    ...(request.ipv4 ?? []).map((address) => der(0x87, Buffer.from(address.split(".").map(Number)))),
  ];
  const constraints = sequence(BASIC_CONSTRAINTS, der(0x04, sequence(der(0x01, octets("ff")))));
  const alternativeNames = sequence(SUBJECT_ALT_NAME, der(0x04, sequence(...names)));
  const extensions = [
    ...(request.issuer ? [] : [constraints]),
    ...(names.length > 0 ? [alternativeNames] : []),
  ];
  const tbs = sequence(
    der(0xa0, integer(2)),
    der(0x02, Buffer.from([1 + Math.floor(Math.random() * 126), 0x5a])),
    ECDSA_WITH_SHA256,
    nameOf(request.issuer?.commonName ?? request.commonName),
    sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
    nameOf(request.commonName),
    publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign("sha256", tbs, request.issuer?.privateKey ?? privateKey);
  const whole = sequence(tbs, ECDSA_WITH_SHA256, der(0x03, octets("00"), signature));
  const lines = whole.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    commonName: request.commonName,
    privateKey,
  };
}
