/** Real server processes from the built package, each ended with its test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const bin = resolve(__dirname, '../../core/bin/penstock.js')
const children = new Set<ChildProcess>()
const folders: string[] = []

export interface Ended {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

export interface ServerProcess {
  readonly child: ChildProcess
  readonly address: string
  out(): string
  err(): string
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-process-'))
  folders.push(folder)
  return folder
}

/** Kills what still runs and removes the folders. */
export async function cleanUp(): Promise<void> {
  for (const child of children) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  children.clear()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

function run(
  args: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>> = {},
): { child: ChildProcess; out: () => string; err: () => string } {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PENSTOCK|AWS)_/.test(name))
  const env = { ...Object.fromEntries(inherited), ...more }
  const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  children.add(child)
  let [out, err] = ['', '']
  child.stdout?.on('data', (piece) => {
    out += piece
  })
  child.stderr?.on('data', (piece) => {
    err += piece
  })
  return { child, out: () => out, err: () => err }
}

/** Runs a command to its end. */
export async function penstock(
  args: readonly string[],
  options: { readonly cwd: string; readonly input?: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ended> {
  const { child, out, err } = run(args, options.cwd, options.env)
  child.stdin?.end(options.input ?? '')
  await once(child, 'close')
  children.delete(child)
  return { status: child.exitCode, out: out(), err: err() }
}

/** Starts a command that goes on; it is ended by a signal. */
export function start(args: readonly string[], { cwd }: { readonly cwd: string }): Omit<ServerProcess, 'address'> {
  const { child, out, err } = run(args, cwd)
  return { child, out, err, end: (signal) => endWith(child, signal) }
}

async function endWith(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal)
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  children.delete(child)
  return child.exitCode
}

/** Starts `penstock serve` on a free port and waits for its READY line. Errors: when it ends before, with what it said. */
export async function serve(cwd: string, args: readonly string[] = []): Promise<ServerProcess> {
  const { child, out, err } = run(['serve', '--data', join(cwd, 'data'), '--port', '0', ...args], cwd)
  await until(() => out().includes('READY ') || child.exitCode !== null)
  const address = /^READY (\S+)$/m.exec(out())?.[1]
  if (address === undefined) throw new Error(`the server did not start: ${out()}${err()}`)
  return {
    child,
    address,
    out,
    err,
    end: (signal) => endWith(child, signal),
  }
}

/** Waits for real processes; a minute at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to be within a minute')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Writes a plugin in one file, and the penstock.yaml that names it. */
export function writePlugin(folder: string, name: string, body: string): void {
  const code = `import { definePlugin } from '@penstock/core'\nexport default definePlugin({ name: '${name}', apiVersion: '^1.0', register(api) { ${body} } })\n`
  writeFileSync(join(folder, `${name}.ts`), code)
  writeFileSync(join(folder, 'penstock.yaml'), `plugins:\n  ./${name}.ts: { isolation: none }\n`)
}
