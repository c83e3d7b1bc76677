import { defined } from '@penstock/core'
import type { Reader } from './reader.js'

/** One build of a batch. */
export interface BatchBuild {
  readonly identifier: string
  /** A path inside the source, or the text; the batch's own buildspec when absent. */
  readonly buildspec?: string
  readonly variables: Readonly<Record<string, string>>
  /** Which image the build asks for. */
  readonly image?: string
  readonly ignoreFailure: boolean
  /** Identifiers of the builds that come before it. */
  readonly dependOn: readonly string[]
}

/** A buildspec's `batch`: its builds in an order in which they can run. */
export interface BatchSpec {
  /** The first failure ends the batch. */
  readonly fastFail: boolean
  readonly kind: 'build-list' | 'build-graph' | 'build-matrix' | 'build-fanout'
  readonly builds: readonly BatchBuild[]
}

const kinds = ['build-list', 'build-graph', 'build-matrix', 'build-fanout'] as const
const identifierPattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
/** As many builds as one batch may have. */
const mostBuilds = 100

/** Errors: JobFailed ConfigurationError, naming the key. */
export function readBatch(batch: Reader): BatchSpec {
  const fastFail = batch.flag('fast-fail') ?? false
  const given = kinds.filter((kind) => batch.value(kind) !== undefined)
  const [kind] = given
  if (kind === undefined || given.length > 1) {
    throw batch.wrong(kind ?? 'build-list', given.join(' and ') || undefined, `exactly one of ${kinds.join(', ')}`)
  }
  const builds = buildsOf[kind](batch)
  if (builds.length === 0 || builds.length > mostBuilds) {
    throw batch.wrong(kind, `${builds.length} builds`, `1 to ${mostBuilds} builds`)
  }
  return { fastFail, kind, builds: kind === 'build-graph' ? inOrder(batch, builds) : builds }
}

const buildsOf: Readonly<Record<BatchSpec['kind'], (batch: Reader) => readonly BatchBuild[]>> = {
  'build-list': (batch) => unique(batch, 'build-list', batch.list('build-list').map(readBuild)),
  'build-graph': (batch) => unique(batch, 'build-graph', batch.list('build-graph').map(readBuild)),
  'build-matrix': (batch) => readMatrix(batch.map('build-matrix') as Reader),
  'build-fanout': (batch) => readFanout(batch.map('build-fanout') as Reader),
}

function readBuild(build: Reader): BatchBuild {
  const identifier = build.text('identifier') ?? ''
  if (!identifierPattern.test(identifier)) {
    throw build.wrong('identifier', identifier || undefined, 'letters, digits and _, no digit first')
  }
  build.flag('debug-session')
  const env = build.map('env')
  return {
    identifier,
    ignoreFailure: build.flag('ignore-failure') ?? false,
    dependOn: build.texts('depend-on'),
    ...readBuildEnv(env),
    ...defined({ buildspec: build.text('buildspec') }),
  }
}

function readBuildEnv(env: Reader | undefined): Pick<BatchBuild, 'variables' | 'image'> {
  env?.text('compute-type')
  env?.text('fleet')
  env?.text('type')
  env?.flag('privileged-mode')
  return { variables: env?.variables('variables') ?? {}, ...defined({ image: env?.text('image') }) }
}

function unique(batch: Reader, kind: string, builds: readonly BatchBuild[]): readonly BatchBuild[] {
  const names = builds.map(({ identifier }) => identifier)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw batch.wrong(kind, `"${twice}" twice`, 'identifiers that are there once')
  return builds
}

/** One build for each combination of what the matrix lists. */
function readMatrix(matrix: Reader): readonly BatchBuild[] {
  const fixed = matrix.map('static')
  const ignoreFailure = fixed?.flag('ignore-failure') ?? false
  const always = readBuildEnv(fixed?.map('env'))
  const dynamic = matrix.map('dynamic')
  const env = dynamic?.map('env')
  env?.texts('compute-type')
  const variables = env?.map('variables')
  const axes: readonly (readonly [name: string, values: readonly (string | undefined)[]])[] = [
    ['buildspec', listed(dynamic?.texts('buildspec'))],
    ['image', listed(env?.texts('image'))],
    ...(variables?.keys() ?? []).map((name) => [`$${name}`, listed(variables?.texts(name))] as const),
  ]
  return combinations(axes).map((chosen, index) => {
    const own = [...chosen].flatMap(([name, value]) =>
      name.startsWith('$') && value !== undefined ? [[name.slice(1), value]] : [],
    )
    return {
      identifier: `build${index}`,
      ignoreFailure,
      dependOn: [],
      variables: { ...always.variables, ...Object.fromEntries(own) },
      ...defined({ buildspec: chosen.get('buildspec'), image: chosen.get('image') ?? always.image }),
    }
  })
}

function listed(values: readonly string[] | undefined): readonly (string | undefined)[] {
  return values === undefined || values.length === 0 ? [undefined] : values
}

function combinations(
  axes: readonly (readonly [string, readonly (string | undefined)[]])[],
): readonly ReadonlyMap<string, string | undefined>[] {
  let all: ReadonlyMap<string, string | undefined>[] = [new Map()]
  for (const [name, values] of axes) {
    all = all.flatMap((chosen) => values.map((value) => new Map([...chosen, [name, value] as const])))
    if (all.length > mostBuilds) return all
  }
  return all
}

/** As many equal builds as it says; the commands share the tests out with `codebuild-tests-run`. */
function readFanout(fanout: Reader): readonly BatchBuild[] {
  const parallelism = fanout.number('parallelism')
  if (parallelism === undefined || parallelism > mostBuilds) {
    throw fanout.wrong('parallelism', parallelism, `how many builds, 1 to ${mostBuilds}`)
  }
  const ignoreFailure = fanout.flag('ignore-failure') ?? false
  return Array.from({ length: parallelism }, (_, index) => ({
    identifier: `build${index}`,
    ignoreFailure,
    dependOn: [],
    variables: { CODEBUILD_CURRENT_SHARD: String(index), CODEBUILD_TOTAL_SHARDS: String(parallelism) },
  }))
}

/** Each build behind those that it depends on. Errors: JobFailed ConfigurationError for a circle, or a name that is not there. */
function inOrder(batch: Reader, builds: readonly BatchBuild[]): readonly BatchBuild[] {
  const names = new Set(builds.map(({ identifier }) => identifier))
  const stranger = builds.flatMap(({ dependOn }) => dependOn).find((name) => !names.has(name))
  if (stranger !== undefined) {
    throw batch.wrong('build-graph', `a depend-on of "${stranger}"`, `one of ${[...names].join(', ')}`)
  }
  const ordered: BatchBuild[] = []
  const placed = new Set<string>()
  for (let left = builds; left.length > 0; ) {
    const ready = left.filter(({ dependOn }) => dependOn.every((name) => placed.has(name)))
    if (ready.length === 0) {
      const circle = left.map(({ identifier }) => identifier).join(', ')
      throw batch.wrong('build-graph', `a circle (${circle})`, 'builds that do not wait for one another')
    }
    ordered.push(...ready)
    for (const { identifier } of ready) placed.add(identifier)
    left = left.filter((build) => !placed.has(build.identifier))
  }
  return ordered
}
