/** The environment's say in the configuration: what containers and service units set. */

/** Each variable, where it goes, and how its text is read. */
export const environmentVariables: Readonly<
  Record<string, { readonly path: readonly [string, ...string[]]; readonly type?: 'number' | 'boolean' }>
> = {
  PENSTOCK_HOST: { path: ['server', 'host'] },
  PENSTOCK_PORT: { path: ['server', 'port'], type: 'number' },
  PENSTOCK_PUBLIC_URL: { path: ['server', 'publicUrl'] },
  PENSTOCK_REGION: { path: ['server', 'region'] },
  PENSTOCK_ACCOUNT_ID: { path: ['server', 'accountId'] },
  PENSTOCK_METRICS: { path: ['server', 'metrics'] },
  PENSTOCK_DATA: { path: ['dataDir'] },
  PENSTOCK_DATABASE_URL: { path: ['database', 'url'] },
  PENSTOCK_MASTER_KEY_FILE: { path: ['masterKeyFile'] },
  PENSTOCK_BUCKET: { path: ['artifacts', 'bucket'] },
  PENSTOCK_ENCRYPTION_KEY_FILE: { path: ['artifacts', 'encryptionKeyFile'] },
  PENSTOCK_WORKER_ENABLED: { path: ['worker', 'enabled'], type: 'boolean' },
  PENSTOCK_WORKER_CONCURRENCY: { path: ['worker', 'concurrency'], type: 'number' },
  PENSTOCK_WORKER_ISOLATION: { path: ['worker', 'isolation'] },
  PENSTOCK_POLL_SCHEDULE: { path: ['polling', 'schedule'] },
  PENSTOCK_TIMEZONE: { path: ['polling', 'timezone'] },
  PENSTOCK_LOG_LEVEL: { path: ['log', 'level'] },
  PENSTOCK_PIPELINES: { path: ['pipelines'] },
}

/** Writes what the environment sets over `data`; the answer tells which variable set which path. */
export function applyEnvironment(data: Record<string, unknown>, env: NodeJS.ProcessEnv): Map<string, string> {
  const origin = new Map<string, string>()
  for (const [name, { path, type }] of Object.entries(environmentVariables)) {
    const text = env[name]
    if (text === undefined || text === '') continue
    setIn(data, path, read(text, type))
    origin.set(path.join('.'), name)
  }
  return origin
}

/** Sets a value at a path, making the maps on the way. */
export function setIn(data: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path
  if (key === undefined) return
  if (rest.length === 0) {
    data[key] = value
    return
  }
  const inner = data[key]
  const map = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {}
  data[key] = map
  setIn(map, rest, value)
}

/** What cannot be read as its type stays text, for the schema to name. */
function read(text: string, type: 'number' | 'boolean' | undefined): unknown {
  if (type === 'number' && /^\d+$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}
