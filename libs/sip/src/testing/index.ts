export {
  MemoryNetwork,
  MemoryTransport,
  type MemoryStreamOptions,
  type NetworkFaults,
} from "./memory-network.ts";
export { MemoryResolver, type MemoryZone } from "./memory-resolver.ts";
export { SeededRandom } from "./seeded-random.ts";
export { VirtualClock } from "./virtual-clock.ts";
