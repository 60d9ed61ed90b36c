import { describe, expect, it } from "@jest/globals";
import { configFile as file, faultsOf, type FaultRow } from "../../../../test/helpers/config-faults.ts";
import { checkConfig } from "./check.ts";
import type { EdgeConfig } from "./config.ts";

const TCP = "transport: tcp, address: 127.0.0.1:5060";

function built(text: string): EdgeConfig {
  const result = checkConfig(text, "tandem.yaml", () => undefined);
  if (!result.ok) throw new TypeError(result.faults.map(({ message }) => message).join("; "));
  return result.config;
}

const FAULTS: readonly FaultRow[] = [
  [
    "limits of connections that there are not",
    file({
      listen: "listen: [{ transport: udp, address: 127.0.0.1:5060, limits: { connections: 1 } }]",
    }),
    ["2:61: listen[0].limits: udp has no connections that could be limited"],
  ],
  [
    "limits that do not fit each other, and times that end everything or nothing",
    file({
      listen: `listen: [{ ${TCP}, limits: { connections: 10, connectionsPerSource: 11, idle: 25h, silent: 1ms, message: 0s } }]`,
    }),
    [
      "2:102: listen[0].limits.connectionsPerSource: 11 is more than connections allows in all, 10",
      "2:112: listen[0].limits.idle: 25h is not between 100ms and 24h",
      "2:125: listen[0].limits.silent: 1ms is not between 100ms and 24h",
      "2:139: listen[0].limits.message: 0s is not between 100ms and 24h",
    ],
  ],
  [
    "name servers that are none",
    file({
      more: "dns: { servers: [1.2.3, 192.0.2.1:0, '[2001:db8::1]:70000', ns.example.com], timeout: 1m }",
    }),
    [
      "5:18: dns.servers[0]: 1.2.3 is no IP address",
      "5:25: dns.servers[1]: 0 is no port",
      "5:38: dns.servers[2]: 70000 is no port",
      '5:61: dns.servers[3]: "ns.example.com" is not an IP address, with :port where it is not 53: 192.0.2.53, [2001:db8::53]:5353',
      "5:87: dns.timeout: 1m is not between 100ms and 30s",
    ],
  ],
];

describe("limits and name servers", () => {
  it("are those of the library and the system where the file says nothing", () => {
    const { listen, dns } = built(file({ listen: `listen: [{ ${TCP} }]` }));
    expect(listen[0]?.limits).toEqual({
      ...{ connections: 10_000, connectionsPerSource: 100 },
      ...{ idleMs: 900_000, silentMs: 32_000, messageMs: 10_000 },
    });
    expect(dns).toEqual({ servers: [], timeoutMs: 2_000 });
  });

  it("are taken as the file says", () => {
    const { listen, dns } = built(
      file({
        listen: `listen: [{ ${TCP}, limits: { connections: 3, connectionsPerSource: 2, idle: 1h, silent: 5s, message: 500ms } }]`,
        more: "dns: { servers: [192.0.2.53, 192.0.2.54:5353, '2001:db8::53', '[2001:db8::54]:5353'], timeout: 1s }",
      }),
    );
    expect(listen[0]?.limits).toEqual({
      ...{ connections: 3, connectionsPerSource: 2 },
      ...{ idleMs: 3_600_000, silentMs: 5_000, messageMs: 500 },
    });
    expect(dns).toEqual({
      servers: ["192.0.2.53", "192.0.2.54:5353", "2001:db8::53", "[2001:db8::54]:5353"],
      timeoutMs: 1_000,
    });
  });

  it.each(FAULTS)("that cannot be meant are faults: %s", (_what, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });
});
