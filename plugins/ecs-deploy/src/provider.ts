import type { Service } from '@aws-sdk/client-ecs'
import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  type ConfigurationOf,
  defineAction,
  defined,
  type JobContext,
  JobFailed,
  type PropertyDeclarations,
} from '@penstock/core'
import { type AwsClientSettings, awsClientSettings } from '@penstock/core/aws'
import type { EcsConfig } from './config.js'
import { readImageDefinitions } from './image-definitions.js'
import { Services } from './services.js'
import { hasImages, nextRevision } from './task-definition.js'
import { shortName, watchDeployment } from './watch-deployment.js'

const properties = {
  ClusterName: { description: 'The cluster: its name or ARN', required: true, key: true, example: 'main' },
  ServiceName: { description: 'The service: its name or ARN', required: true, key: true, example: 'site' },
  FileName: {
    description: 'The file of the input artifact that says which container gets which image',
    default: 'imagedefinitions.json',
  },
  DeploymentTimeout: { type: 'number', description: 'Minutes until all tasks must be the new ones', default: 60 },
} as const satisfies PropertyDeclarations

type Configuration = ConfigurationOf<typeof properties>

/** How far the action is, over restarts. */
interface Place {
  readonly since: number
  /** The ARN of the revision that was registered; absent while it may have been registered or not. */
  readonly taskDefinition?: string
  readonly deploymentId?: string
}

/** Deploy/AWS/ECS: a new revision of the task definition that runs, with other images. `region` is asked at the first job. */
export function ecs(config: EcsConfig, region: () => string): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Deploy',
    owner: 'AWS',
    provider: 'ECS',
    description: 'Deploys images to a service of Amazon ECS',
    inputArtifacts: 1,
    configuration: properties,
    validate: ({ DeploymentTimeout }) =>
      DeploymentTimeout >= 1 && DeploymentTimeout <= 1440
        ? []
        : [`DeploymentTimeout is ${DeploymentTimeout}: 1 to 1440 minutes are right`],
    async run(job, ctx) {
      const { ClusterName, ServiceName } = job.configuration
      const settings = await awsClientSettings(config, { plugin: 'ecs-deploy', region: region(), ctx })
      const services = await Services.open(settings, ctx, ClusterName, ServiceName)
      try {
        return await deploy(job, ctx, services, { ...settings, pollMs: (config.pollSeconds ?? 10) * 1000 })
      } finally {
        services.close()
      }
    },
  })
}

async function deploy(
  job: ActionJob<Configuration>,
  ctx: JobContext,
  services: Services,
  settings: AwsClientSettings & { readonly pollMs: number },
): Promise<ActionResult> {
  const kept = job.checkpoint as Place | undefined
  let place: Place = kept ?? { since: ctx.clock.now() }
  const keep = async (more: Partial<Place>) => {
    place = { ...place, ...more }
    await ctx.checkpoint(place)
  }
  if (place.taskDefinition === undefined) {
    const taskDefinition = await register(job, ctx, services, kept !== undefined, () => keep({}))
    await keep({ taskDefinition })
  }
  const taskDefinition = place.taskDefinition ?? ''
  if (place.deploymentId === undefined) {
    const service = await services.update(taskDefinition)
    const begun = service?.deployments?.find((one) => one.taskDefinition === taskDefinition)
    await keep(defined({ deploymentId: begun?.id }))
  }
  const { deploymentId, since } = place
  const details = links(services, settings, deploymentId)
  await ctx.progress(details)
  const watched = { taskDefinition, since, pollMs: settings.pollMs, ...defined({ deploymentId }) }
  await watchDeployment(services, { ...watched, timeoutMinutes: job.configuration.DeploymentTimeout }, ctx)
  return { summary: `${services.service} runs ${shortName(taskDefinition)}`, ...details }
}

/** `again`: a server died here before, maybe after it had registered the revision. `begin` keeps the place before it does. */
async function register(
  { configuration: { FileName } }: ActionJob<Configuration>,
  ctx: JobContext,
  services: Services,
  again: boolean,
  begin: () => Promise<void>,
): Promise<string> {
  const images = await readImageDefinitions(FileName, ctx)
  const service = await services.describe()
  refuseOtherControllers(service)
  const { definition, tags } = await services.taskDefinition(service.taskDefinition ?? '')
  const next = nextRevision(definition, tags, images, FileName)
  if (again && definition.family !== undefined) {
    const { definition: newest } = await services.taskDefinition(definition.family)
    if (newest.taskDefinitionArn !== definition.taskDefinitionArn && hasImages(newest, images))
      return newest.taskDefinitionArn ?? ''
  }
  await begin()
  const registered = await services.register(next)
  for (const { name, imageUri } of images) ctx.log.line(`${name}: ${imageUri}`)
  ctx.log.line(`Registered ${shortName(registered)}`)
  return registered
}

/** Errors: JobFailed ConfigurationError for a service that is no more, or that something else deploys. */
function refuseOtherControllers({ status, deploymentController, serviceName }: Service): void {
  if (status === 'INACTIVE' || status === 'DRAINING')
    throw new JobFailed(`ServiceName ${serviceName}: the service is ${status}`, 'ConfigurationError')
  if (deploymentController?.type === 'CODE_DEPLOY')
    throw new JobFailed(
      `ServiceName ${serviceName}: CodeDeploy deploys this service (deploymentController CODE_DEPLOY), so ECS refuses other deployments: make a service with the controller ECS, whose own strategy BLUE_GREEN does the same`,
      'ConfigurationError',
    )
  if (deploymentController?.type === 'EXTERNAL')
    throw new JobFailed(
      `ServiceName ${serviceName}: an external controller deploys this service (deploymentController EXTERNAL): a service with the controller ECS is right`,
      'ConfigurationError',
    )
}

/** Only AWS itself has a console. */
function links(
  { cluster, service }: Services,
  { region, endpoint }: AwsClientSettings,
  deploymentId: string | undefined,
): { externalExecutionId?: string; externalExecutionUrl?: string } {
  const names = [cluster, service].map((one) => encodeURIComponent(one.split('/').at(-1) ?? one))
  const url =
    endpoint === undefined
      ? `https://console.aws.amazon.com/ecs/v2/clusters/${names[0]}/services/${names[1]}/deployments?region=${region}`
      : undefined
  return defined({ externalExecutionId: deploymentId, externalExecutionUrl: url })
}
