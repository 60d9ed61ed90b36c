export type { Terminal } from "./command/command.ts";
export { runCarrier } from "./command/run.ts";
