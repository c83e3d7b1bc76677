import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '@penstock/core'
import { startTestServer, type TestServer } from '@penstock/core/testkit'
import { build, deploy, push, repository, test } from './providers.js'

type Category = 'Build' | 'Test' | 'Deploy' | 'Approval' | 'Source'
type More = Partial<Omit<ActionDeclaration, 'name' | 'actionTypeId'>>

function action(name: string, category: Category, provider: string, more: More = {}): ActionDeclaration {
  const owner = category === 'Approval' ? 'AWS' : 'Custom'
  return { name, actionTypeId: { category, owner, provider, version: '1' }, ...more }
}

const code = [{ name: 'Code' }]
const site = [{ name: 'Site' }]
const works = (name: string, category: 'Build' | 'Test' | 'Deploy', result = 'succeed', more: More = {}) =>
  action(name, category, 'Work', { configuration: { Result: result }, inputArtifacts: code, ...more })
const asksPlainly = action('Go', 'Approval', 'Manual', { configuration: { CustomData: 'Roll it out to everybody?' } })
const asks = (name: string) =>
  action(name, 'Approval', 'Manual', {
    configuration: {
      CustomData: 'Check the basket with two vouchers on staging,\nthen let version #{build.VERSION} go to Production.',
      ExternalEntityLink: 'https://staging.example.com/#{source.CommitId}',
    },
  })
const builds = works('Compile', 'Build', 'succeed', { outputArtifacts: site, namespace: 'build' })

/** A server with pipelines in every state that there is. */
export async function startWorld() {
  const server = await startTestServer({
    plugins: [repository, build, test, deploy],
    bundled: ['status-page', 'manual-approval', 'aws-api', 'stage-rules'],
  })
  const { operations } = server.services
  await operations.createCustomActionType(server.admin, {
    category: 'Test',
    provider: 'Laboratory',
    version: '1',
    inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
    outputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
  })
  await fill(server)
  const password = readFileSync(join(server.folder, 'data', 'secrets', 'initialAdminPassword'), 'utf8').trim()
  return { server, password }
}

export type World = Awaited<ReturnType<typeof startWorld>>

async function fill(server: TestServer): Promise<void> {
  const web: StageDeclaration[] = [
    { name: 'Build', actions: [builds] },
    { name: 'Test', actions: [works('Lint', 'Test'), works('Unit', 'Test'), works('Browser', 'Test')] },
    { name: 'Staging', actions: [works('Deploy', 'Deploy')] },
    { name: 'Approve', actions: [asks('ProductOwner')] },
    { name: 'Production', actions: [works('Deploy', 'Deploy'), works('Smoke', 'Test', 'succeed', { runOrder: 2 })] },
  ]
  await make(server, 'storefront-web', web)
  await settle(server, 'storefront-web')
  await answer(server, 'storefront-web', 'Approved')
  await settle(server, 'storefront-web')
  await release(server, 'storefront-web')
  await server.services.operations.disableStageTransition(server.admin, {
    pipelineName: 'storefront-web',
    stageName: 'Production',
    transitionType: 'Inbound',
    reason: 'Freeze until the audit ends',
  })
  await make(server, 'payments', [
    { name: 'Build', actions: [builds] },
    { name: 'Approve', actions: [asks('Risk')] },
  ])
  await make(server, 'nightly-e2e', [
    { name: 'Build', actions: [builds] },
    { name: 'Test', actions: [works('Browser', 'Test', 'fail'), works('Lint', 'Test')] },
    { name: 'Report', actions: [works('Publish', 'Deploy')] },
  ])
  await make(server, `a-pipeline-whose-name-is-${'exactly-as-long-as-codepipeline-allows-'.repeat(2)}`.slice(0, 100), [
    { name: 'Build-and-test-and-package-and-sign', actions: [builds] },
    { name: 'Deploy_to_the_production_environment', actions: [works('Deploy', 'Deploy', 'fail')] },
  ])
  await make(
    server,
    'held',
    [
      { name: 'Build', actions: [builds] },
      { name: 'Apply', actions: [works('Apply', 'Deploy')] },
    ],
    {},
    true,
  )
  await Promise.all(
    ['search-index', 'docs', 'mobile-api'].map(async (name) => {
      await make(server, name, [
        { name: 'Build', actions: [builds] },
        { name: 'Deploy', actions: [works('Deploy', 'Deploy')] },
      ])
      await settle(server, name)
      for (let time = 0; time < 2; time++) await release(server, name)
    }),
  )
  await make(server, 'laboratory', [{ name: 'Test', actions: [action('Measure', 'Test', 'Laboratory')] }])
  await make(server, 'canary', [{ name: 'Roll-out', actions: [asksPlainly] }], {
    executionMode: 'PARALLEL',
    variables: [{ name: 'channel', defaultValue: 'beta' }],
  })
  await server.services.operations.startPipelineExecution(server.admin, {
    name: 'canary',
    variables: [{ name: 'channel', value: 'production' }],
  })
  for (let time = 0; time < 8; time++) {
    await make(server, `load-${time + 1}`, [{ name: 'Run', actions: [works('Soak', 'Test', 'hang')] }])
  }
  await pause(2_000)
}

async function make(
  { services, admin }: TestServer,
  name: string,
  stages: readonly StageDeclaration[],
  more: Partial<PipelineDeclaration> = {},
  closed = false,
): Promise<void> {
  const source = action('Git', 'Source', 'Repository', {
    configuration: { Name: name },
    outputArtifacts: code,
    namespace: 'source',
  })
  await services.operations.createPipeline(admin, {
    pipeline: {
      name,
      pipelineType: 'V2',
      roleArn: 'arn:aws:iam::000000000000:role/penstock',
      artifactStore: { type: 'S3', location: services.identity.bucket },
      ...more,
      stages: [{ name: 'Source', actions: [source] }, ...stages],
    },
    tags: [{ key: 'team', value: name.includes('web') ? 'web' : 'platform' }],
  })
  if (!closed) return
  const stageName = stages.at(-1)?.name ?? ''
  await services.operations.disableStageTransition(admin, {
    pipelineName: name,
    stageName,
    transitionType: 'Inbound',
    reason: 'Sale until Monday',
  })
}

async function release(server: TestServer, name: string): Promise<void> {
  push(name)
  await server.services.operations.startPipelineExecution(server.admin, { name })
  await settle(server, name)
}

/** Until nothing of it works any more: it has ended, or waits. */
export async function settle(server: TestServer, name: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const [standing] = await server.services.overview.standing([name])
    const live = standing?.live ?? []
    if (
      standing?.latest &&
      live.every(({ actions, at }) => at?.waiting || (actions.length > 0 && actions.every(({ approval }) => approval)))
    )
      return
    await pause(50)
  }
}

async function answer(server: TestServer, name: string, status: 'Approved' | 'Rejected'): Promise<void> {
  const [standing] = await server.services.overview.standing([name])
  for (const { stageName, actionName, approval } of standing?.live[0]?.actions ?? []) {
    if (!approval) continue
    const result = { status, summary: 'Looked at it with two vouchers' }
    const input = { pipelineName: name, stageName, actionName, result, token: approval.token }
    await server.services.operations.putApprovalResult(server.admin, input)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
