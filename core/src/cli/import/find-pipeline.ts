/** Finds the pipeline in whatever AWS, or a tool that speaks to it, printed. */
import { alone, type Found, isTable, type Table } from './found.js'
import { fromProperties, fromTemplate, pipelineType } from './from-cloudformation.js'
import { fromTerraform, isTerraform } from './from-terraform.js'
import { type Around, Intrinsics } from './intrinsics.js'
import { readText } from './read-text.js'
import type { Report } from './report.js'
import type { Template } from './template.js'

/**
 * `aws codepipeline get-pipeline`, its `pipeline` alone, a CloudFormation template (also as `get-template` prints it), one
 * resource of it, or that resource's properties; `terraform show -json`, of a state or a plan. `resource` chooses among
 * several. Errors: SyntaxError, TypeError in words.
 */
export function findPipeline(text: string, around: Around, report: Report, resource?: string): Found {
  const read = readText(text)
  if (!isTable(read))
    throw new TypeError('is no object: what get-pipeline prints, or a CloudFormation template, is right')
  const data = templateIn(read)
  const found = dispatch(data, around, report, resource)
  if (!Array.isArray(found.pipeline.stages)) throw new TypeError('has a pipeline whose stages are no list')
  return found
}

function dispatch(data: Table, around: Around, report: Report, resource?: string): Found {
  if (isTerraform(data)) return fromTerraform(data, resource)
  if (isTable(data.Resources)) return fromTemplate(new Intrinsics(data as Template, around, report), resource)
  const properties = data.Type === pipelineType ? data.Properties : data.Stages ? data : undefined
  if (isTable(properties)) return fromProperties(properties, 'Pipeline', new Intrinsics({}, around, report))
  const pipeline = data.pipeline ?? data
  if (isTable(pipeline) && Array.isArray(pipeline.stages)) return alone(pipeline, data.tags)
  throw new TypeError(`has no "pipeline" with "stages", and no resource of type ${pipelineType}`)
}

/** What `aws cloudformation get-template` prints holds the template, as an object or as a text. Errors: TypeError. */
function templateIn(read: Table): Table {
  const { TemplateBody: body } = read
  if (body === undefined) return read
  const data = typeof body === 'string' ? readText(body) : body
  if (isTable(data)) return data
  throw new TypeError('has a TemplateBody that is no template')
}
