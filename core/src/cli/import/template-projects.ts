/** The CodeBuild projects of a template that its pipeline names. */
import { type Beside, isTable, type Table, tablesOf } from './found.js'
import type { Intrinsics } from './intrinsics.js'
import type { Resource } from './template.js'

export const projectType = 'AWS::CodeBuild::Project'

/** In the shape of CodeBuild's API. A project without a name of its own is called by its logical id. */
export function templateProjects(pipeline: Table, intrinsics: Intrinsics): Beside[] {
  const wanted = new Set(projectNames(pipeline))
  // What a name is made of is told of where the pipeline names it.
  const quiet = intrinsics.quietly()
  return Object.entries(intrinsics.template.Resources ?? {}).flatMap(([id, resource]) => {
    if (resource?.Type !== projectType || !intrinsics.isMade(resource)) return []
    const name = String(quiet.resolve(resource.Properties?.Name, '') ?? id)
    return wanted.has(name) ? [{ id, input: { ...apiShape(id, resource, intrinsics), name } }] : []
  })
}

/** The projects that a pipeline's CodeBuild actions name. */
export function projectNames({ stages }: Table): string[] {
  return tablesOf(stages).flatMap(({ actions }) =>
    tablesOf(actions).flatMap(({ actionTypeId, configuration }) => {
      const isBuild = isTable(actionTypeId) && actionTypeId.provider === 'CodeBuild'
      const name = isBuild && isTable(configuration) ? configuration.ProjectName : undefined
      return typeof name === 'string' ? [name] : []
    }),
  )
}

/** What decides how a build runs is told of where only the stack knows it; the rest is told of in words of its own. */
function apiShape(id: string, { Properties = {} }: Resource, intrinsics: Intrinsics): Table {
  const { Source, Environment, TimeoutInMinutes, Cache } = Properties
  const source = isTable(Source) ? { Type: Source.Type, BuildSpec: Source.BuildSpec } : undefined
  const loud = intrinsics.resolve({ Source: source, Environment, TimeoutInMinutes, Cache }, id) as Table
  const quiet = intrinsics.quietly().resolve(Properties, id) as Table
  return lower({ ...quiet, ...loud }) as Table
}

/** CloudFormation's names of members are the API's with a capital; `BuildSpec` is another word. Keys of tags are values. */
function lower(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lower)
  if (!isTable(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key === 'BuildSpec' ? 'buildspec' : key.charAt(0).toLowerCase() + key.slice(1),
      lower(member),
    ]),
  )
}
