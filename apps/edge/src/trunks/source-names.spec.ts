import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { NameServer } from "../../../../libs/sip/src/node/testing/name-server.ts";
import { sourceNames } from "./source-names.ts";
import type { Resolve } from "./trunk-table.ts";

const BOTH = "sbc.example";

let server: NameServer;
let resolve: Resolve;

beforeEach(async () => {
  server = await NameServer.open({ A: { [BOTH]: ["192.0.2.9"] }, AAAA: { [BOTH]: ["2001:db8::9"] } });
  resolve = sourceNames({ servers: [server.address], timeoutMs: 500 });
});
afterEach(async () => {
  await server.close();
});

describe("the addresses of a trunk's source name", () => {
  it("are those of both families", async () => {
    expect(await resolve(BOTH)).toEqual(["192.0.2.9", "2001:db8::9"]);
  });

  it.each(["A", "AAAA"])("stay in the family whose question %s is not answered", async (type) => {
    await resolve(BOTH);
    server.failing.add(`${type} ${BOTH}`);
    expect(await resolve(BOTH)).toEqual(["192.0.2.9", "2001:db8::9"]);
  });

  it("are those of the other family where one was never answered", async () => {
    server.failing.add(`AAAA ${BOTH}`);
    expect(await resolve(BOTH)).toEqual(["192.0.2.9"]);
  });

  it("go in a family that has none any more", async () => {
    await resolve(BOTH);
    server.zone = { AAAA: { [BOTH]: ["2001:db8::10"] } };
    expect(await resolve(BOTH)).toEqual(["2001:db8::10"]);
  });

  it("are none of a name that is not there: it cannot be resolved", async () => {
    await expect(resolve("nobody.example")).rejects.toThrow("nobody.example has no address");
  });
});
