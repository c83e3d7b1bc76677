import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CommandFailed } from '../output.js'

/** Minutes for all tests of a plugin together, unless said. */
export const usualMinutes = 10

/**
 * `penstock plugin test`: compiles `test/**\/*.test.ts` and runs it with node's own runner. The plugin gets this very
 * `@penstock/core`, and nothing has to be installed. Status 1 when a test fails.
 * Errors: CommandFailed when they do not end in time, for what a test leaves running keeps Node waiting for ever.
 */
export async function testPlugin(dir: string, minutes = usualMinutes): Promise<void> {
  const folder = resolve(dir)
  if (testsOf(folder).length === 0) throw new CommandFailed(`${folder} has no test/*.test.ts`)
  const modules = join(folder, 'node_modules')
  const status = await runTests(folder, existsSync(modules) ? modules : tmpdir(), minutes)
  if (status !== 0) process.exitCode = 1
}

/** What encloses tests of a stranger: what comes before Node, and the whole environment. */
interface Enclosure {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Node's exit status. They are compiled into a folder below `place`. Errors: CommandFailed. */
export async function runTests(
  folder: string,
  place: string,
  minutes: number,
  enclosure?: Enclosure,
): Promise<number | null> {
  const out = mkdtempSync(join(place, '.penstock-test-'))
  chmodSync(out, 0o755) // in an enclosure they are read by another user
  try {
    await compile(folder, testsOf(folder), out)
    const files = readdirSync(out).filter((name) => name.endsWith('.cjs'))
    const args = ['--enable-source-maps', '--test', '--test-reporter=spec', ...files.map((name) => join(out, name))]
    return await runWithin(minutes, args, folder, enclosure)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/** Node's exit status. All that runs there is ended with it, at the limit or by Ctrl-C. */
async function runWithin(
  minutes: number,
  args: readonly string[],
  cwd: string,
  enclosure?: Enclosure,
): Promise<number | null> {
  const [program = process.execPath, ...before] = [...(enclosure?.command ?? []), process.execPath]
  const env = enclosure?.env ?? process.env
  const child = spawn(program, [...before, ...args], { cwd, env, stdio: 'inherit', detached: true })
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  let late = false
  const limit = setTimeout(() => {
    late = true
    end()
  }, minutes * 60_000)
  const interrupted = () => {
    end()
    process.exitCode = 130
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted)
  try {
    const [status] = (await once(child, 'exit')) as [number | null]
    if (!late) return status
  } finally {
    clearTimeout(limit)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted)
  }
  throw new CommandFailed(
    `the tests did not end within ${minutes} minutes, and were ended: something that one of them started still runs; end it in after() of @penstock/core/testkit, or give more time with --minutes`,
  )
}

/** Its `test/**\/*.test.ts`. */
export function testsOf(folder: string): string[] {
  const test = join(folder, 'test')
  if (!existsSync(test)) return []
  const names = readdirSync(test, { recursive: true }).map(String)
  return names.filter((name) => /\.test\.[cm]?[jt]s$/.test(name)).map((name) => join(test, name))
}

async function compile(folder: string, tests: readonly string[], out: string): Promise<void> {
  const { build } = await import('esbuild')
  await build({
    entryPoints: tests.map((file, at) => ({ in: file, out: `${at + 1}` })),
    outdir: out,
    outExtension: { '.js': '.cjs' },
    absWorkingDir: folder,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    logLevel: 'error',
    plugins: [
      {
        name: 'the host is this one',
        setup: (each) =>
          each.onResolve({ filter: /^@penstock\/core(\/|$)/ }, ({ path }) => ({
            path: require.resolve(path),
            external: true,
          })),
      },
    ],
  }).catch(() => {
    throw new CommandFailed('the tests do not compile: see above')
  })
}
