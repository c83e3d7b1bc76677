import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CodePipelineClient } from '@aws-sdk/client-codepipeline'
import { startTethered, type Tethered } from '@penstock/core/testkit'

const command = join(__dirname, '..', '..', '..', 'core', 'bin', 'penstock.js')
const startLimit = 60_000

/** A Penstock of the demo's own, as a process. */
export interface Penstock {
  readonly url: string
  readonly passwordFile: string
  /** With a key that may do everything. */
  readonly client: CodePipelineClient
  readonly logFile: string
  /** Runs a command of its own on this server. Errors: with what it said. */
  command(words: readonly string[]): Promise<void>
  /** Rejects when the server ends by itself. */
  readonly died: Promise<never>
  stop(): Promise<void>
}

/** Starts `penstock serve` with a configuration and data folder in `folder`. Errors: it did not come up, with its log's end. */
export async function startPenstock(folder: string, bucket: string): Promise<Penstock> {
  const config = join(folder, 'penstock.yaml')
  const logFile = join(folder, 'penstock.log')
  writeFileSync(config, ['server: { port: 0 }', 'dataDir: data', `artifacts: { bucket: ${bucket} }`, ''].join('\n'))
  writeFileSync(logFile, '')
  const server = startTethered([process.execPath, command, 'serve', '--config', config], { log: logFile, cwd: folder })
  try {
    const url = await addressOf(server, logFile)
    const key = await createKey(config, folder)
    const client = new CodePipelineClient({ endpoint: url, region: 'us-east-1', credentials: key })
    const passwordFile = join(folder, 'data', 'secrets', 'initialAdminPassword')
    const stop = () => server.stop().finally(() => client.destroy())
    const run = async (words: readonly string[]) => {
      await promisify(execFile)(process.execPath, [command, ...words, '--config', config], { cwd: folder })
    }
    return { url, passwordFile, client, command: run, logFile, died: deathOf(server, logFile), stop }
  } catch (error) {
    await server.stop()
    throw error
  }
}

function deathOf(server: Tethered, logFile: string): Promise<never> {
  const died = server.ended.then(() => {
    throw new Error(
      `Penstock ended by itself; its log, ${logFile}, ends with:\n${readFileSync(logFile, 'utf8').slice(-1000)}`,
    )
  })
  died.catch(() => {}) // an orderly stop ends it too, and then nobody asks
  return died
}

async function addressOf(server: Tethered, logFile: string): Promise<string> {
  let over = false
  const end = () => {
    over = true
  }
  void server.ended.then(end, end)
  for (const deadline = Date.now() + startLimit; !over && Date.now() < deadline; ) {
    const ready = /^READY (\S+)$/m.exec(readFileSync(logFile, 'utf8'))?.[1]
    if (ready !== undefined) return ready
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the server did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`)
}

async function createKey(config: string, cwd: string) {
  const args = ['access-key', 'create', '--user', 'demo', '--output', 'json', '--config', config]
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...args], { cwd })
  return JSON.parse(stdout) as { accessKeyId: string; secretAccessKey: string }
}
