import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JobContext, JobFailed, readJson } from '@penstock/core'

/** Gems that a build gets for itself: which, and from where. */
export interface WantedGems {
  /** name -> requirement, such as `~> 5`. */
  readonly gems: Readonly<Record<string, string>>
  /** An address, or a folder of .gem files inside the input artifact; rubygems' own sources when absent. */
  readonly source?: string
  /** The folder of .gem files when it is one, else any. */
  readonly folder: string
}

/** Whether it is the address of a gem source, rather than a folder. */
export function isAddress(source: string): boolean {
  return /^https?:\/\//.test(source)
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const requirementPattern = /^\s*(?:(?:[<>=!~]{1,2}\s*)?[0-9][0-9A-Za-z.-]*\s*(?:,\s*(?!$))?)+$/

/** The gems of the property. Errors: Error naming the property and the gem. */
export function parseGems(text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined) return {}
  const parsed = readJson(text, 'Gems')
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error('Gems must be a JSON object, such as {"haml": "~> 5"}')
  }
  for (const [name, requirement] of Object.entries(parsed)) {
    if (!namePattern.test(name))
      throw new Error(`Gems has a gem named "${name}": letters, digits, '.', '_' and '-' are right`)
    if (typeof requirement !== 'string' || !requirementPattern.test(requirement)) {
      throw new Error(
        `Gems: ${name} is ${JSON.stringify(requirement)}: a requirement is right, such as "~> 5" or ">= 5, < 6"`,
      )
    }
  }
  return parsed as Readonly<Record<string, string>>
}

/**
 * Installs the gems into a folder of the build's own, and answers the environment in which rake finds just those versions.
 * Errors: JobFailed when one cannot be had, with rubygems' words in the log.
 */
export async function installGems(
  ctx: JobContext,
  { gems, source, folder: cwd }: WantedGems,
  env: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const wanted = Object.entries(gems)
  if (wanted.length === 0) return {}
  const home = join(ctx.workspace, '.penstock', 'gems')
  await mkdir(home, { recursive: true })
  const from = source === undefined ? [] : isAddress(source) ? ['--clear-sources', '--source', source] : ['--local']
  for (const [name, requirement] of wanted) {
    const options = ['--no-document', ...from, '--version', requirement] as const
    const { exitCode } = await ctx.exec(['gem', 'install', ...options, name], {
      cwd,
      env: { ...env, GEM_HOME: home },
      check: false,
    })
    if (exitCode === 0) continue
    const where = source === undefined ? "rubygems' sources" : source
    throw new JobFailed(
      `Gems: ${name} ${requirement} could not be installed from ${where} (the log has gem's words): GemSource names another source, or a folder of .gem files in the input`,
    )
  }
  return { GEM_HOME: home, RUBYOPT: `${env.RUBYOPT ?? ''} -r${await activation(ctx, wanted)}`.trim() }
}

/** Without it Ruby would take the newest version that it finds, which may be the machine's. */
async function activation(ctx: JobContext, wanted: readonly (readonly [string, string])[]): Promise<string> {
  const file = join(ctx.workspace, '.penstock', 'activate-gems.rb')
  const lines = wanted.map(([name, requirement]) => {
    const words = [name, ...requirement.split(',').map((one) => one.trim())]
    return `gem ${words.map((word) => JSON.stringify(word)).join(', ')}\n`
  })
  await writeFile(file, lines.join(''))
  return file
}
