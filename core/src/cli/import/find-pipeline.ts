/** Finds the pipeline in whatever AWS, or a tool that speaks to it, printed. */
import { alone, type Found, isTable, type Table, tablesOf } from './found.js'
import { fromProperties, fromTemplate, pipelineType } from './from-cloudformation.js'
import { fromTerraform, isTerraform } from './from-terraform.js'
import { type Around, Intrinsics } from './intrinsics.js'
import { readText } from './read-text.js'
import type { Report } from './report.js'
import type { Template } from './template.js'
import { projectNames } from './template-projects.js'

/**
 * `aws codepipeline get-pipeline`, its `pipeline` alone, a CloudFormation template (also as `get-template` prints it), one
 * resource of it, or that resource's properties; `terraform show -json`, of a state or a plan. Beside it what
 * `aws codebuild batch-get-projects` printed. `resource` chooses among several. Errors: SyntaxError, TypeError in words.
 */
export function findPipeline(documents: readonly unknown[], around: Around, report: Report, resource?: string): Found {
  const tables = documents.map((document) => {
    if (isTable(document)) return templateIn(document)
    throw new TypeError('is no object: what get-pipeline prints, or a CloudFormation template, is right')
  })
  const pipelines = tables.filter((table) => !isProjects(table))
  const [data = {}] = pipelines
  if (pipelines.length > 1)
    throw new TypeError(
      `has ${pipelines.length} documents with a pipeline: one is right, and what batch-get-projects printed`,
    )
  const found = dispatch(data, around, report, resource)
  if (!Array.isArray(found.pipeline.stages)) throw new TypeError('has a pipeline whose stages are no list')
  return withProjects(
    found,
    tables.flatMap((table) => tablesOf(table.projects)),
    report,
  )
}

const isProjects = (table: Table) => Array.isArray(table.projects) && table.pipeline === undefined

/** What batch-get-projects printed says more of a project than a template does; one that no action names is told of. */
function withProjects(found: Found, given: readonly Table[], report: Report): Found {
  const wanted = new Set(projectNames(found.pipeline))
  const named = given.filter(({ name }) => wanted.has(String(name)))
  for (const { name } of given)
    if (!wanted.has(String(name)))
      report.add(
        'dropped',
        `projects.${name}`,
        'no action of the pipeline names it: penstock project put takes it over',
      )
  const names = new Set(named.map(({ name }) => String(name)))
  const others = found.projects.filter(({ input }) => !names.has(String(input.name)))
  return { ...found, projects: [...others, ...named.map((input) => ({ id: `projects.${input.name}`, input }))] }
}

function dispatch(data: Table, around: Around, report: Report, resource?: string): Found {
  if (isTerraform(data)) return fromTerraform(data, report, resource)
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
