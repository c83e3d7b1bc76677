import type { EnvironmentDescription, EventDescription } from '@aws-sdk/client-elastic-beanstalk'
import {
  type ActionProvider,
  type ActionResult,
  defineAction,
  defined,
  type JobContext,
  JobFailed,
  type PropertyDeclarations,
} from '@penstock/core'
import { type AwsClientSettings, awsClientSettings, awsWatch } from '@penstock/core/aws'
import type { BeanstalkConfig } from './config.js'
import { Environment } from './environment.js'
import { uploadBundle } from './upload.js'

const properties = {
  ApplicationName: { description: 'The application', required: true, key: true, example: 'site' },
  EnvironmentName: {
    description: 'The environment that gets the version',
    required: true,
    key: true,
    example: 'site-prod',
  },
} as const satisfies PropertyDeclarations

/** How far the action is, over restarts. */
interface Place {
  /** Epoch milliseconds. */
  readonly since: number
  /** The environment was told to update. */
  readonly begun?: true
}

/** A call is answered before the environment is seen to move: so often it may still look as before. */
const settlingLooks = 4
/** Ends of an environment that takes no version. */
const ended: readonly string[] = ['Terminating', 'Terminated']

/** Deploy/AWS/ElasticBeanstalk. `region` is asked at the first job. */
export function elasticBeanstalk(config: BeanstalkConfig, region: () => string): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Deploy',
    owner: 'AWS',
    provider: 'ElasticBeanstalk',
    description: 'Deploys a version of an application to an environment of AWS Elastic Beanstalk',
    inputArtifacts: 1,
    configuration: properties,
    async run(job, ctx) {
      const { ApplicationName, EnvironmentName } = job.configuration
      const settings = await awsClientSettings(config, { plugin: 'elasticbeanstalk-deploy', region: region(), ctx })
      const environment = await Environment.open(settings, ctx, ApplicationName, EnvironmentName)
      try {
        const label = `code-pipeline-${job.actionExecutionId}`
        const about = `${job.pipelineName} ${job.pipelineExecutionId}`
        const place = (job.checkpoint as Place | undefined) ?? { since: ctx.clock.now() }
        if (!place.begun) await begin(environment, label, about, config, settings, ctx)
        await ctx.checkpoint({ ...place, begun: true } satisfies Place)
        return await watch(environment, label, place.since, config, settings, ctx)
      } finally {
        environment.close()
      }
    },
  })
}

/** All of it comes to the same when it is done twice. */
async function begin(
  environment: Environment,
  label: string,
  about: string,
  config: BeanstalkConfig,
  settings: AwsClientSettings,
  ctx: JobContext,
): Promise<void> {
  const { Status, VersionLabel } = await environment.describe()
  if (VersionLabel === label) return
  if (ended.includes(Status ?? ''))
    throw new JobFailed(`EnvironmentName ${environment.name} is ${Status}`, 'ConfigurationError')
  const bundle = { S3Bucket: await environment.bucket(), S3Key: `penstock/${environment.application}/${label}.zip` }
  await uploadBundle(bundle, config, settings, ctx)
  await environment.createVersion(label, bundle, about)
  ctx.log.line(`Version ${label} in s3://${bundle.S3Bucket}/${bundle.S3Key}`)
  await environment.update(label)
}

async function watch(
  environment: Environment,
  label: string,
  since: number,
  config: BeanstalkConfig,
  settings: AwsClientSettings,
  ctx: JobContext,
): Promise<ActionResult> {
  const { timeoutMinutes = 60, pollSeconds = 10 } = config
  const told = new Set<string>()
  let events: readonly EventDescription[] = []
  let looks = 0
  await ctx.progress(links(label, settings))
  const found = await awsWatch(ctx, pollSeconds * 1000, async () => {
    const now = await environment.describe()
    events = (await environment.events(since)).slice().reverse()
    for (const event of events) tell(event, told, ctx)
    const settled = now.VersionLabel === label || ++looks > settlingLooks
    if ((now.Status === 'Ready' && settled) || ended.includes(now.Status ?? '')) return now
    if (ctx.clock.now() - since < timeoutMinutes * 60_000) return undefined
    throw failed(
      environment,
      label,
      `is not ready after ${timeoutMinutes} minutes (plugins.elasticbeanstalk-deploy.timeoutMinutes)`,
      events,
    )
  })
  if (found.VersionLabel !== label || found.Status !== 'Ready')
    throw failed(
      environment,
      label,
      `failed: the environment is ${found.Status}, with version ${found.VersionLabel}`,
      events,
    )
  return { ...links(label, settings), summary: summaryOf(found, label) }
}

function tell({ EventDate, Severity, Message = '' }: EventDescription, told: Set<string>, ctx: JobContext): void {
  const key = `${EventDate?.getTime()} ${Message}`
  if (told.has(key)) return
  told.add(key)
  ctx.log.line(`${Severity}  ${Message}`)
}

function failed({ name }: Environment, label: string, what: string, events: readonly EventDescription[]): JobFailed {
  const errors = events
    .filter(({ Severity }) => Severity === 'ERROR' || Severity === 'FATAL')
    .map(({ Message }) => Message)
  const said = errors.length === 0 ? '' : `: ${errors.slice(0, 3).join('; ')}`
  return new JobFailed(`EnvironmentName ${name}: the deployment of ${label} ${what}${said}`, 'JobFailed', label)
}

function summaryOf({ EnvironmentName, Health }: EnvironmentDescription, label: string): string {
  return `${EnvironmentName} runs ${label}${Health === undefined ? '' : `, health ${Health}`}`
}

/** Only AWS itself has a console. */
function links(
  label: string,
  { region, endpoint }: AwsClientSettings,
): { externalExecutionId: string; externalExecutionUrl?: string } {
  const url =
    endpoint === undefined ? `https://console.aws.amazon.com/elasticbeanstalk/home?region=${region}` : undefined
  return { externalExecutionId: label, ...defined({ externalExecutionUrl: url }) }
}
