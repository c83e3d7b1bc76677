/** A server and a client of it, and what brings pipelines into the states that tests are about. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as sdk from '@aws-sdk/client-codepipeline'
import { clientTokenKey } from '../../../core/src/app/client-token-key.js'
import { clientTokenOf, putThirdPartyType } from '../../../core/src/engine/third-party.js'
import { MasterKey } from '../../../core/src/http/master-key.js'
import { openSqlite } from '../../../core/src/store/database.js'
import { createEngineStore } from '../../../core/src/store/engine-store.js'
import type { Client, ClientKind } from '../clients/client.js'
import { javascript } from '../clients/javascript.js'
import { eventually } from './eventually.js'
import { typeId, workerPipeline } from './pipelines.js'
import { type ServerOptions, type ServerUnderTest, startServerUnderTest } from './server.js'

const counts = { minimumCount: 0, maximumCount: 5 }
export const artifactDetails = { inputArtifactDetails: counts, outputArtifactDetails: counts }
/** A partner's type, which no operation can make. */
export const partnerType = { category: 'Build', owner: 'ThirdParty', provider: 'Partner', version: '1' } as const
/** A file of the pipelines folder has this name, and its definition is wrong. */
export const keptName = 'kept'
/** So many pipelines, and no more. */
const pipelineLimit = 60

export interface Started {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
}

type Declaration = sdk.PipelineDeclaration
type Output = Record<string, unknown>

export class World {
  private names = 0
  /** Handed out and not asked for yet, by pipeline and action. */
  private readonly jobs = new Map<string, sdk.Job>()
  /** What was called so far. */
  readonly called = new Set<string>()

  private constructor(
    readonly server: ServerUnderTest,
    readonly client: Client,
  ) {}

  /** Without any action type of one's own. */
  static async bare(options: ServerOptions = {}, kind: ClientKind = javascript): Promise<World> {
    const overrides = { 'limits.pipelines': pipelineLimit, ...options.overrides }
    const server = await startServerUnderTest({ prepare, ...options, overrides })
    return new World(server, await kind.start(server))
  }

  static async start(options: ServerOptions = {}, kind?: ClientKind): Promise<World> {
    const world = await World.bare(options, kind)
    for (const category of ['Source', 'Build'] as const) {
      const configurationProperties = ['Token', 'Project'].map((name) => {
        return { name, required: false, key: false, secret: name === 'Token' }
      })
      await world.call('CreateCustomActionType', { ...typeId(category), configurationProperties, ...artifactDetails })
    }
    return world
  }

  async stop(): Promise<void> {
    await this.client.stop()
    await this.server.stop()
  }

  /** Any operation, by its name. */
  call(operation: string, input: object = {}): Promise<Output> {
    this.called.add(operation)
    return this.client.call(operation, input)
  }

  arn(name: string): string {
    return `arn:aws:codepipeline:${this.server.region}:${this.server.accountId}:${name}`
  }

  freshName(): string {
    return `p${++this.names}`
  }

  declaration(change: Partial<Declaration> = {}, name = this.freshName()): Declaration {
    return { ...workerPipeline(name, this.server.accountId, this.server.server.services.identity.bucket), ...change }
  }

  /** A pipeline of one's own: Source, Build, Approve, and the execution that creating it starts (X1). */
  async pipeline(change: Partial<Declaration> = {}): Promise<Started> {
    const pipeline = this.declaration(change)
    const pipelineName = String(pipeline.name)
    await this.call('CreatePipeline', { pipeline })
    return { pipelineName, pipelineExecutionId: await this.newest(pipelineName) }
  }

  /** As `pipeline`, with other stages between the source and the approval. */
  async withBuild(change: Partial<sdk.StageDeclaration>, more: Partial<Declaration> = {}): Promise<Started> {
    const [source, build, ...rest] = this.declaration().stages ?? []
    return this.pipeline({ ...more, stages: [source, { ...build, ...change }, ...rest] as sdk.StageDeclaration[] })
  }

  async newest(pipelineName: string): Promise<string> {
    const { pipelineExecutionSummaries } = await this.call('ListPipelineExecutions', { pipelineName, maxResults: 1 })
    return (pipelineExecutionSummaries as { pipelineExecutionId: string }[])[0]?.pipelineExecutionId ?? ''
  }

