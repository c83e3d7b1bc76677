import { Readable } from 'node:stream'
import {
  type AccessKey,
  type AuditEntry,
  Fault,
  type LiveChange,
  type OperationName,
  type OperationOutput,
  type Operations,
  type PipelineDeclaration,
  type PluginStatus,
  type Principal,
  type ServerServices,
  type SourceStatus,
  systemClock,
  type Views,
} from '@penstock/core'
import { allows } from '../../../../core/src/domain/policy.js'
import { ContributionService } from '../../../../core/src/host/contributions/contribution-service.js'
import type { Contribution } from '../../../../core/src/host/contributions/declared.js'
import { Arns } from '../../../../core/src/operations/arns.js'
import { refused } from '../../../../core/src/operations/judge.js'
import type { AnyOperation, OperationServices } from '../../../../core/src/operations/operation.js'
import { serveOperations } from '../../../../core/src/operations/serve.js'
import * as data from './data.js'
import { sampleLog } from './sample-log.js'
import { sampleStanding } from './standing.js'
import { customType, sampleRules, sampleTypes } from './types.js'

/** Who was told of the approval that waits: one was, one was not. */
function sampleDeliveries(now: number): OperationOutput<'listDeliveries'>['deliveries'] {
  const told = {
    notifier: 'email-notify',
    kind: 'approvalNeeded' as const,
    subject: 'APPROVAL NEEDED: shop-frontend for action Release',
    pipelineName: data.shop.name,
    pipelineExecutionId: data.ids.running,
    inFlight: false,
    possibleDuplicate: false,
    created: new Date(now),
    attemptLog: [],
  }
  return [
    {
      ...told,
      deliveryId: 'delivery-2',
      receiver: '<b>eve</b>@example.com',
      status: 'GivenUp',
      attempts: 4,
      ended: new Date(now),
      error: '550 no such <i>mailbox</i>',
    },
    {
      ...told,
      deliveryId: 'delivery-1',
      receiver: 'ada@example.com',
      status: 'Delivered',
      attempts: 1,
      ended: new Date(now),
    },
  ]
}

/** Many entries, every hundredth of them refused. */
function manyEntries(now: number): AuditEntry[] {
  return Array.from({ length: 1_000 }, (_, index) => ({
    at: now - index * 1_000,
    principal: `arn:aws:iam::123456789012:user/${index % 2 ? 'mia' : 'ada'}`,
    operation: index % 100 ? 'StartPipelineExecution' : 'DeletePipeline',
    target: `arn:aws:codepipeline:eu-west-1:123456789012:shop-${index}`,
    result: index % 100 ? 'ok' : 'AccessDeniedException',
  }))
}

const siteBytes = Buffer.from('a site, zipped')

/** Keeps what an approval is about, and nothing else. */
const oneArtifact = {
  head: async ({ key }: { key: string }) =>
    key === data.siteArtifact.key ? { size: siteBytes.length, etag: 'e', modified: 1, metadata: {} } : undefined,
  get: async () => ({ size: siteBytes.length, etag: 'e', modified: 1, metadata: {}, body: Readable.from([siteBytes]) }),
}

/** What the page asked the server to do, in order. */
export type Call = readonly [operation: string, input: unknown]

/** A server in memory, with enough in it to draw every page. What it does not know it refuses, as the real one does. */
export class SampleServer {
  /** What all its times are counted from. */
  readonly now = systemClock.now()
  readonly calls: Call[] = []
  readonly audits: Omit<AuditEntry, 'at'>[] = []
  /** What the plugin rake-build adds to the page. */
  readonly contributions: Contribution[] = []
  readonly logs = new Map<string, string>([
    [data.ids.rake, sampleLog(60)],
    [data.ids.lint, sampleLog(4_000)],
  ])
  readonly listeners = new Set<(change: LiveChange) => void>()
  readonly followers = new Set<() => void>()
  readonly sessions = new Map<string, Principal>()
  pipelines: PipelineDeclaration[] = [data.shop]
  denied = new Set<string>()
  /** Of whoever signs in; everything but what is denied when there are none. */
  policies: Principal['policies'] = []
  /** In the place of its own. */
  readonly answers = new Map<OperationName, object>()
  /** Thrown by the next operation that changes something. */
  refusal: Fault | undefined
  logComplete = true
  /** Set when nothing lives any more. */
  executionsOver = false

