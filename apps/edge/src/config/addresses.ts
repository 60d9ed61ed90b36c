import { BlockList, isIP, isIPv4 } from "node:net";

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/** RFC 1123 §2.1, and the underscore that SRV names and private zones have. */
const LABEL = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
const NAME_MAX = 253;

export function isHostName(text: string): boolean {
  // What ends in a number is meant for an address (RFC 1123 §2.1: no top-level name is one).
  if (text.length > NAME_MAX || /(^|\.)[0-9]+\.?$/.test(text)) return false;
  return text
    .replace(/\.$/, "")
    .split(".")
    .every((label) => LABEL.test(label));
}

/** All addresses of a machine, which are none. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || (isIP(host) === 6 && /^[0:]+$/.test(host));
}

/** What is wrong with a trunk's source; undefined where nothing is. */
export function sourceFault(
  source: string,
): { readonly message: string; readonly nearest?: string } | undefined {
  const [address = "", prefix, ...rest] = source.split("/");
  if (isIP(address) === 0) {
    if (prefix === undefined && isHostName(address)) return undefined;
    return { message: `${source} is neither an address, a network nor a name` };
  }
  if (prefix === undefined) return undefined;
  const longest = isIPv4(address) ? 32 : 128;
  if (rest.length > 0 || !/^[0-9]{1,3}$/.test(prefix) || Number(prefix) > longest)
    return { message: `${source} is no network: a prefix is /0 to /${longest}` };
  const first = networkAddress(address, Number(prefix));
  if (first === undefined) return undefined;
  // The trunk's whole network, or one host of it? Who may call is not guessed.
  return {
    message: `${source} has bits behind its prefix: the network, or the address alone?`,
    nearest: first,
  };
}

/** Whether every address of one source is one of another; names cover only themselves. */
export function coveredBy(source: string, other: string): boolean {
  if (source.toLowerCase() === other.toLowerCase()) return true;
  const inner = networkOf(source);
  const outer = networkOf(other);
  if (inner === undefined || outer === undefined) return false;
  if (inner.family !== outer.family || inner.prefix < outer.prefix) return false;
  return blockOf(outer).check(inner.address, inner.family);
}

function networkOf(source: string): Network | undefined {
  if (sourceFault(source) !== undefined) return undefined;
  const [address = "", prefix] = source.split("/");
  if (isIP(address) === 0) return undefined;
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  return { address, prefix: Number(prefix ?? (family === "ipv4" ? 32 : 128)), family };
}

function blockOf({ address, prefix, family }: Network): BlockList {
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return list;
}

/** The network that an address with bits behind its prefix lies in; undefined where it has none there. */
function networkAddress(address: string, prefix: number): string | undefined {
  if (isIPv4(address)) {
    const octets = address.split(".").map(Number);
    const masked = octets.map(
      (octet, index) => octet & ~(0xff >> Math.max(0, Math.min(8, prefix - 8 * index))),
    );
    return masked.join(".") === octets.join(".") ? undefined : `${masked.join(".")}/${prefix}`;
  }
  const groups = groupsOf(address);
  const masked = groups.map(
    (group, index) => group & ~(0xffff >> Math.max(0, Math.min(16, prefix - 16 * index))),
  );
  if (masked.join(":") === groups.join(":")) return undefined;
  const text = masked
    .map((group) => group.toString(16))
    .join(":")
    .replace(/(^|:)0(:0)+(:|$)/, "::");
  return `${text}/${prefix}`;
}

/** The eight groups of an IPv6 address (RFC 4291 §2.2). */
function groupsOf(address: string): number[] {
  const plain = address.replace(/[0-9.]+$/, (tail) => {
    if (!tail.includes(".")) return tail;
    const [a = 0, b = 0, c = 0, d = 0] = tail.split(".").map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = "", tail] = plain.split("::");
  const parse = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
  const before = parse(head);
  const after = parse(tail ?? "");
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
