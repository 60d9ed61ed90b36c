import { parseNameAddr, type NameAddr } from "../name-addr.ts";
import { unescapeUser } from "../uri.ts";
import { printNameAddr } from "./addresses.ts";
import { listType } from "./header-type.ts";
import { REASON, type ReasonValue } from "./reason.ts";

/** One target a request was sent to, in order (RFC 7044 §5). */
export interface HistoryInfo {
  readonly address: NameAddr;
  /** `[1, 2, 1]` of `index=1.2.1`. */
  readonly index: readonly number[];
  /** How the target came about: `rc`, `mp` or `np`, with the index it came from. */
  readonly change: { readonly kind: "rc" | "mp" | "np"; readonly from: readonly number[] } | undefined;
  /** Reasons inside the URI: why the request went on from there (RFC 7044 §5.2). */
  readonly reasons: readonly ReasonValue[];
  /** Values of Privacy inside the URI, lower case. */
  readonly privacy: readonly string[];
}

const INDEX = /^[0-9]{1,3}(?:\.[0-9]{1,3})*$/;
const KINDS = ["rc", "mp", "np"] as const;

function indexOf(text: string | undefined): number[] | undefined {
  return text !== undefined && INDEX.test(text) ? text.split(".").map(Number) : undefined;
}

/** Header fields in a URI are escaped (RFC 3261 §19.1.1). */
function uriHeaders({ uri }: NameAddr, id: string): string[] {
  const headers = "headers" in uri ? (uri.headers ?? "") : "";
  return headers
    .split("&")
    .filter((field) => field.toLowerCase().startsWith(`${id}=`))
    .map((field) => unescapeUser(field.slice(id.length + 1)));
}

function parse(text: string): HistoryInfo | undefined {
  const address = parseNameAddr(text);
  const index = indexOf(address?.params.get("index"));
  if (address === undefined || index === undefined) return undefined;
  const kind = KINDS.find((each) => address.params.has(each));
  const from = kind && indexOf(address.params.get(kind));
  return {
    address,
    index,
    change: kind === undefined || from === undefined ? undefined : { kind, from },
    reasons: uriHeaders(address, "reason").flatMap((reason) => REASON.parse(reason) ?? []),
    privacy: uriHeaders(address, "privacy").flatMap((value) => value.toLowerCase().split(/\s*;\s*/)),
  };
}

export const HISTORY_INFO = listType<HistoryInfo>("History-Info", parse, ({ address }) =>
  printNameAddr(address),
);
