import { createServer } from 'node:net'
import type { Config } from '../../app/config.js'
import type { LocalSignIn } from '../../app/control.js'
import { askServer } from '../../app/control-socket.js'
import { lockHolder } from '../../app/folder-lock.js'
import { reason } from '../../host/contain.js'
import type { Finding } from './finding.js'

/** Free, or this data folder's server's; and not open to the world without TLS. */
export async function lookAtPort({ server: { host, port, publicUrl }, dataDir }: Config): Promise<Finding[]> {
  const name = 'port'
  const findings: Finding[] = []
  const problem = await tryPort(host, port)
  if (problem === undefined) findings.push({ name, state: 'ok', found: `${host}:${port} is free` })
  else if (lockHolder(dataDir) !== undefined)
    findings.push({ name, state: 'ok', found: `${host}:${port} is in use, by this data folder's server it seems` })
  else
    findings.push({
      name,
      state: 'bad',
      found: `${host}:${port}: ${problem}`,
      remedy: 'stop what uses it, or choose another with --port',
    })
  const local = ['127.0.0.1', '::1', 'localhost'].includes(host)
  if (!local && !publicUrl?.startsWith('https:'))
    findings.push({
      name: 'encryption',
      state: 'warn',
      found: `the server listens at ${host}, and server.publicUrl is ${publicUrl ?? 'not set'}`,
      remedy: 'put TLS in front of it, listen at 127.0.0.1, and set server.publicUrl to the https address',
    })
  return findings
}

/** Of a server that runs: whether it answers commands and requests. */
export async function lookAtServer({ dataDir }: Config): Promise<Finding[]> {
  const name = 'server'
  if (lockHolder(dataDir) === undefined) return []
  try {
    const { endpoint } = (await askServer(dataDir, { command: 'sign in', name: 'doctor' })) as LocalSignIn
    const { status } = await fetch(`${endpoint}/ready`, { signal: AbortSignal.timeout(10_000) })
    if (status === 200) return [{ name, state: 'ok', found: `${endpoint} is ready` }]
    return [{ name, state: 'bad', found: `${endpoint}/ready answers ${status}`, remedy: 'its log says why' }]
  } catch (error) {
    return [{ name, state: 'bad', found: reason(error), remedy: 'its log says why; start it again' }]
  }
}

function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(reason(error)))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}