  private readonly identity: ServerServices['identity'] = {
    region: 'eu-west-1',
    accountId: '123456789012',
    bucket: 'codepipeline-eu-west-1-1234567890',
    publicUrl: 'http://127.0.0.1:8080',
    version: '0.1.0',
    dataFolder: '/var/lib/penstock',
  }

  readonly services: ServerServices = {
    clock: systemClock,
    identity: this.identity,
    operations: this.operations(),
    access: this.access(),
    logs: this.logService(),
    live: {
      subscribe: (listener) => {
        this.listeners.add(listener)
        return () => this.listeners.delete(listener)
      },
    },
    plugins: {
      list: () => samplePlugins,
      actionTypes: () => sampleTypes,
      ruleTypes: () => sampleRules,
      disable: async (name) => this.deed('disable', name),
      enable: async (name) => this.deed('enable', name),
      reload: async (name) => {
        this.deed('reload', name)
        return samplePlugins.find((plugin) => plugin.name === name) ?? raise(name)
      },
    },
    sources: {
      status: async (name) => (name === data.shop.name ? sampleSources(this.now) : []),
      report: async () => ({}),
      poll: async () => [],
    },
    queue: {
      overview: async () => ({
        workers: [
          { id: 'server-1', kind: 'server', here: true, jobs: 1, capacity: 8 },
          { id: 'ci/mac', kind: 'remote', here: false, jobs: 0, capacity: 2, lastHeard: this.now - 30_000 },
        ],
        inHand: [
          {
            jobId: 'job-1',
            typeKey: 'Build/Custom/Rake/1',
            pipelineName: data.shop.name,
            pipelineExecutionId: data.ids.waiting,
            stageName: 'Build',
            actionName: 'Rake',
            actionExecutionId: data.ids.rake,
            kind: 'action',
            status: 'InProgress',
            workerId: 'server-1',
            created: this.now - 90_000,
          },
        ],
        waiting: [
          { typeKey: 'Deploy/Custom/Gone/1', count: 3, oldest: this.now - 7_200_000, takenBy: 'nobody' },
          { typeKey: 'Build/Custom/Mine/1', count: 1, oldest: this.now - 60_000, takenBy: 'pollers' },
        ],
      }),
    },
    overview: this.overview(),
    // The page asks none of these.
    workers: {} as ServerServices['workers'],
    artifacts: oneArtifact as unknown as ServerServices['artifacts'],
    webhooks: {} as ServerServices['webhooks'],
  }

  /** As the server does after every change. */
  change(change: LiveChange): void {
    for (const listener of this.listeners) listener(change)
  }

  private deed(operation: string, input: unknown): void {
    this.calls.push([operation, input])
    const { refusal } = this
    this.refusal = undefined
    if (refusal) throw refusal
  }

  private find(name: string): PipelineDeclaration {
    const found = this.pipelines.find((pipeline) => pipeline.name === name)
    if (!found)
      throw new Fault(
        'PipelineNotFoundException',
        `Account '123456789012' does not have a pipeline with name '${name}'`,
      )
    return found
  }

