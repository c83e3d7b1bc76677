/** A real engine on a real database, with action types of its own and a clock that the test moves. */

import type { Principal } from '../../src/domain/access.js'
import { type ActionTypeId, actionTypeKey } from '../../src/domain/action-type.js'
import type { JobFailure, JobSuccess } from '../../src/domain/job.js'
import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '../../src/domain/pipeline.js'
import { createEngine, type Engine, type TypeCatalogue } from '../../src/engine/engine.js'
import { LocalJobs } from '../../src/engine/local-jobs.js'
import type { EngineStore } from '../../src/engine/ports.js'
import type { OperationServices } from '../../src/operations/operation.js'
import { perform } from '../../src/operations/perform.js'
import { type Operations, table } from '../../src/operations/table.js'
import { type Database, openSqlite } from '../../src/store/database.js'
import { createEngineStore } from '../../src/store/engine-store.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

export const me: Principal = {
  name: 'tester',
  arn: 'arn:aws:iam::123456789012:user/tester',
  policies: ['AWSCodePipeline_FullAccess'],
}

export const typeIds = {
  source: { category: 'Source', owner: 'Custom', provider: 'Repo', version: '1' },
  build: { category: 'Build', owner: 'Custom', provider: 'Make', version: '1' },
  approval: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
} as const satisfies Record<string, ActionTypeId>

const aRule = {
  id: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
  ruleConfigurationProperties: ['Variable', 'Value', 'Operator'].map((name) => ({
    name,
    required: false,
    key: false,
    secret: false,
  })),
  inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
} as const

/** Knows the three types above, the rule `VariableCheck`, and what custom types the store has. */
export function testCatalogue(extra: Partial<TypeCatalogue> = {}, timeoutInMinutes = 60): TypeCatalogue {
  const known = new Set(Object.values(typeIds).map(actionTypeKey))
  return {
    facts: (id) =>
      known.has(actionTypeKey(id))
        ? { timeoutInMinutes, secretProperties: ['Secret'], idempotent: id.category === 'Source' }
        : undefined,
    ruleFacts: (id) =>
      id.provider === 'VariableCheck' ? { timeoutInMinutes, secretProperties: [], idempotent: true } : undefined,
    describe: (id) =>
      known.has(actionTypeKey(id))
        ? {
            id,
            actionConfigurationProperties: ['Branch', 'Secret', 'Text'].map((name) => ({
              name,
              required: false,
              key: false,
              secret: name === 'Secret',
            })),
            inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
            outputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
          }
        : undefined,
    properties: () => undefined,
    ruleProperties: () => undefined,
    judge: () => [],
    list: () => [],
    listRules: () => [],
    describeRule: (id) => (id.provider === 'VariableCheck' ? aRule : undefined),
    judgeRule: () => [],
    refresh: async () => {},
    ...extra,
  }
}

export interface Bench {
  readonly engine: Engine
  readonly clock: FakeClock
  readonly database: Database
  readonly operations: Operations
  readonly jobs: LocalJobs
  /** Claims what waits, of any type, and answers it by action name. */
  claim(): Promise<Record<string, { id: string; fence: number; executionId: string }>>
  /** Claims, and ends the job of this action. */
  finish(actionName: string, result?: JobSuccess | JobFailure): Promise<void>
  state(name?: string): Promise<Record<string, string>>
  executions(name?: string): Promise<string[]>
  close(): Promise<void>
}

/** What operations do, without policies, shapes and the audit log, which have tests of their own. */
export function unguarded(
  given: Pick<OperationServices, 'engine' | 'publicUrl' | 'credentialsFor' | 'clientTokenKey'>,
): Operations {
  const alone = { ...given, deploymentsThere: () => undefined }
  const services = new Proxy(alone as unknown as OperationServices, {
    get(target, name) {
      if (name in target) return target[name as keyof OperationServices]
      throw new Error(`the engine alone has no ${String(name)}`)
    },
  })
  const methods = Object.entries(table).map(([method, operation]) => [
    method,
    (by: Principal, input: unknown) => perform(operation, services, by, input),
  ])
  return Object.fromEntries(methods) as Operations
}

