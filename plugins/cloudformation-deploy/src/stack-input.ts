import { type ActionJob, defined, type JobContext, JobFailed } from '@penstock/core'
import { artifactFile, readArtifactFile, readArtifactJson } from './artifact-file.js'
import { type Override, parameterText, parseOverrides } from './overrides.js'
import { type Configuration, capabilitiesOf } from './properties.js'

/** What a stack is made of, besides its template. */
export interface StackInput {
  readonly StackName: string
  readonly Parameters: { readonly ParameterKey: string; readonly ParameterValue: string }[]
  readonly Tags: { readonly Key: string; readonly Value: string }[]
  readonly Capabilities: string[]
  readonly RoleARN?: string
}

/** What the artifacts say of a stack. */
export interface ReadInput {
  readonly template: string
  readonly input: StackInput
  /** JSON; only stacks that are made or updated without a change set take one. */
  readonly stackPolicy?: string
}

type Job = ActionJob<Configuration>

/** Reads template, configuration file and overrides. Errors: JobFailed ConfigurationError naming the property. */
export async function readInput(job: Job, ctx: JobContext): Promise<ReadInput> {
  const { StackName, TemplatePath = '', TemplateConfiguration, ParameterOverrides = '{}', RoleArn } = job.configuration
  const template = await readArtifactFile(artifactFile('TemplatePath', TemplatePath), job, ctx)
  const parameters = new Map<string, string>()
  let tags: Record<string, string> = {}
  let stackPolicy: string | undefined
  if (TemplateConfiguration !== undefined) {
    const file = artifactFile('TemplateConfiguration', TemplateConfiguration)
    const given = await readArtifactJson(file, job, ctx)
    for (const [name, value] of Object.entries(textsOf('Parameters', given.Parameters))) parameters.set(name, value)
    tags = textsOf('Tags', given.Tags)
    if (given.StackPolicy !== undefined) stackPolicy = JSON.stringify(given.StackPolicy)
  }
  for (const [name, override] of parseOverrides(ParameterOverrides).overrides)
    parameters.set(name, await overriddenBy(name, override, job, ctx))
  const input = {
    StackName,
    Parameters: [...parameters].map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: capabilitiesOf(job.configuration),
    ...defined({ RoleARN: RoleArn }),
  }
  return { template, input, ...defined({ stackPolicy }) }
}

function textsOf(member: string, value: unknown = {}): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new JobFailed(`TemplateConfiguration: ${member} must be an object of texts`, 'ConfigurationError')
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const text = parameterText(one)
      if (text === undefined)
        throw new JobFailed(`TemplateConfiguration: ${member}.${name} must be a text`, 'ConfigurationError')
      return [name, text]
    }),
  )
}

async function overriddenBy(name: string, override: Override, job: Job, ctx: JobContext): Promise<string> {
  const property = `ParameterOverrides.${name}`
  if (override.kind === 'text') return override.text
  if (override.kind === 'artifact') return attributeOf(property, override, ctx)
  const { artifact, file, key } = override
  const text = parameterText((await readArtifactJson({ property, artifact, file }, job, ctx))[key])
  if (text !== undefined) return text
  throw new JobFailed(`${property}: ${artifact}::${file} has no text, number or list "${key}"`, 'ConfigurationError')
}

/** Where an artifact lies, for templates that fetch code of Lambda functions. */
async function attributeOf(
  property: string,
  { artifact, attribute }: Extract<Override, { kind: 'artifact' }>,
  ctx: JobContext,
): Promise<string> {
  const access = await ctx.jobApi()
  if (access === undefined)
    throw new JobFailed(
      `${property}: where artifacts lie is only known while the plugin aws-api runs`,
      'ConfigurationError',
    )
  const found = access.inputArtifacts.find(({ name }) => name === artifact)
  if (found === undefined)
    throw new JobFailed(`${property}: ${artifact} is no input artifact of this action`, 'ConfigurationError')
  const { bucketName, objectKey } = found
  if (attribute === 'BucketName') return bucketName
  return attribute === 'ObjectKey' ? objectKey : `https://s3.amazonaws.com/${bucketName}/${objectKey}`
}