  private operations(): ServerServices['operations'] {
    const now = () => this.now
    const dates = () => ({ created: new Date(now() - 9e9), updated: new Date(now() - 9e7) })
    const of = <T>(name: string, list: () => T[]): T[] => (this.find(name).name === data.shop.name ? list() : [])
    const known: Partial<Operations> = {
      listPipelines: async () => ({
        pipelines: this.pipelines.map(({ name, version }) => ({
          name,
          version: version ?? 1,
          pipelineType: 'V2',
          executionMode: 'SUPERSEDED',
          ...dates(),
        })),
      }),
      getPipeline: async (_, { name }) => ({
        pipeline: this.find(name),
        metadata: { pipelineArn: `arn:aws:codepipeline:eu-west-1:123456789012:${name}`, ...dates() },
      }),
      getPipelineWarnings: async () => ({
        warnings: [{ path: 'stages[1].actions[0].configuration.Command', message: '#{V.M} becomes code of the shell' }],
      }),
      getPipelineState: async (_, { name }) =>
        this.find(name).name === data.shop.name
          ? data.state(now())
          : {
              pipelineName: name,
              pipelineVersion: 1,
              stageStates: this.find(name).stages.map((stage) => ({
                stageName: stage.name,
                inboundTransitionState: { enabled: true },
                actionStates: stage.actions.map((action) => ({ actionName: action.name })),
              })),
              ...dates(),
            },
      listPipelineExecutions: async (_, { pipelineName, filter, maxResults = 100, nextToken }) => {
        const all = of(pipelineName, () => data.executions(now()))
        const fitting = filter?.succeededInStage ? all.filter((each) => each.status === 'Succeeded') : all
        const from = Number(nextToken ?? 0)
        const end = from + maxResults
        return {
          pipelineExecutionSummaries: fitting.slice(from, end),
          ...(end < fitting.length && { nextToken: String(end) }),
        }
      },
      listActionExecutions: async (_, { pipelineName, filter }) => ({
        actionExecutionDetails: of(pipelineName, () => data.runs(now())).filter(
          (run) => !filter?.pipelineExecutionId || run.pipelineExecutionId === filter.pipelineExecutionId,
        ),
      }),
      listActionTypes: async () => ({ actionTypes: [customType] }),
      listRuleExecutions: async () => ({ ruleExecutionDetails: [] }),
      createUser: async (_, input) => this.deed('createUser', input),
      changePassword: async (by, input) => {
        if (input.oldPassword !== 'right') throw new Fault('AccessDeniedException', 'The old password is wrong')
        this.deed('changePassword', { userName: by.name, ...input })
      },
      pollSource: async (_, input) => {
        this.deed('pollSource', input)
        return { actionNames: [input.actionName ?? ''] }
      },
      redeliver: async (_, input) => {
        this.deed('redeliver', input)
        return { delivery: sampleDeliveries(now())[0] ?? raise('delivery') }
      },
      listDeliveries: async () => ({ deliveries: sampleDeliveries(now()) }),
      listAuditEntries: async (_, { nextToken, maxResults = 50 }) => {
        const from = Number(nextToken ?? 0)
        const end = from + maxResults
        const all = [...sampleAudit(now()), ...manyEntries(now())]
        return { entries: all.slice(from, end), ...(end < all.length && { nextToken: String(end) }) }
      },
      putSecret: async (_, input) => {
        this.deed('putSecret', input)
        return { pipelinesInScope: 1 }
      },
      listUsers: async () => ({
        users: [
          { userName: 'mia', policies: ['AWSCodePipeline_FullAccess'], enabled: true, accessKeys: 2, sessions: 1 },
        ],
      }),
      listSessions: async () => ({
        sessions: [{ sessionId: 'abcdef012345', userName: 'mia', expires: new Date(now() + 9e6), from: '192.0.2.7' }],
      }),
      listSecrets: async () => ({
        secrets: [
          {
            name: 'npm',
            pipelines: ['shop-*'],
            created: new Date(now()),
            changed: new Date(now()),
            changedBy: 'arn:aws:iam::123456789012:user/mia',
          },
        ],
      }),
      listTestReports: async () => ({ testReports: [] }),
      listForkPullRequests: async () => ({
        pullRequests: [
          {
            ...{
              pipelineName: data.shop.name,
              actionName: 'GitHub',
              asked: new Date(now()),
              revisionId: 'f0f0f0f0f0f0f0f0',
            },
            ...{
              repository: 'eve/shop',
              branch: 'topic',
              targetBranch: 'main',
              author: 'eve',
              authorAssociation: 'NONE',
            },
            revisionSummary: 'Improve <b>everything',
          },
        ],
      }),
      listDeployActionExecutionTargets: async () => ({
        targets: [
          {
            targetId: 'web-1.example.com',
            targetType: 'INSTANCE',
            status: 'Succeeded',
            events: [{ name: 'AfterInstall', status: 'Succeeded', startTime: new Date(0), endTime: new Date(4200) }],
          },
        ],
      }),
      getPipelineExecution: async (_, { pipelineName, pipelineExecutionId }) => {
        const found = of(pipelineName, () => data.executions(now())).find(
          (each) => each.pipelineExecutionId === pipelineExecutionId,
        )
        if (!found)
          throw new Fault('PipelineExecutionNotFoundException', `There is no execution ${pipelineExecutionId}`)
        return {
          pipelineExecution: {
            pipelineName,
            pipelineVersion: 7,
            pipelineExecutionId,
            status: found.status,
            artifactRevisions: found.sourceRevisions.map(({ actionName, ...rest }) => ({ name: actionName, ...rest })),
            variables: [{ name: 'Channel', resolvedValue: 'stable' }],
            trigger: found.trigger,
            executionMode: 'SUPERSEDED',
            executionType: 'STANDARD',
          },
        }
      },
    }
    const does = async (name: OperationName, by: Principal, input: unknown) => {
      const replaced = this.answers.get(name)
      if (replaced) return replaced
      const answer = known[name] as ((by: Principal, input: unknown) => Promise<object>) | undefined
      if (answer) return answer(by, input)
      this.deed(name, input)
      return { pipelineExecutionId: data.ids.waiting }
    }
    const { identity } = this
    const arns = new Arns(identity)
    const contributions = new ContributionService({
      clock: systemClock,
      living: () => [{ plugin: 'rake-build', contributions: this.contributions }],
      problem: () => {},
    })
    const may: OperationServices['may'] = (by, operation, about) =>
      refused({ access: this.services.access, arns }, operation as unknown as AnyOperation, by, about) === undefined
    return serveOperations({
      identity,
      access: {
        allows: (by, action, resource) => this.services.access.allows(by, action, resource),
        audit: async (entry) => void this.audits.push(entry),
      },
      log: console,
      // Penstock's own operations are the real ones, over this server's services; but for what the engine answers.
      perform: (operation, by, input, call) =>
        operation.service === 'penstock' && !known[methodOf(operation)]
          ? operation.run({ ...this.services, may, contributions } as unknown as OperationServices, by, input, call)
          : does(methodOf(operation), by, input),
    })
  }

