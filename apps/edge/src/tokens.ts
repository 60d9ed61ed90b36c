/** What is injected by name, not by class. */
export const CONFIG = Symbol("config");
export const LOGGER = Symbol("logger");
/** Id of this run of the process: tells it from a twin with the same files. */
export const BOOT = Symbol("boot");
/** The publisher, or undefined where no broker is configured. */
export const PUBLISHER = Symbol("publisher");
