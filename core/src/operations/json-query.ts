/** JSONPath, for webhooks' filters; the engine has none of its own (W2). */
import { Fault } from '../domain/faults.js'
import type { JsonQuery } from '../domain/webhook.js'

/** `..` looks at everything below; one within another looks at everything below everything. */
const mostDescents = 2

/**
 * Loads the JSONPath library, at the first webhook. Scripts in a path are never run: a path that has one is an error.
 * @example
 * const query = await loadJsonQuery()
 * const branches = query('$.ref', { ref: 'refs/heads/main' })
 */
export async function loadJsonQuery(): Promise<JsonQuery> {
  const { JSONPath } = await import('jsonpath-plus')
  return (path, json) => {
    if (typeof json !== 'object' || json === null) return []
    return JSONPath({ path, json, eval: false, wrap: true }) as unknown[]
  }
}

/** Refuses what is no JSONPath (W2). Errors: InvalidWebhookFilterPatternException, which names the path. */
export async function checkJsonPaths(paths: readonly string[]): Promise<void> {
  const query = await loadJsonQuery()
  for (const path of paths) {
    const problem = problemOf(path, query)
    if (problem === undefined) continue
    throw new Fault('InvalidWebhookFilterPatternException', `The filter's jsonPath '${path}' ${problem}`)
  }
}

function problemOf(path: string, query: JsonQuery): string | undefined {
  if (!path.startsWith('$')) return "must begin with '$', as in $.ref"
  if (path.split('..').length - 1 > mostDescents) return `must not have '..' more than ${mostDescents} times`
  if (/[?(`]/.test(path)) return 'must not hold a script, a filter or a type'
  try {
    query(path, { probe: [{}] })
    return undefined
  } catch {
    return 'is not a JSONPath, such as $.ref or $.commits[0].id'
  }
}