export async function bench(
  database?: Database,
  catalogue?: Partial<TypeCatalogue>,
  store?: EngineStore,
): Promise<Bench> {
  const db = database ?? (await openSqlite(':memory:'))
  const clock = new FakeClock()
  const engine = createEngine({
    store: store ?? createEngineStore(db),
    clock,
    types: testCatalogue(catalogue),
    region: 'eu-central-1',
    accountId: '123456789012',
    bucket: 'codepipeline-eu-central-1-1234567890',
  })
  const operations = unguarded({
    engine,
    publicUrl: () => 'https://penstock.example',
    credentialsFor: async () => ({ accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't' }),
    clientTokenKey: 'key',
  })
  const jobs = new LocalJobs(engine)
  const held = new Map<string, { id: string; fence: number; executionId: string }>()
  const keys = [...Object.values(typeIds).map(actionTypeKey), 'Invoke/AWS/Rule:VariableCheck/1']
  const claim = async () => {
    const found = await jobs.claim('worker', keys, 100)
    for (const job of found) {
      held.set(job.data.actionName, { id: job.id, fence: job.fence, executionId: job.data.pipelineExecutionId })
    }
    return Object.fromEntries(held)
  }
  return {
    engine,
    clock,
    database: db,
    operations,
    jobs,
    claim,
    async finish(actionName, result = {}) {
      await claim()
      const job = held.get(actionName)
      if (!job) throw new Error(`no job waits for '${actionName}': there are ${[...held.keys()].join(', ') || 'none'}`)
      held.delete(actionName)
      if ('type' in result) await jobs.fail(job.id, job.fence, result)
      else await jobs.succeed(job.id, job.fence, result)
    },
    async state(name = 'demo') {
      const { stageStates } = await operations.getPipelineState(me, { name })
      return Object.fromEntries(
        stageStates.flatMap((stage) => [
          ...(stage.latestExecution ? [[stage.stageName, stage.latestExecution.status] as const] : []),
          ...stage.actionStates.flatMap((action) =>
            action.latestExecution?.status
              ? [[`${stage.stageName}/${action.actionName}`, action.latestExecution.status] as const]
              : [],
          ),
        ]),
      )
    },
    async executions(name = 'demo') {
      const { pipelineExecutionSummaries } = await operations.listPipelineExecutions(me, { pipelineName: name })
      return pipelineExecutionSummaries.map((one) => one.status)
    },
    close: () => db.close(),
  }
}

export function action(name: string, more: Partial<ActionDeclaration> = {}): ActionDeclaration {
  return { name, actionTypeId: typeIds.build, ...more }
}

export function stage(
  name: string,
  actions: readonly (string | ActionDeclaration)[],
  more: Partial<StageDeclaration> = {},
): StageDeclaration {
  return { name, actions: actions.map((one) => (typeof one === 'string' ? action(one) : one)), ...more }
}

/** `Source` with the action `Repo` that puts out `tree`, and the stages given. */
export function pipeline(
  stages: readonly StageDeclaration[],
  more: Partial<PipelineDeclaration> = {},
): PipelineDeclaration {
  const source = action('Repo', {
    actionTypeId: typeIds.source,
    outputArtifacts: [{ name: 'tree' }],
    configuration: { Branch: 'main' },
    namespace: 'SourceVariables',
  })
  return {
    name: 'demo',
    roleArn: 'arn:aws:iam::123456789012:role/demo',
    artifactStore: { type: 'S3', location: 'codepipeline-eu-central-1-1234567890' },
    stages: [{ name: 'Source', actions: [source] }, ...stages],
    ...more,
  }
}

export const failure = (message = 'broken'): JobFailure => ({ type: 'JobFailed', message })
