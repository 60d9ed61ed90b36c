import { BlockList, isIP, isIPv6 } from "node:net";
import type { TrunkConfig } from "../config/config.ts";

/** Finds the addresses of a name; injected, so that tests need no DNS. */
export type Resolve = (name: string) => Promise<readonly string[]>;

interface Entry {
  readonly trunk: TrunkConfig;
  readonly sources: BlockList;
}

/** Addresses of one source text: CIDR, address, or a name's addresses. */
function add(list: BlockList, source: string): void {
  const [address = "", prefix] = source.split("/");
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(prefix), family);
}

/** Sources are looked up once per address, then remembered: as many addresses as a trunk's cluster ever has. */
const REMEMBERED_MAX = 4_096;

/** Who a datagram comes from: the trunk by source address (and listener), in the order of the configuration. */
export class TrunkTable {
  readonly #trunks: readonly TrunkConfig[];
  readonly #resolve: Resolve;
  /** Of each name, as it was resolved last. */
  readonly #addresses = new Map<string, readonly string[]>();
  #entries: readonly Entry[];
  readonly #remembered = new Map<string, TrunkConfig | undefined>();

  constructor(trunks: readonly TrunkConfig[], resolve: Resolve) {
    this.#trunks = trunks;
    this.#resolve = resolve;
    this.#entries = this.#build();
  }

  /** Looks the names up; a name that cannot be resolved keeps what it had and is returned. */
  async refresh(): Promise<readonly string[]> {
    const names = new Set(this.#trunks.flatMap(({ sources }) => sources.filter(isName)));
    const failed: string[] = [];
    const lookUp = async (name: string): Promise<void> => {
      try {
        this.#addresses.set(name, await this.#resolve(name));
      } catch {
        // The calls of its trunk go on; the caller says so and tries again later.
        failed.push(name);
      }
    };
    await Promise.all([...names].map(lookUp));
    this.#entries = this.#build();
    this.#remembered.clear();
    return failed;
  }

  get hasNames(): boolean {
    return this.#trunks.some(({ sources }) => sources.some(isName));
  }

  find(address: string, listener: string): TrunkConfig | undefined {
    const key = `${listener} ${address}`;
    if (this.#remembered.has(key)) return this.#remembered.get(key);
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    const found = this.#entries.find(({ trunk, sources }) => {
      return (trunk.listener === undefined || trunk.listener === listener) && sources.check(address, family);
    });
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(key, found?.trunk);
    return found?.trunk;
  }

  #build(): Entry[] {
    return this.#trunks.map((trunk) => {
      const sources = new BlockList();
      for (const source of trunk.sources) {
        if (isName(source)) for (const address of this.#addresses.get(source) ?? []) add(sources, address);
        else add(sources, source);
      }
      return { trunk, sources };
    });
  }
}

function isName(source: string): boolean {
  return isIP(source.split("/")[0] ?? "") === 0;
}
