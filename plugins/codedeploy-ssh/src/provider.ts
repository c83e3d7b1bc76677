/** Deploy / AWS / CodeDeploy / 1: AppSpec deployments, done over SSH. */
import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  type Clock,
  defineAction,
  defined,
  type JobContext,
  JobFailed,
  type PluginState,
  systemClock,
} from '@penstock/core'
import { AppSpecError, located } from './appspec/model.js'
import { problemsOutside } from './bluegreen/release-plan.js'
import { readAppSpec, type ScannedBundle, scanBundle } from './bundle/scan.js'
import { lintScripts } from './check/script-lint.js'
import type { CodeDeployConfig } from './config.js'
import type { ManifestCache } from './deploy/probe.js'
import { deploymentOf } from './deployment/checkpoint.js'
import { dryRun } from './deployment/dry-run.js'
import { GroupDeployment } from './deployment/group-deployment.js'
import { GroupLocks } from './deployment/group-locks.js'
import { OpenDeployments, withoutSecretProperties } from './deployment/open-deployments.js'
import { StopRequests } from './deployment/stop-requests.js'
import type { DeploymentGroup } from './group/deployment-group.js'
import { propertyProblems, resolveGroup } from './group/resolve-group.js'
import { Inventory } from './inventory/inventory.js'
import { type SecretLookup, withSecrets } from './inventory/secrets.js'
import { planRevision, type RevisionPlan } from './plan/revision-plan.js'
import { type CodeDeployProperties, properties } from './properties.js'
import { ConnectionPool } from './shell/connection-pool.js'
import { Handshakes } from './shell/handshakes.js'

/** What lives as long as the plugin. */
export interface Shared {
  /** What penstock.yaml declares. */
  readonly config: CodeDeployConfig
  /** The same, with what was put beside it. */
  readonly inventory: Inventory
  /** Named secrets, for what no pipeline asks for; a job asks its context. */
  readonly secret: SecretLookup | undefined
  /** Where groups, deployments and bundles are kept, for all servers. */
  readonly state: PluginState
  /** Where 0.1.0 kept its records. */
  readonly dataFolder: string
  readonly locks: GroupLocks
  readonly open: OpenDeployments
  readonly stops: StopRequests
  readonly handshakes: Handshakes
  readonly pool: ConnectionPool
  /** By group; what its hosts were seen to have. */
  readonly manifests: Map<string, ManifestCache>
}

/** Connections that wait for the next deployment; whoever makes it closes it at the end. */
export function connectionPool({ idleConnections = {} }: CodeDeployConfig): ConnectionPool {
  return new ConnectionPool({ idle: (idleConnections.seconds ?? 60) * 1000, size: idleConnections.size ?? 64 })
}

/** Everything that deployments share; `pool` is closed by whoever made it. */
export function sharedParts(
  config: CodeDeployConfig,
  state: PluginState,
  dataFolder: string,
  pool = connectionPool(config),
  secret?: SecretLookup,
  clock: Clock = systemClock,
): Shared {
  return {
    config,
    inventory: new Inventory(config, state),
    secret,
    state,
    dataFolder,
    locks: new GroupLocks(state),
    open: new OpenDeployments(state, dataFolder, clock),
    stops: new StopRequests(state, clock),
    handshakes: new Handshakes(config.maxConcurrentLogins),
    pool,
    manifests: new Map(),
  }
}

/** Where people read of the action: its log, as long as the server's address is known. */
export type ActionPage = (job: ActionJob<CodeDeployProperties>) => string

/** The provider. */
export function codeDeploy(shared: Shared, page?: ActionPage): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Deploy',
    owner: 'AWS',
    provider: 'CodeDeploy',
    version: '1',
    description: 'Deploys a bundle with an AppSpec file to hosts over SSH, as AWS CodeDeploy deploys in place',
    inputArtifacts: 1,
    outputArtifacts: 0,
    configuration: properties,
    // CodeDeploy's own limit for a deployment in place.
    timeoutInMinutes: 480,
    validate: (configuration) => propertyProblems(configuration, shared.inventory.latest),
    async run(job, ctx) {
      if (page === undefined) return run(job, ctx, shared)
      const link = { externalExecutionUrl: page(job) }
      await ctx.progress(link)
      return { ...(await run(job, ctx, shared)), ...link }
    },
  })
}

async function run(job: ActionJob<CodeDeployProperties>, ctx: JobContext, shared: Shared): Promise<ActionResult> {
  const declared = resolveGroup(await shared.inventory.read(), job.configuration)
  const group = await withSecrets(declared, async (name) =>
    ctx.secret === undefined ? shared.secret?.(name) : ctx.secret(name),
  )
  hideSecrets(group, ctx)
  // Links are carried over to the hosts as links; none is followed here.
  const input = await ctx.input(undefined, { outwardLinks: 'keep' })
  const bundle = await scanBundle(input.folder)
  const plan = await planOf(bundle, group, ctx)
  if (job.configuration.DryRun === true) {
    await dryRun(group, bundle, plan, ctx.log)
    return { summary: `Dry run: ${group.hosts.length} hosts` }
  }
  const commit = /^[0-9a-f]{40}$/.test(input.revisionId ?? '') ? input.revisionId : undefined
  const createdBy = `${job.pipelineName}/${job.stageName}/${job.actionName}`
  const { pipelineExecutionId, actionExecutionId } = job
  const creator = { creator: 'pipeline' as const, createdBy, pipelineExecutionId, actionExecutionId }
  const keep = { holder: actionExecutionId, properties: withoutSecretProperties(job.configuration) }
  const takenUp = deploymentOf(job.checkpoint)
  if (takenUp !== undefined) shared.open.takeUp(takenUp)
  const turn = {
    holder: actionExecutionId,
    by: createdBy,
    clock: ctx.clock,
    signal: ctx.signal,
    onWait: (words: string) => ctx.log.line(words),
  }
  const go = async (lost: AbortSignal) =>
    (await GroupDeployment.open(group, shared, ctx)).run(
      { bundle, plan, creator, keep, lost, ...defined({ commit }) },
      job.checkpoint,
    )
  return shared.locks.run(`${group.applicationName}/${group.groupName}`, turn, go)
}

function hideSecrets(group: DeploymentGroup, ctx: JobContext): void {
  for (const { target, become } of group.hosts) {
    if (become?.password !== undefined) ctx.mask(become.password)
    if (target === 'local') continue
    for (const hop of [target, ...target.jumps]) {
      if (hop.password !== undefined) ctx.mask(hop.password)
      if (hop.passphrase !== undefined) ctx.mask(hop.passphrase)
    }
  }
}

async function planOf(bundle: ScannedBundle, group: DeploymentGroup, ctx: JobContext): Promise<RevisionPlan> {
  const { name, text } = await readAppSpec(bundle)
  try {
    const plan = planRevision(name, text, bundle.tree, group.fileExistsBehavior)
    const outside = group.blueGreen === undefined ? [] : problemsOutside(plan, group.blueGreen)
    if (outside.length > 0)
      throw new AppSpecError(
        name,
        outside.map((problem) => plan.locate(problem)),
      )
    const lints = (await lintScripts(plan.appSpec, bundle)).map((problem) => located(plan.locate(problem)))
    for (const warning of [...plan.warnings, ...lints]) ctx.log.line(`${name}: ${warning}`)
    return plan
  } catch (error) {
    if (error instanceof AppSpecError) throw new JobFailed(error.message, 'ConfigurationError')
    throw error
  }
}
