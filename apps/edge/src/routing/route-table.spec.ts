import { describe, expect, it } from "@jest/globals";
import type { RouteConfig } from "../config/config.ts";
import { findRoute } from "./route-table.ts";

const routes = [
  { id: "test", when: { trunk: "acme", called: "+49309990*" } },
  { id: "one", when: { calling: "+4930111" } },
  { id: "rest" },
] as unknown as readonly RouteConfig[];

describe("the route table", () => {
  it.each([
    ["acme", "+493099901", "", "test"],
    ["acme", "+49309991", "", "rest"],
    ["pbx", "+493099901", "", "rest"],
    ["pbx", "+1", "+4930111", "one"],
    ["pbx", "+1", "+49301112", "rest"],
  ])("of trunk %s to %s from %s takes %s", (trunk, called, calling, id) => {
    expect(findRoute(routes, { trunk, called, calling })?.id).toBe(id);
  });

  it("has no answer where nothing matches", () => {
    expect(findRoute(routes.slice(0, 1), { trunk: "pbx", called: "", calling: "" })).toBeUndefined();
  });
});
