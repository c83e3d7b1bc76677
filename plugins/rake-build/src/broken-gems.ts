import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobContext } from '@penstock/core'

/** A gem whose newer versions took something away that Rakefiles use. */
interface Break {
  readonly gem: string
  /** The first version without it. */
  readonly since: string
  readonly uses: RegExp
  readonly what: string
  /** The requirement with which the Rakefile runs as it is. */
  readonly requirement: string
  readonly instead: string
}

const breaks: readonly Break[] = [
  {
    gem: 'haml',
    since: '6.0',
    uses: /Haml::Engine\b/,
    what: 'Haml::Engine.new(TEXT).render, which Haml 6 does not have any more',
    requirement: '~> 5',
    instead: 'call Haml::Template.new { TEXT }.render',
  },
  {
    gem: 'minitest',
    since: '5.19',
    uses: /\bMiniTest::/,
    what: 'the constant MiniTest, which minitest 5.19 took away',
    requirement: '< 5.19',
    instead: 'write Minitest',
  },
]

/**
 * Once rake failed: does it use what the version of a gem that is installed does not have? Answers cause and remedy in one
 * sentence, or `undefined`.
 */
export async function findBrokenGem(
  ctx: JobContext,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const text = await rakeText(folder)
  for (const one of breaks) {
    if (!one.uses.test(text)) continue
    const version = await installedVersion(ctx, one, folder, env)
    if (version === undefined) continue
    const gems = JSON.stringify(JSON.stringify({ [one.gem]: one.requirement }))
    return `it uses ${one.what}, and this machine has ${one.gem} ${version}: set the action's property "Gems": ${gems}, or ${one.instead}`
  }
  return undefined
}

/** The Rakefile and what lies beside it that rake loads. */
async function rakeText(folder: string): Promise<string> {
  const names = await readdir(folder)
  const files = names.filter((name) => /^rakefile(\.rb)?$|\.rake$|_test\.rb$|^test_.*\.rb$/i.test(name))
  const below = await Promise.all(['rakelib', 'tasks', 'lib/tasks', 'test'].map((name) => filesIn(folder, name)))
  const texts = [...files, ...below.flat()].map((name) => readFile(join(folder, name), 'utf8').catch(() => ''))
  return (await Promise.all(texts)).join('\n')
}

async function filesIn(folder: string, name: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, name)).catch(() => [])
  return names.filter((one) => /\.(rb|rake)$/.test(one)).map((one) => join(name, one))
}

/** The version that a plain require gets, when it is one of those that broke. */
async function installedVersion(
  ctx: JobContext,
  { gem, since }: Break,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const file = join(ctx.workspace, '.penstock', `version-of-${gem}`)
  const script = `gem ARGV[0]; v = Gem.loaded_specs[ARGV[0]].version; File.write(ARGV[1], v.to_s) if v >= Gem::Version.new(ARGV[2])`
  const label = `ruby, to see which ${gem} there is`
  const command = [
    'sh',
    '-c',
    'mkdir -p "$(dirname "$3")" && exec ruby -e "$1" "$2" "$3" "$4" 2>/dev/null',
    'sh',
  ] as const
  await ctx.exec([...command, script, gem, file, since], { cwd, env, check: false, label, timeout: 60_000 })
  return readFile(file, 'utf8').catch(() => undefined)
}
