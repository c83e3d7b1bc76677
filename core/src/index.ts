/** `@penstock/core`: all that a plugin may import. */
export * from "./domain/clock.js";
export { Fault, type FaultCode, isFault } from "./domain/faults.js";
export * from "./host/action-provider.js";
export * from "./host/job-failed.js";
export * from "./host/plugin.js";
