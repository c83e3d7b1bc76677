/** `@penstock/core/server`: a whole server, for embedding and for tests. */
export type { Config } from './config.js'
export { ConfigError } from './config-file.js'
export { type RunningServer, type StartOptions, startServer } from './server.js'
