import type { RawConfig } from "./build.ts";

type Conditions = NonNullable<RawConfig["routes"][number]["when"]>;
type Loose = { readonly [K in keyof Conditions]?: Conditions[K] | undefined };

/** Whether every call that one route would take is taken by an earlier one. */
export function coversRoute(
  earlier: { readonly when?: Loose | undefined },
  route: { readonly when?: Loose | undefined } | undefined,
): boolean {
  const [by, of] = [earlier.when ?? {}, route?.when ?? {}];
  return (
    (by.trunk === undefined || by.trunk === of.trunk) &&
    coversNumber(by.called, of.called) &&
    coversNumber(by.calling, of.calling)
  );
}

/** A pattern is a whole number, or a beginning and `*` (routing/route-table.ts). */
function coversNumber(by: string | undefined, of: string | undefined): boolean {
  if (by === undefined || by === "*") return true;
  if (of === undefined) return false;
  return by.endsWith("*") ? of.startsWith(by.slice(0, -1)) : by === of;
}
