import { ArtifactError } from '../domain/artifact-error.js'
import { compileGlob, globProblem } from '../domain/glob.js'

/** What a list of globs says about paths, and which of the globs never said yes. */
export interface Selection {
  /** Neither globs nor exclusions were given. */
  readonly isWhole: boolean
  /** Whether a file, link or empty directory at this relative path belongs to the artifact. */
  accepts(path: string): boolean
  /** Whether anything below this directory can belong to it; other directories need not even be readable. */
  reaches(directory: string): boolean
  unmatched(): readonly string[]
}

interface Pattern {
  readonly source: string
  /** The folders, with a slash after them, that all it matches lies in. */
  readonly prefix: string
  readonly test: (path: string) => boolean
  used: boolean
}

/** Absolute globs and such with `..` cannot select anything inside the folder. Errors: ArtifactEmpty, naming the glob. */
function normalize(glob: string): string {
  const trimmed = glob
    .trim()
    .replace(/^(\.\/+)+/, '')
    .replace(/\/+$/, '')
  if (trimmed.startsWith('/') || trimmed.split('/').includes('..')) {
    throw new ArtifactError('ArtifactEmpty', `files: '${glob}' leaves the folder: globs are relative, without '..'`)
  }
  return trimmed === '' || trimmed === '.' ? '**/*' : trimmed
}

/** Each `**` before a slash doubles the patterns to be tried: more than this many say nothing useful. */
const maxDoubled = 4

/** `**` with a slash after it stands for any number of folders, none included: so both with and without it. */
function variants(glob: string, from = 0, doubled = 0): readonly string[] {
  const at = glob.indexOf('**/', from)
  if (at < 0 || doubled === maxDoubled) return [glob]
  const isWholeName = at === 0 || glob[at - 1] === '/'
  const without = isWholeName ? variants(glob.slice(0, at) + glob.slice(at + 3), at, doubled + 1) : []
  return [...variants(glob, at + 3, doubled + 1), ...without]
}

/** What is taken as it is written, and all that is in it when it is a directory. */
function literal(source: string, normal: string): Pattern {
  const below = `${normal}/`
  return { source, prefix: below, test: (path) => path === normal || path.startsWith(below), used: false }
}

/**
 * As CodePipeline and CodeBuild read `files`: `*` stays in one folder, dot files are files like others; what has no
 * wildcards, or is the name of something that is there (`pages/[id].js`), means just that, and all that is in it. Brackets
 * beside wildcards may be part of names as well: `app/[slug]/*.js` also takes what lies in a folder of just that name.
 * Errors: ArtifactEmpty when it is no glob.
 */
function compile(glob: string, isThere: IsThere): Pattern {
  const normal = normalize(glob)
  if (!/[*?[{\\]/.test(normal) || isThere(normal)) return literal(glob, normal)
  const problem = globProblem(normal)
  if (problem !== undefined) throw new ArtifactError('ArtifactEmpty', `files: ${problem}`)
  const matchers = readings(normal)
    .flatMap((one) => variants(one))
    .map(compileGlob)
  const prefix = /^(?:[^*?[{\\/]*\/)*/.exec(normal)?.[0] ?? ''
  return { source: glob, prefix, test: (path) => matchers.some((matches) => matches(path)), used: false }
}

/** As a pattern, and with its brackets, its braces or both as parts of names. */
function readings(glob: string): readonly string[] {
  if (glob.includes('\\')) return [glob]
  const asNames = [/[[\]]/g, /[{}]/g, /[[\]{}]/g].map((marks) => glob.replace(marks, '\\$&'))
  return [...new Set([glob, ...asNames])]
}

/**
 * CodeBuild's way to write "a file of this name, in any folder" among exclusions is `**\/name/**\/*`: so what is excluded
 * below a plain name excludes what has that name, too. Below a pattern it does not (`**\/.*\/**\/*` is for folders).
 */
function compileExclusion(glob: string, isThere: IsThere): Pattern {
  const whole = compile(glob, isThere)
  const [, owner, name] = /^((?:.*\/)?([^/]+))\/\*\*(?:\/\*+)?$/.exec(normalize(glob)) ?? []
  if (owner === undefined || name === undefined || /[*?[{\\]/.test(name)) return whole
  const itself = compile(owner, isThere)
  return { ...whole, test: (path) => whole.test(path) || itself.test(path) }
}

type IsThere = (path: string) => boolean

/**
 * Compiles `files` and what they must not take. Without `files` everything is taken. `isThere` tells which names the folder
 * has, so that a name that looks like a pattern is taken for the name first.
 * @example
 * selectFiles(['target/*.jar', 'appspec.yml']).accepts('target/app.jar') // true
 */
export function selectFiles(
  files?: readonly string[],
  exclude: readonly string[] = [],
  isThere: IsThere = () => false,
): Selection {
  const patterns = files?.map((glob) => compile(glob, isThere))
  const refused = exclude.map((glob) => compileExclusion(glob, isThere))
  return {
    isWhole: patterns === undefined && refused.length === 0,
    accepts: (path) => !marks(refused, path) && (patterns === undefined || marks(patterns, path)),
    reaches: (directory) =>
      patterns === undefined ||
      patterns.some(({ prefix }) => prefix.startsWith(`${directory}/`) || `${directory}/`.startsWith(prefix)),
    unmatched: () => [...(patterns ?? []), ...refused].filter(({ used }) => !used).map(({ source }) => source),
  }
}

/** Whether any matches; each is asked that has not matched yet, so that `unmatched` tells the truth about all of them. */
function marks(patterns: readonly Pattern[], path: string): boolean {
  let any = false
  for (const pattern of patterns) {
    if ((!any || !pattern.used) && pattern.test(path)) {
      pattern.used = true
      any = true
    }
  }
  return any
}
