/** Whole servers on a folder of the test's own; when a test ends they are stopped, and the folder is gone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningServer, type StartOptions, startServer } from '../../../src/app/server.js'

export interface ServerFolder {
  /** The path of `names` in the folder; the server's data is in `data`. */
  at(...names: readonly string[]): string
  /** What the servers logged. */
  readonly lines: string[]
  /** Starts a server on the folder with this as penstock.yaml; no plugin is bundled unless told otherwise. */
  start(yaml: string, options?: StartOptions): Promise<RunningServer>
  /** Waits for what is to come. Errors: naming `what`, with the log, after `patience` milliseconds. */
  eventually(holds: () => Promise<boolean>, what: string, patience: number): Promise<void>
}

export function serverFolder(): ServerFolder {
  let folder: string
  const running: RunningServer[] = []
  const lines: string[] = []
  const at = (...names: readonly string[]) => join(folder, ...names)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'penstock-server-'))
  })
  afterEach(async () => {
    for (const server of running.splice(0).reverse()) await server.stop()
    lines.length = 0
    rmSync(folder, { recursive: true, force: true })
  })

  async function start(yaml: string, options: StartOptions = {}): Promise<RunningServer> {
    writeFileSync(at('penstock.yaml'), yaml)
    const writeLog = (line: string) => void lines.push(line)
    const own = {
      file: at('penstock.yaml'),
      dataDir: at('data'),
      port: 0,
      env: { PENSTOCK_WORKER_ISOLATION: 'none' },
      bundled: [],
      writeLog,
    }
    const server = await startServer({ ...own, ...options })
    running.push(server)
    return server
  }

  async function eventually(holds: () => Promise<boolean>, what: string, patience: number): Promise<void> {
    const deadline = Date.now() + patience
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`${what} did not come to be; the log:\n${lines.join('')}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
  return { at, lines, start, eventually }
}