  private overview(): ServerServices['overview'] {
    const approvals = (stage: Views.StageState) =>
      stage.actionStates.filter(({ latestExecution: latest }) => latest?.status === 'InProgress' && latest.token)
    return {
      ...sampleStanding(
        this.now,
        () => this.pipelines.map(({ name }) => name).sort(),
        () => this.executionsOver,
      ),
      names: async ({ holds = '', after = '', limit }) =>
        this.pipelines
          .map(({ name }) => name)
          .filter((name) => name > after && name.includes(holds))
          .sort()
          .slice(0, limit),
      pipelines: async (names) =>
        this.pipelines
          .filter(({ name }) => names.includes(name))
          .map(({ name, stages }) => {
            const known = name === data.shop.name ? data.state(this.now).stageStates : []
            const [latest] = known.length > 0 ? data.executions(this.now) : []
            return {
              name,
              ...(latest && { latest }),
              stages: stages.map((stage) => {
                const state = known.find(({ stageName }) => stageName === stage.name)
                const status = state?.latestExecution?.status
                return {
                  name: stage.name,
                  ...(status && { status }),
                  closed: state?.inboundTransitionState.enabled === false,
                }
              }),
              approvals: known.flatMap(approvals).length,
              sourceProblem: known.length > 0,
            }
          }),
    }
  }

  private access(): ServerServices['access'] {
    const principal = (): Principal => ({
      name: 'admin',
      arn: 'arn:aws:iam::123456789012:user/admin',
      policies: this.policies,
    })
    return {
      signIn: async (user, password) => (user === 'admin' && password === 'right' ? principal() : undefined),
      openSession: async (who) => {
        const token = `session-${this.sessions.size}-${'x'.repeat(30)}`
        this.sessions.set(token, who)
        return token
      },
      session: async (token) => this.sessions.get(token),
      closeSession: async (token) => void this.sessions.delete(token),
      createAccessKey: async (userName, policies) => {
        this.deed('createAccessKey', { userName, policies })
        return {
          accessKeyId: 'AKIANEW',
          userName,
          policies,
          created: this.now,
          status: 'Active',
          secretAccessKey: 'shown-once-secret',
        }
      },
      deleteAccessKey: async (id) => this.deed('deleteAccessKey', id),
      listAccessKeys: async () => sampleKeys(this.now),
      credentials: async (id) =>
        id === 'AKIA0000000000000001' ? { secretAccessKey: 'right', principal: principal() } : undefined,
      jobCredentials: async () => ({ accessKeyId: '', secretAccessKey: '', sessionToken: '', expires: 0 }),
      allows: ({ policies }, action, resource) =>
        !this.denied.has(action) && (!policies?.length || allows(policies, action, resource)),
      audit: async (entry) => void this.audits.push(entry),
      auditLog: async () => sampleAudit(this.now),
    }
  }

