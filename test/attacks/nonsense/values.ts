/** Words and JSON without sense, drawn from a seed. */
import type { Random } from '../../simulation/random.js'

export const texts = [
  '',
  'x',
  'admin',
  '../../etc',
  '\u0000',
  '\u{1F6B0}'.repeat(300),
  '{{secret:loud}}',
  '#{a.b}',
  "'; --",
  '*',
]
const members = [
  ...['name', 'userName', 'secretName', 'value', 'pipelines', 'stages', 'policies', 'password', 'enabled', 'status'],
  ...['pipelineName', 'actionName', 'stageName', 'sessionId', 'nextToken', 'maxResults', 'key', 'version', 'prefix'],
  ...['project', 'reason', 'commit', 'number', 'jobId', 'fence', 'plugin', 'part', 'data', '__proto__', 'constructor'],
  ...['pull_request', 'repository', 'ref', 'after', 'head', 'base', 'commits', 'action', 'sender', 'object_kind'],
]

function value(random: Random, depth: number): unknown {
  const kind = random.int(0, depth > 2 ? 6 : 8)
  if (kind < 3) return random.pick(texts)
  if (kind === 3) return random.pick([0, -1, 1e308, 2 ** 53, 0.5, 1e-9])
  if (kind === 4) return random.pick([true, false, null])
  if (kind === 5) return 'y'.repeat(random.int(0, 5_000))
  if (kind === 6) return Array.from({ length: random.int(0, 5) }, () => value(random, depth + 1))
  return record(random, depth + 1)
}

function record(random: Random, depth: number): object {
  const names = Array.from({ length: random.int(0, 5) }, () => random.pick(members))
  return Object.fromEntries(names.map((name) => [name, value(random, depth)]))
}

/** A body: JSON of any shape, or none. */
export function bodyOf(random: Random): string {
  const broken = ['', '{', '[]', 'null', '"', '\u0000\u0001', '{"__proto__":{}}', `${'['.repeat(5_000)}`]
  return random.int(0, 5) === 0 ? random.pick(broken) : JSON.stringify(record(random, 0))
}

/** Fields of a form. */
export function fieldsOf(random: Random, names: readonly string[]): Record<string, string> {
  const chosen = Array.from({ length: random.int(0, 6) }, () => random.pick(names))
  return Object.fromEntries(chosen.map((name) => [name, random.pick([...texts, bodyOf(random)])]))
}
