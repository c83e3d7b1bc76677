import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type ActionJob, defined, JobFailed } from '@penstock/core'
import type { ArtifactSpec } from './artifact-spec.js'
import type { BatchBuild, BatchSpec } from './batch-spec.js'
import { type Build, type BuildFrame, runBuild } from './build.js'
import type { BuildNumbers } from './build-numbers.js'
import { parseBuildspec } from './buildspec.js'
import { type BuildspecChoice, findBuildspec } from './find-buildspec.js'
import { baseFolders } from './folders.js'
import { keptFact } from './kept.js'
import { stage } from './outputs.js'
import { copyTree } from './run-phases.js'

/** A batch's own build, of which the others are made. */
export interface Batch {
  readonly build: Build
  readonly spec: BatchSpec
  readonly numbers: BuildNumbers
  /** All artifacts of all builds become one. */
  readonly combines: boolean
}

/** Runs the builds of a batch, one after the other, each in a copy of the source. Answers why it failed, or `undefined`. */
export async function runBatch(frame: BuildFrame, batch: Batch): Promise<string | undefined> {
  const { ctx } = frame
  const { fastFail, builds, kind } = batch.spec
  ctx.log.line(`batch: ${builds.length} builds (${kind}), one after the other`)
  const failed: string[] = []
  const without = new Set<string>()
  for (const one of builds) {
    const before = one.dependOn.find((name) => without.has(name))
    if (before !== undefined || (fastFail && failed.length > 0)) {
      without.add(one.identifier)
      ctx.log.line(`batch: ${one.identifier} does not run, since ${before ?? 'another build'} failed`)
      continue
    }
    const failure = await runOne(frame, batch, one)
    if (failure === undefined) continue
    ctx.log.line(`batch: ${one.identifier}: ${failure}${one.ignoreFailure ? ' (ignore-failure)' : ''}`)
    if (one.ignoreFailure) continue
    without.add(one.identifier)
    failed.push(`${one.identifier}: ${failure}`)
  }
  if (failed.length === 0) await putOutBatch(frame, batch)
  return failed.length === 0 ? undefined : failed.join('; ')
}

async function runOne(frame: BuildFrame, batch: Batch, one: BatchBuild): Promise<string | undefined> {
  const { ctx, project } = frame
  const { build } = batch
  const { identifier } = one
  const folder = join(ctx.workspace, '.penstock', 'batch', identifier)
  await copyTree(ctx, build.sources.folder, folder, `batch: ${identifier}`)
  const choice: BuildspecChoice | undefined =
    one.buildspec === undefined ? undefined : { from: `batch build ${identifier}`, value: one.buildspec }
  const { file, text } = choice === undefined ? { file: build.file, text: '' } : await findBuildspec(folder, choice)
  const spec = choice === undefined ? build.spec : parseBuildspec(text, file)
  if (spec.phases.length === 0) {
    throw new JobFailed(`${file}: phases is missing, which batch build ${identifier} would run`, 'ConfigurationError')
  }
  const known = await keptFact(ctx, `build-${identifier}`, async () => ({
    id: `${project.name}:${randomUUID()}`,
    number: await batch.numbers.next(project.name),
    startTime: ctx.clock.now(),
  }))
  const identity = {
    ...build.identity,
    ...known,
    batchIdentifier: identifier,
    ...defined({ image: mapped(frame, one.image) }),
  }
  const sources = { ...build.sources, folder }
  const variables = one.variables
  const { failure, expressions } = await runBuild(frame, { spec, file, sources, identity, variables, name: identifier })
  if (failure !== undefined) return failure
  for (const [name, section] of sectionsOf(spec.artifacts, spec.secondaryArtifacts)) {
    const chosen = expressions.valueOf(section)
    const bases = await baseFolders(folder, chosen.baseDirectory)
    await stage(ctx, folder, bases, identifier, chosen, join(stagedIn(ctx.workspace, identifier), name))
  }
  return undefined
}

function mapped({ settings }: BuildFrame, image: string | undefined): string | undefined {
  return image === undefined ? undefined : (settings.images[image] ?? image)
}

/** `primary` for the primary one. */
function sectionsOf(primary: ArtifactSpec | undefined, secondary: Readonly<Record<string, ArtifactSpec>>) {
  return [...(primary === undefined ? [] : [['primary', primary] as const]), ...Object.entries(secondary)]
}

function stagedIn(workspace: string, identifier = ''): string {
  return join(workspace, '.penstock', 'batch-artifacts', identifier)
}

/**
 * CombineArtifacts: the first output has the files of all builds' primary artifacts, another those of all secondary artifacts of its name.
 * Without it an output has the artifact of the build whose identifier is its name, `identifier_name` a secondary one, and
 * the first output, when it is neither, a folder for each build.
 */
async function putOutBatch({ ctx, job }: BuildFrame, { spec, combines }: Batch): Promise<void> {
  for (const [index, { name }] of job.outputs.entries()) {
    const staged = join(ctx.workspace, '.penstock', 'artifacts', name)
    const parts = combines ? combined(spec, name, index) : own(job, spec, name, index)
    let count = 0
    for (const { identifier, artifact, into } of parts) {
      const from = join(stagedIn(ctx.workspace, identifier), artifact)
      const names = await readdir(from).catch(() => undefined)
      if (names === undefined) continue
      count += names.length
      const script = 'mkdir -p -- "$2" && cp -a -- "$1/." "$2/"'
      await ctx.exec(['sh', '-c', script, 'sh', from, join(staged, into)], {
        label: `batch: the artifact of ${identifier}`,
      })
    }
    if (count > 0) await ctx.output(staged, { name })
    else ctx.log.line(`output artifact "${name}" is not made: no build of the batch makes it`)
  }
}

interface Part {
  readonly identifier: string
  readonly artifact: string
  readonly into: string
}

function combined({ builds }: BatchSpec, name: string, index: number): readonly Part[] {
  const artifacts = index === 0 ? ['primary', name] : [name]
  return builds.flatMap(({ identifier }) => artifacts.map((artifact) => ({ identifier, artifact, into: '' })))
}

function own(job: ActionJob<unknown>, { builds }: BatchSpec, name: string, index: number): readonly Part[] {
  const exact = builds.flatMap(({ identifier }): readonly Part[] => {
    if (name === identifier) return [{ identifier, artifact: 'primary', into: '' }]
    return name.startsWith(`${identifier}_`)
      ? [{ identifier, artifact: name.slice(identifier.length + 1), into: '' }]
      : []
  })
  if (exact.length > 0 || index > 0 || job.outputs.length > 1) return exact
  return builds.map(({ identifier }) => ({ identifier, artifact: 'primary', into: identifier }))
}
