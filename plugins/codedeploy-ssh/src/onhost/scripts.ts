/** The shell scripts that run on hosts: real files next to this one, so that they can be read and checked as such. */
import { readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

// The compiler does not copy them, so that the built plugin takes them from the sources that are packed with it.
const folder = __dirname.split(sep).includes('dist') ? join(__dirname, '..', '..', 'src', 'onhost') : __dirname

const parts = ['common.sh', 'hooks.sh', 'install.sh', 'bluegreen.sh', 'supervise.sh', 'verbs.sh']

let agent: string | undefined
let conversation: string | undefined

/** `agent.sh VERB TOKEN [ARGUMENT]`: start, follow, cancel. Goes to the host with each deployment. */
export function agentScript(): string {
  agent ??= parts.map(read).join('\n')
  return agent
}

/** Asks a host what it has and does what it is told then; run from standard input. */
export function conversationScript(): string {
  conversation ??= read('converse.sh')
  return conversation
}

/** Compares what was deployed with what is there; run from standard input. */
export function driftScript(): string {
  return read('drift.sh')
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}
