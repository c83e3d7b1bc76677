/** Structured log lines (pino), with secrets taken out by the names of what holds them. */
import type { Logger as Pino } from 'pino'
import type { Logger } from '../host/plugin.js'
import { LogOutput } from './log-output.js'

/** What may hold a secret, wherever it stands in a line's details. */
const secretNames = [
  'password',
  'secret',
  'secretAccessKey',
  'SecretToken',
  'sessionToken',
  'token',
  'authorization',
  'Authorization',
  'cookie',
  'OAuthToken',
  'passphrase',
  'privateKey',
]

/** The root of all loggers. Without `write`, lines go to standard error: standard output is for what a command answers. */
export function createPino(level: string, write?: (line: string) => void): Pino {
  const { pino, stdSerializers } = loadPino()
  const paths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '****' },
    serializers: {
      err: stdSerializers.err,
      error: (value: unknown) => (value instanceof Error ? stdSerializers.err(value) : value),
    },
  }
  if (write) return pino(options, { write })
  const output = new LogOutput()
  return pino(options, { write: (line) => output.line(line) })
}

/** pino as everybody else knows it: a message and details. */
export function asLogger(root: Pino, bindings: Readonly<Record<string, unknown>> = {}): Logger {
  const log = Object.keys(bindings).length > 0 ? root.child(bindings) : root
  return {
    debug: (message, details) => log.debug(details ?? {}, message),
    info: (message, details) => log.info(details ?? {}, message),
    warn: (message, details) => log.warn(details ?? {}, message),
    error: (message, details) => log.error(details ?? {}, message),
  }
}

function loadPino() {
  const pino = require('pino') as typeof import('pino')
  return { pino: pino.pino, stdSerializers: pino.stdSerializers }
}