  /** The job of a pipeline's custom action, handed out and not acknowledged. */
  async job(pipelineName: string, category: 'Source' | 'Build' = 'Source'): Promise<sdk.Job> {
    const key = `${pipelineName} ${category}`
    return eventually(async () => {
      const { jobs } = await this.call('PollForJobs', { actionTypeId: typeId(category), maxBatchSize: 100 })
      for (const job of jobs as sdk.Job[]) this.jobs.set(`${job.data?.pipelineContext?.pipelineName} ${category}`, job)
      const job = this.jobs.get(key)
      this.jobs.delete(key)
      return job
    })
  }

  async acknowledged(pipelineName: string, category: 'Source' | 'Build' = 'Source'): Promise<{ jobId: string }> {
    const { id: jobId = '', nonce } = await this.job(pipelineName, category)
    await this.call('AcknowledgeJob', { jobId, nonce })
    return { jobId }
  }

  async succeed(pipelineName: string, category: 'Source' | 'Build' = 'Source'): Promise<void> {
    await this.call('PutJobSuccessResult', await this.acknowledged(pipelineName, category))
  }

  /** An execution whose Build failed. */
  async failed(change: Partial<Declaration> = {}): Promise<Started> {
    const started = await this.pipeline(change)
    await this.failBuild(started.pipelineName)
    return started
  }

  async failBuild(pipelineName: string): Promise<void> {
    await this.succeed(pipelineName)
    const failureDetails = { type: 'JobFailed', message: 'x' }
    await this.call('PutJobFailureResult', { ...(await this.acknowledged(pipelineName, 'Build')), failureDetails })
  }

  /** An execution that waits for its approval. */
  async pending(): Promise<Started & { readonly token: string }> {
    const started = await this.pipeline()
    await this.succeed(started.pipelineName)
    await this.succeed(started.pipelineName, 'Build')
    const token = await eventually(async () => {
      const { stageStates } = await this.call('GetPipelineState', { name: started.pipelineName })
      return (stageStates as sdk.StageState[])[2]?.actionStates?.[0]?.latestExecution?.token
    })
    return { ...started, token }
  }

  /** Once the execution has this status. */
  async reached({ pipelineName, pipelineExecutionId }: Started, status: string): Promise<void> {
    await eventually(async () => {
      const about = { pipelineName, pipelineExecutionId }
      const { pipelineExecution } = await this.call('GetPipelineExecution', about)
      return (pipelineExecution as { status: string }).status === status
    })
  }

  /** Starts until there are fifty executions in progress (X7). */
  async fill(name: string): Promise<void> {
    for (let run = 0; run < 50; run++) {
      try {
        await this.call('StartPipelineExecution', { name })
      } catch (error) {
        if ((error as Error).name === 'ConcurrentPipelineExecutionsLimitExceededException') return
        throw error
      }
    }
  }

  /** What proves a partner's worker (J13). */
  get clientToken(): string {
    const key = MasterKey.load(join(this.server.server.config.dataDir, 'secrets', 'master.key'))
    return clientTokenOf(`penstock-${partnerType.provider}`, clientTokenKey(key))
  }

  /** A partner's job, handed out; `nonce` is the one that acknowledges it. */
  async partnerJob(): Promise<{ readonly jobId: string; readonly nonce: string }> {
    const build = this.declaration().stages?.[1]?.actions?.[0]
    const action = { ...build, actionTypeId: partnerType, configuration: {}, namespace: undefined }
    const { pipelineName } = await this.withBuild({ actions: [action as sdk.ActionDeclaration] })
    await this.succeed(pipelineName)
    const jobId = await eventually(async () => {
      const { jobs } = await this.call('PollForThirdPartyJobs', { actionTypeId: partnerType, maxBatchSize: 1 })
      return (jobs as { jobId: string }[])[0]?.jobId
    })
    const { jobDetails } = await this.call('GetThirdPartyJobDetails', { jobId, clientToken: this.clientToken })
    return { jobId, nonce: (jobDetails as { nonce: string }).nonce }
  }
}

/** What has to be in the data folder before the server starts. */
async function prepare(dataDir: string): Promise<Record<string, unknown>> {
  const database = await openSqlite(join(dataDir, 'penstock.db'))
  const declaration = {
    id: partnerType,
    executor: { type: 'JobWorker', configuration: {} },
    ...artifactDetails,
  } as const
  await putThirdPartyType(createEngineStore(database), declaration)
  await database.close()
  const folder = join(dataDir, 'pipelines')
  mkdirSync(folder)
  writeFileSync(join(folder, `${keptName}.json`), JSON.stringify({ pipeline: { name: keptName, stages: [] } }))
  return { pipelines: folder }
}
