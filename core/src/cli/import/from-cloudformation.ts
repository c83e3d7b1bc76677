/** `AWS::CodePipeline::Pipeline` in the shape that `aws codepipeline get-pipeline` prints. */
import type { Report } from './report.js'

type Table = Readonly<Record<string, unknown>>

/** Members of which only the values are translated: their keys are people's own words. */
const verbatim = ['configuration']
const numbers = ['runOrder', 'timeoutInMinutes']

/** Properties, free of intrinsic functions. */
export function fromCloudFormation(
  properties: Table,
  logicalId: string,
  report: Report,
): { pipeline: Table; tags: Table[] } {
  const { Tags, DisableInboundStageTransitions, RestartExecutionOnUpdate, ArtifactStores, ...rest } = properties
  for (const { StageName, Reason } of tables(DisableInboundStageTransitions)) {
    report.add(
      'todo',
      'DisableInboundStageTransitions',
      `close the transition into ${String(StageName)} once it is created (${String(Reason)})`,
    )
  }
  if (RestartExecutionOnUpdate !== undefined) {
    report.add(
      'dropped',
      'RestartExecutionOnUpdate',
      'belongs to stacks; a changed pipeline starts when its source or somebody does',
    )
  }
  const stores = tables(ArtifactStores).map(
    ({ Region, ArtifactStore }) => [String(Region), camel(ArtifactStore)] as const,
  )
  const pipeline = {
    name: logicalId,
    ...(camel(rest) as Table),
    ...(stores.length > 0 ? { artifactStores: Object.fromEntries(stores) } : {}),
  }
  return { pipeline, tags: tables(Tags).map((tag) => camel(tag) as Table) }
}

function camel(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => camel(one))
  if (numbers.includes(name)) return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (verbatim.includes(name)) return textsOf(value as Table)
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const small = key.charAt(0).toLowerCase() + key.slice(1)
      return [small, camel(member, small)]
    }),
  )
}

/** A configuration's values are texts; a template may write them as numbers or as JSON. */
function textsOf(table: Table): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  )
}

function tables(value: unknown): readonly Table[] {
  return Array.isArray(value) ? (value as Table[]) : []
}
