import { mkdir, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { type ActionJob, type ConfigurationOf, type JobContext, JobFailed } from '@penstock/core'
import { type common, objectOf } from './properties.js'

type Common = ConfigurationOf<typeof common>

/** An initialised root module, in which terraform can be run. */
export interface RootModule {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** Runs it; `check: false` answers with the exit code. */
  terraform(args: readonly string[], options?: { readonly check?: boolean; readonly label?: string }): Promise<number>
  /** The same with its standard output in a file instead of the log. */
  capture(args: readonly string[], file: string): Promise<void>
}

/**
 * Unpacks, runs `init`, and selects the workspace. Providers and modules go into a folder beside the code
 * (TF_DATA_DIR), so that the code's folder holds nothing but code, lock file and plan.
 */
export async function openRootModule(job: ActionJob<Common>, ctx: JobContext): Promise<RootModule> {
  const { configuration } = job
  const { folder: root } = await ctx.input()
  const folder = await inside(root, configuration.WorkingDirectory)
  const data = join(ctx.workspace, '.terraform-data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  const secrets = objectOf(configuration.SecretVariables, 'SecretVariables') as Record<string, unknown>
  const env = { ...textsOf(secrets), TF_DATA_DIR: data, TF_IN_AUTOMATION: 'true', TF_INPUT: '0' }
  // Each alone, too: the property is one text, and a step may print one of its values.
  for (const value of Object.values(textsOf(secrets))) ctx.mask(value)
  const { Command: command, BackendConfig, Workspace } = configuration
  const terraform: RootModule['terraform'] = async (args, options = {}) => {
    const { exitCode } = await ctx.exec([command, ...args], { cwd: folder, env, ...options })
    return exitCode
  }
  const capture: RootModule['capture'] = async (args, file) => {
    const script = 'out=$1; shift; exec "$@" >"$out"'
    await ctx.exec(['sh', '-ec', script, 'capture', file, command, ...args], {
      cwd: folder,
      env,
      label: `${command} ${args.join(' ')}`,
    })
  }
  const backend = Object.entries(textsOf(objectOf(BackendConfig, 'BackendConfig') as Record<string, unknown>))
  await terraform([
    'init',
    '-input=false',
    '-no-color',
    ...backend.map(([name, value]) => `-backend-config=${name}=${value}`),
  ])
  if (Workspace !== undefined) {
    const selected = await terraform(['workspace', 'select', '-no-color', Workspace], { check: false })
    if (selected !== 0) await terraform(['workspace', 'new', '-no-color', Workspace])
  }
  return { folder, env, terraform, capture }
}

/** Texts as they are, all else as JSON. */
export function textsOf(object: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

async function inside(root: string, path: string): Promise<string> {
  const wrong = (why: string) => new JobFailed(`WorkingDirectory is "${path}", ${why}`, 'ConfigurationError')
  const found = await realpath(resolve(root, path)).catch(() => undefined)
  const base = await realpath(root)
  if (found === undefined || !(await stat(found)).isDirectory()) throw wrong('which the input artifact does not have')
  if (found !== base && !found.startsWith(base + sep)) throw wrong('which is outside of the input artifact')
  return found
}
