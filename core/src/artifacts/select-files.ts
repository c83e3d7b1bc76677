import { ArtifactError } from '../domain/artifact-error.js'
import { compileGlob, globProblem } from '../domain/glob.js'

/** What a list of globs says about paths, and which of the globs never said yes. */
export interface Selection {
  /** Neither globs nor exclusions were given. */
  readonly isWhole: boolean
  /** Whether a file, link or empty directory at this relative path belongs to the artifact. */
  accepts(path: string): boolean
  unmatched(): readonly string[]
}

interface Pattern {
  readonly source: string
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

/**
 * As CodePipeline and CodeBuild read `files`: `*` stays in one folder, dot files are files like others; a glob without
 * wildcards that names a directory means all that is in it. Errors: ArtifactEmpty when it is no glob.
 */
function compile(glob: string): Pattern {
  const normal = normalize(glob)
  const problem = globProblem(normal)
  if (problem !== undefined) throw new ArtifactError('ArtifactEmpty', `files: ${problem}`)
  const matchers = variants(normal).map(compileGlob)
  const below = `${normal}/`
  const literal = !/[*?[{\\]/.test(normal)
  const test = literal
    ? (path: string) => path === normal || path.startsWith(below)
    : (path: string) => matchers.some((matches) => matches(path))
  return { source: glob, test, used: false }
}

/**
 * Compiles `files` and what they must not take. Without `files` everything is taken.
 * @example
 * selectFiles(['target/*.jar', 'appspec.yml']).accepts('target/app.jar') // true
 */
export function selectFiles(files?: readonly string[], exclude: readonly string[] = []): Selection {
  const patterns = files?.map(compile)
  const refused = exclude.map(compile)
  return {
    isWhole: patterns === undefined && refused.length === 0,
    accepts(path) {
      if (refused.some((pattern) => pattern.test(path))) return false
      if (patterns === undefined) return true
      let accepted = false
      for (const pattern of patterns) {
        // Each glob is asked, so that `unmatched` tells the truth about all of them.
        if ((!accepted || !pattern.used) && pattern.test(path)) {
          pattern.used = true
          accepted = true
        }
      }
      return accepted
    },
    unmatched: () => patterns?.filter((pattern) => !pattern.used).map((pattern) => pattern.source) ?? [],
  }
}
