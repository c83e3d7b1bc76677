import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type JobContext, JobFailed } from '@penstock/core'
import type { RakeConfiguration } from './properties.js'

/** How rake is called, up to its own arguments. */
export type RakeCommand = readonly [string, ...string[]]

const rakefiles: readonly string[] = ['rakefile', 'Rakefile', 'rakefile.rb', 'Rakefile.rb']

/** Errors: JobFailed ConfigurationError when rake would not find its Rakefile. */
export async function checkRakefile(folder: string, property: string | undefined): Promise<void> {
  const names = await readdir(folder)
  if (names.some((name) => rakefiles.includes(name))) return
  const where = property === undefined ? 'the input artifact' : `the input artifact's ${property}`
  const remedy = 'add one, or set WorkingDirectory to its folder'
  throw new JobFailed(`${where} has no Rakefile (it has ${list(names)}): ${remedy}`, 'ConfigurationError')
}

function list(names: readonly string[]): string {
  if (names.length === 0) return 'no files at all'
  return names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ')
}

/**
 * Decides between rake and `bundle exec rake`.
 * Errors: JobFailed ConfigurationError when what is wanted is not installed, with the remedy.
 */
export async function findRake(
  ctx: JobContext,
  folder: string,
  bundler: RakeConfiguration['Bundler'],
  env: Readonly<Record<string, string>>,
): Promise<RakeCommand> {
  const path = env.PATH ?? process.env.PATH ?? ''
  const reason = bundler === 'never' ? 'Bundler is never' : await whyNoBundle(ctx, folder, env, path)
  if (reason === undefined) return ['bundle', 'exec', 'rake']
  if (bundler === 'always') throw new JobFailed(`Bundler is always, but ${reason}`, 'ConfigurationError')
  if (bundler === 'auto') ctx.log.line(`rake runs without Bundler: ${reason}`)
  if (await isOnPath('rake', path)) return ['rake']
  throw new JobFailed(
    'rake is not on the PATH of the worker: install it, for instance with apt-get install rake',
    'ConfigurationError',
  )
}

/** Why `bundle exec` cannot work here, in words with the remedy; `undefined` when it can. */
async function whyNoBundle(
  ctx: JobContext,
  folder: string,
  env: Readonly<Record<string, string>>,
  path: string,
): Promise<string | undefined> {
  if (!(await exists(join(folder, 'Gemfile')))) return 'there is no Gemfile'
  if (!(await exists(join(folder, 'Gemfile.lock'))))
    return 'there is no Gemfile.lock: commit the one that bundle install makes'
  if (!(await isOnPath('bundle', path)))
    return 'bundle is not on the PATH: install it, for instance with apt-get install bundler'
  // Frozen: a check must not write a new lock file.
  const frozen = { ...env, BUNDLE_FROZEN: 'true', BUNDLE_SILENCE_ROOT_WARNING: 'true' }
  const { exitCode } = await ctx.exec(['bundle', 'check'], { cwd: folder, env: frozen, check: false })
  return exitCode === 0
    ? undefined
    : "the gems of Gemfile.lock are not installed: run bundle install on the worker (the log has Bundler's words)"
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function isOnPath(program: string, path: string): Promise<boolean> {
  for (const folder of path.split(':')) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    )
    if (found) return true
  }
  return false
}
