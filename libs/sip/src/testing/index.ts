export {
  MemoryNetwork,
  MemoryTransport,
  type MemoryStreamOptions,
  type NetworkFaults,
} from "./memory-network.ts";
export { SeededRandom } from "./seeded-random.ts";
export { VirtualClock } from "./virtual-clock.ts";
