import type { RouteConfig } from "../config/config.ts";

/** What a route looks at. */
export interface RouteQuery {
  readonly trunk: string;
  /** E.164 with "+" where it is known, else the number as it came. */
  readonly called: string;
  readonly calling: string;
}

/** First match wins; no match is a fault of the configuration that the caller answers with 404. */
export function findRoute(routes: readonly RouteConfig[], query: RouteQuery): RouteConfig | undefined {
  return routes.find(({ when }) => {
    if (when === undefined) return true;
    if (when.trunk !== undefined && when.trunk !== query.trunk) return false;
    return matches(when.called, query.called) && matches(when.calling, query.calling);
  });
}

/** Whether a route takes one called number only: no digit can follow it. */
export function namesWhole(route: RouteConfig | undefined): boolean {
  const called = route?.when?.called;
  return called !== undefined && !called.endsWith("*");
}

/** A pattern is a whole number, or a beginning followed by `*`. */
function matches(pattern: string | undefined, number: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith("*") ? number.startsWith(pattern.slice(0, -1)) : number === pattern;
}
