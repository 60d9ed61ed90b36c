export { systemClock, systemRandom } from "./clock.ts";
export { UdpTransport, type UdpListen } from "./udp-transport.ts";
