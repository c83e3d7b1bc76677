import type { BuildProject } from '@penstock/core'

/** What a project asks for and does not get here, in words for the log. */
export function projectNotes(project: BuildProject): readonly string[] {
  const { environment, cache } = project
  const asked = project as unknown as Readonly<Record<string, unknown>>
  const sourceType = project.source?.type ?? 'CODEPIPELINE'
  const passedOver = ['vpcConfig', 'fileSystemLocations', 'secondarySources', 'concurrentBuildLimit'].filter((name) => {
    const value = asked[name]
    return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
  })
  return [
    ...(sourceType === 'CODEPIPELINE' ? [] : [`source.type ${sourceType}: the source is the pipeline's`]),
    ...(environment?.privilegedMode ? ["environment.privilegedMode: a build has this machine's rights, no more"] : []),
    ...(cache?.type === 'S3' ? ['cache.type S3: the cache lies on this machine'] : []),
    ...passedOver.map((name) => `${name} is passed over`),
  ].map((note) => `project ${project.name}: ${note}`)
}

/** A project that nobody declared: the name of one. */
export function undeclared(name: string): BuildProject {
  return { name }
}
