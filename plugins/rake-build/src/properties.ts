import { type ConfigurationOf, commandProperties, readJsonTexts } from '@penstock/core'
import { parseGems } from './gems.js'

/** The configuration of a Rake action. */
export const properties = {
  Task: {
    description: "Tasks, separated by spaces, with rake's own arguments if need be; the default task unless given",
    example: 'clean test release[beta]',
  },
  WorkingDirectory: { description: 'The folder of the Rakefile, relative to the input artifact' },
  Bundler: {
    description: 'Whether rake runs as `bundle exec rake`; auto: if there is a Gemfile.lock whose gems are installed',
    enum: ['auto', 'always', 'never'],
    default: 'auto',
  },
  Environment: {
    description: 'More variables, as JSON: {"NAME": "value"}',
    example: '{"RAILS_ENV": "test"}',
  },
  Gems: {
    description:
      'Gems of the build\'s own, as JSON: {"NAME": "requirement"}; rake then runs with just those, without Bundler',
    example: '{"haml": "~> 5"}',
  },
  GemSource: {
    description:
      "Where Gems come from: the address of a gem source, or a folder of .gem files inside the input artifact; rubygems' own sources otherwise",
    example: 'vendor/cache',
  },
  Timeout: { type: 'number', description: 'Minutes until it is ended' },
  OutputFiles: {
    description:
      "Globs of what to put out, separated by commas or line breaks, relative to the input artifact. The output artifact's own `files` otherwise, or everything",
    example: 'index.html, appspec.yml, scripts/**',
  },
  ...commandProperties,
} as const

export type RakeConfiguration = ConfigurationOf<typeof properties>

/** Every problem beyond single properties, in words that name the property. */
export function validate({ Task, Timeout, Environment, Gems, GemSource, Bundler }: RakeConfiguration): string[] {
  return [
    ...attempt(() => splitTasks(Task ?? '')),
    ...attempt(() => parseEnvironment(Environment)),
    ...attempt(() => parseGems(Gems)),
    ...(Gems !== undefined && Bundler === 'always'
      ? ['Gems is set and Bundler is always: leave Gems out, for the Gemfile says which gems there are']
      : []),
    ...(GemSource !== undefined && Gems === undefined
      ? ['GemSource is set: it belongs to Gems, which is missing']
      : []),
    ...(Timeout !== undefined && !(Timeout > 0 && Timeout <= 1440)
      ? [`Timeout is ${Timeout}: more than 0 and up to 1440 minutes are right`]
      : []),
  ]
}

function attempt(check: () => unknown): string[] {
  try {
    check()
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}

/**
 * Words, as a person types them: spaces inside of quotes and of a task's brackets separate nothing.
 * Errors: Error when a quote or bracket stays open.
 */
export function splitTasks(text: string): string[] {
  const word = /(?:[^\s'"[]|'[^']*'|"[^"]*"|\[[^\]]*\])+/gy
  const words: string[] = []
  for (let at = text.search(/\S/); at >= 0 && at < text.length; at = next(text, word.lastIndex)) {
    word.lastIndex = at
    const found = word.exec(text)
    if (found === null) throw new Error(`Task is "${text}": a quote or bracket is not closed`)
    words.push(found[0].replace(/'([^']*)'|"([^"]*)"/g, '$1$2'))
  }
  return words
}

function next(text: string, from: number): number {
  const rest = text.slice(from).search(/\S/)
  if (rest === 0) throw new Error(`Task is "${text}": a quote or bracket is not closed`)
  return rest < 0 ? -1 : from + rest
}

/** Errors: Error, naming the property and the variable. */
export function parseEnvironment(text: string | undefined): Record<string, string> {
  if (text === undefined) return {}
  const parsed = readJsonTexts(text, 'Environment')
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error('Environment must be a JSON object, such as {"RAILS_ENV": "test"}')
  }
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [checkName(name), checkValue(name, value)]))
}

function checkName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw new Error(`Environment has a variable named "${name}": letters, digits and _ are right, no digit first`)
}

function checkValue(name: string, value: unknown): string {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value)
  throw new Error(`Environment: ${name} must be a text`)
}

/** The globs of OutputFiles; `undefined` when it is not set. A comma inside of braces separates nothing. */
export function outputGlobs(text: string | undefined): readonly string[] | undefined {
  const globs = text?.split(/[\n,](?![^{]*\})/).map((glob) => glob.trim())
  const named = globs?.filter((glob) => glob !== '')
  return named === undefined || named.length === 0 ? undefined : named
}
