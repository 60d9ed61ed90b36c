import type { SipRequest } from "../message/message.ts";
import type { Flow, Target } from "./flow.ts";

const DEFAULT_PORT = 5060;

/** Where a response goes (RFC 3261 §18.2.2, RFC 3581 §4). */
export function responseTarget(request: SipRequest, flow: Flow): Target {
  const via = request.topVia;
  if (flow.isReliable || via === undefined || via.params.has("rport")) {
    return {
      listener: flow.listener,
      address: flow.remoteAddress,
      port: flow.remotePort,
    };
  }
  const maddr = via.params.get("maddr");
  return {
    listener: flow.listener,
    address: maddr !== undefined && maddr !== "" ? maddr : flow.remoteAddress,
    port: via.port ?? DEFAULT_PORT,
  };
}
