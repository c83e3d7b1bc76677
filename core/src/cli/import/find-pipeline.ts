/** Finds the pipeline in whatever AWS printed. */
import { fromCloudFormation } from './from-cloudformation.js'
import { type Around, Intrinsics, type Template } from './intrinsics.js'
import { readText } from './read-text.js'
import type { Report } from './report.js'

type Table = Readonly<Record<string, unknown>>

export interface Found {
  readonly pipeline: Table
  readonly tags: readonly Table[]
}

const pipelineType = 'AWS::CodePipeline::Pipeline'

/**
 * `aws codepipeline get-pipeline`, its `pipeline` alone, a CloudFormation template (also as `get-template` prints it), one
 * resource of it, or that resource's properties. `resource` chooses among several. Errors: SyntaxError, TypeError in words.
 */
export function findPipeline(text: string, around: Around, report: Report, resource?: string): Found {
  const read = readText(text)
  if (!isTable(read))
    throw new TypeError('is no object: what get-pipeline prints, or a CloudFormation template, is right')
  const data = isTable(read.TemplateBody)
    ? read.TemplateBody
    : typeof read.TemplateBody === 'string'
      ? readText(read.TemplateBody)
      : read
  if (!isTable(data)) throw new TypeError('has a TemplateBody that is no template')
  if (isTable(data.Resources)) return fromTemplate(data as Template, around, report, resource)
  const properties = data.Type === pipelineType ? data.Properties : data.Stages ? data : undefined
  if (isTable(properties)) return converted(properties, 'Pipeline', new Intrinsics({}, around, report))
  const pipeline = data.pipeline ?? data
  if (isTable(pipeline) && Array.isArray(pipeline.stages)) {
    return { pipeline, tags: Array.isArray(data.tags) ? (data.tags as Table[]) : [] }
  }
  throw new TypeError(`has no "pipeline" with "stages", and no resource of type ${pipelineType}`)
}

function fromTemplate(template: Template, around: Around, report: Report, wanted?: string): Found {
  const resources = Object.entries(template.Resources ?? {})
  const pipelines = resources.filter(([, { Type }]) => Type === pipelineType)
  const ids = pipelines.map(([id]) => id).join(', ')
  if (pipelines.length === 0) throw new TypeError(`has no resource of type ${pipelineType}`)
  if (wanted === undefined && pipelines.length > 1)
    throw new TypeError(`has several pipelines: choose with --resource one of ${ids}`)
  const chosen = wanted === undefined ? pipelines[0] : pipelines.find(([id]) => id === wanted)
  if (!chosen) throw new TypeError(`has no pipeline with the logical id '${wanted}', but ${ids}`)
  for (const [id, { Type }] of resources) {
    if (Type === 'AWS::CodePipeline::Webhook')
      report.add('todo', id, 'the webhook is not imported: make one with aws codepipeline put-webhook')
    if (Type === 'AWS::CodePipeline::CustomActionType')
      report.add('todo', id, 'the action type is not imported: make it with aws codepipeline create-custom-action-type')
  }
  const [id, { Properties = {} }] = chosen
  return converted(Properties, id, new Intrinsics(template, around, report))
}

function converted(properties: Table, id: string, intrinsics: Intrinsics): Found {
  return fromCloudFormation(intrinsics.resolve(properties, '') as Table, id, intrinsics.report)
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