  private logService(): ServerServices['logs'] {
    return {
      read: async (id, from, limit = 65_536) => {
        const bytes = Buffer.from(this.logs.get(id) ?? '')
        if (!this.logs.has(id)) return undefined
        const next = Math.min(bytes.length, from + limit)
        return {
          text: bytes.toString('utf8', from, next),
          from,
          next,
          complete: this.logComplete && next === bytes.length,
        }
      },
      follow: (_, onMore) => {
        this.followers.add(onMore)
        return () => this.followers.delete(onMore)
      },
      size: async (id) => {
        const text = this.logs.get(id)
        return text === undefined ? undefined : Buffer.byteLength(text)
      },
    }
  }
}

function methodOf({ name }: AnyOperation): OperationName {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}` as OperationName
}

function raise(name: string): never {
  throw Object.assign(new Error(`there is no plugin '${name}'`), { name: 'PluginRefused' })
}

const samplePlugins: readonly PluginStatus[] = [
  {
    name: 'github-source',
    version: '0.1.0',
    state: 'started',
    problems: [],
    provides: ['Source/ThirdParty/GitHub/1'],
    bundled: true,
  },
  {
    name: 'rake-build',
    version: '0.1.0',
    state: 'started',
    problems: [],
    provides: ['Build/Custom/Rake/1'],
    bundled: true,
  },
  { name: 'codedeploy-ssh', version: '0.1.0', state: 'started', problems: [], provides: [], bundled: true },
  {
    name: 'grafana-annotate',
    version: '2.0.1',
    state: 'failed',
    problems: ['register() took longer than 2 s and was given up'],
    provides: ['notifier'],
    bundled: false,
  },
  {
    name: 'jenkins-build',
    version: '0.1.0',
    state: 'disabled',
    problems: [],
    provides: ['Build/Custom/Jenkins/1'],
    bundled: true,
  },
  { name: 'status-page', version: '0.1.0', state: 'started', problems: [], provides: [], bundled: true },
]

function sampleSources(now: number): SourceStatus[] {
  return [
    {
      pipelineName: data.shop.name,
      actionName: 'GitHub',
      schedule: 'every minute',
      lastPolled: now - 40_000,
      nextPoll: now + 80_000,
      lastRevision: {
        actionName: 'GitHub',
        revisionId: 'c0ffee11d2f4a6b8c0d1e2f3a9f1c2ab84e6d0f3',
        revisionSummary: 'Let the search forgive typing errors',
      },
      error: 'https://github.com/riverside/shop-frontend answered 401 Unauthorized: the OAuthToken is no longer valid.',
      failures: 3,
    },
  ]
}

function sampleKeys(now: number): AccessKey[] {
  return [
    {
      accessKeyId: 'AKIAQ4EXAMPLEMIA',
      userName: 'mia',
      policies: ['AWSCodePipeline_FullAccess'],
      created: now - 9e9,
      lastUsed: now - 6e5,
      status: 'Active',
    },
    {
      accessKeyId: 'AKIAQ4EXAMPLEBOT',
      userName: 'release-bot',
      policies: [{ Statement: [{ Effect: 'Allow', Action: 'codepipeline:StartPipelineExecution', Resource: '*' }] }],
      created: now - 3e9,
      status: 'Active',
    },
  ]
}

function sampleAudit(now: number): AuditEntry[] {
  const by = 'arn:aws:iam::123456789012:user/mia'
  return [
    {
      at: now - 130 * 60_000,
      principal: by,
      operation: 'DisableStageTransition',
      target: 'shop-frontend/Deploy',
      result: 'ok',
      detail: 'Winter sale until Monday',
    },
    {
      at: now - 190 * 60_000,
      principal: by,
      operation: 'StartPipelineExecution',
      target: 'shop-frontend',
      result: 'ok',
    },
    {
      at: now - 300 * 60_000,
      principal: 'arn:aws:iam::123456789012:user/tom',
      operation: 'DeletePipeline',
      target: 'shop-frontend',
      result: 'AccessDeniedException',
    },
  ]
}
