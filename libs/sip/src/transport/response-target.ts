import type { SipRequest } from "../message/message.ts";
import type { Flow, Target } from "./flow.ts";

const DEFAULT_PORT = 5060;
const DEFAULT_PORT_TLS = 5061;

/** Where a response goes (RFC 3261 §18.2.2, RFC 3581 §4). */
export function responseTarget(request: SipRequest, flow: Flow): Target {
  const via = request.topVia;
  const { listener, remoteAddress, remotePort } = flow;
  if (flow.isReliable) {
    // The request's own connection; once it is gone, a new one to the source address and the port of sent-by.
    const byDefault = flow.transport === "TLS" ? DEFAULT_PORT_TLS : DEFAULT_PORT;
    return { listener, address: remoteAddress, port: via?.port ?? byDefault, connection: flow.connection };
  }
  if (via === undefined || via.params.has("rport"))
    return { listener, address: remoteAddress, port: remotePort };
  const maddr = via.params.get("maddr");
  return {
    listener,
    address: maddr !== undefined && maddr !== "" ? maddr : remoteAddress,
    port: via.port ?? DEFAULT_PORT,
  };
}
