/** Who may do what on the page: for each managed policy the same as by the table of operations, which the API asks, too. */
import { type ManagedPolicy, managedPolicies, type OperationName, type Principal } from '@penstock/core'
import { ids } from './support/data.js'
import { startSite, type Visitor } from './support/site.js'

const shop = '/pipelines/shop-frontend'
const stage = { pipelineName: 'shop-frontend', stageName: 'Build' }
const pipelineName = stage.pipelineName
const approval = { pipelineName, stageName: 'Approve', actionName: 'Release' }
const pipeline = { pipeline: { name: pipelineName } }

/** A page or a form, and every operation that it takes. */
type Row = readonly [path: string, needs: Readonly<Partial<Record<OperationName, object>>>]

const pages: readonly Row[] = [
  ['/', { listPipelineOverviews: {} }],
  [shop, { getPipeline: { name: pipelineName }, getPipelineState: { name: pipelineName } }],
  [`${shop}/history`, { listPipelineExecutions: { pipelineName }, getPipeline: { name: pipelineName } }],
  [`${shop}/executions/${ids.done}`, { getPipelineExecution: { pipelineName }, getPipeline: { name: pipelineName } }],
  [`${shop}/actions/${ids.lint}`, { listActionExecutions: { pipelineName } }],
  [`${shop}/actions/${ids.lint}/log`, { listActionExecutions: { pipelineName } }],
  [`${shop}/actions/${ids.lint}/log/lines`, { listActionExecutions: { pipelineName } }],
  [`${shop}/actions/${ids.lint}/log/search?q=x`, { listActionExecutions: { pipelineName } }],
  [`${shop}/actions/${ids.lint}/log/raw`, { listActionExecutions: { pipelineName } }],
  [`${shop}/rollback?target=${ids.done}`, { getPipeline: { name: pipelineName } }],
  [`${shop}/stages/Build/rollback`, { rollbackStage: stage, listPipelineExecutions: { pipelineName } }],
  [`${shop}/edit`, { updatePipeline: pipeline, getPipeline: { name: pipelineName }, listActionTypes: {} }],
  [`${shop}/delete`, { deletePipeline: { name: pipelineName }, getPipeline: { name: pipelineName } }],
  ['/create', { createPipeline: { pipeline: { name: '*' } }, listProvidedTypes: {} }],
  ['/create/form?name=new', { createPipeline: { pipeline: { name: '*' } }, listProvidedTypes: {} }],
  ['/sources', { listPipelines: {} }],
  ['/workers', { getQueue: {} }],
  ['/plugins', { listPlugins: {}, listProvidedTypes: {}, listContributions: {} }],
  ['/access-keys', { listAccessKeys: {} }],
  ['/audit', { listAuditEntries: {} }],
  ['/inbox', { listPipelines: {} }],
  ['/activity', { listPipelines: {} }],
  ['/environments', { listPipelines: {} }],
  ['/users', { listUsers: {} }],
  ['/secrets', { listSecrets: {} }],
]

const forms: readonly Row[] = [
  [`${shop}/start`, { startPipelineExecution: { name: pipelineName } }],
  [`${shop}/stop`, { stopPipelineExecution: { pipelineName } }],
  [`${shop}/stages/Build/retry`, { retryStageExecution: stage }],
  [`${shop}/stages/Build/rollback`, { rollbackStage: stage }],
  [`${shop}/stages/Build/override`, { overrideStageCondition: stage }],
  [`${shop}/stages/Build/disable`, { disableStageTransition: stage }],
  [`${shop}/stages/Build/enable`, { enableStageTransition: stage }],
  [`${shop}/stages/Approve/actions/Release/approval`, { putApprovalResult: approval }],
  [`${shop}/forks/GitHub/approve`, { approveForkPullRequest: { pipelineName } }],
  [`${shop}/forks/GitHub/reject`, { rejectForkPullRequest: { pipelineName } }],
  [`${shop}/edit`, { updatePipeline: pipeline }],
  [`${shop}/delete`, { deletePipeline: { name: pipelineName } }],
  ['/create', { createPipeline: { pipeline: { name: '*' } } }],
  ['/plugins/rake-build/enable', { enablePlugin: { name: 'rake-build' } }],
  ['/plugins/rake-build/disable', { disablePlugin: { name: 'rake-build' } }],
  ['/plugins/rake-build/reload', { reloadPlugin: { name: 'rake-build' } }],
  ['/access-keys', { createAccessKey: {} }],
  ['/access-keys/AKIAQ4EXAMPLEMIA/delete', { deleteAccessKey: { accessKeyId: 'AKIAQ4EXAMPLEMIA' } }],
  ['/users', { createUser: { userName: '*' } }],
  ['/users/mia/policies', { putUserPolicies: { userName: 'mia' } }],
  ['/users/mia/password', { putUserPassword: { userName: 'mia' } }],
  ['/users/mia/status', { setUserStatus: { userName: 'mia' } }],
  ['/users/mia/delete', { deleteUser: { userName: 'mia' } }],
  ['/users/mia/sessions/end', { endSession: { userName: 'mia' } }],
  ['/secrets', { putSecret: { name: '*' } }],
  ['/secrets/npm/delete', { deleteSecret: { name: 'npm' } }],
]

describe.each(managedPolicies)('with %s', (policy: ManagedPolicy) => {
  let site: Awaited<ReturnType<typeof startSite>>
  let visitor: Visitor
  let may: (needs: Row[1]) => boolean
  beforeAll(async () => {
    site = await startSite()
    site.sample.policies = [policy]
    visitor = await site.visitor().signIn()
    const by: Principal = { name: 'ann', arn: 'arn:aws:iam::123456789012:user/ann', policies: [policy] }
    const operations = site.sample.services.operations.for(by)
    may = (needs) =>
      Object.entries(needs).every(([name, about]) => operations.may(name as OperationName, about as never))
  })
  afterAll(() => site.stop())

  test('a page is shown to whoever may call all that it reads, and to nobody else', async () => {
    for (const [path, needs] of pages) {
      const { status } = await visitor.get(path)
      expect([path, status]).toEqual([path, may(needs) ? 200 : 403])
    }
  })

  test('nothing in the navigation ends in a refusal', async () => {
    const { text } = await visitor.get('/')
    const nav = /<nav class="nav".*?<\/nav>/s.exec(text)?.[0] ?? ''
    const links = [...nav.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href)
    for (const path of links) expect([path, (await visitor.get(path)).status]).toEqual([path, 200])
    for (const [path, needs] of pages) {
      if (/^\/[a-z-]*$/.test(path) && path !== '/create')
        expect([path, links.includes(path)]).toEqual([path, may(needs)])
    }
  })

  test('a form is taken from whoever may call the operation that it is for, and from nobody else', async () => {
    for (const [path, needs] of forms) {
      site.sample.audits.length = 0
      const { status } = await visitor.submit('/nothing', path)
      expect([path, status === 403]).toEqual([path, !may(needs)])
      const refused = site.sample.audits.filter(({ result }) => result === 'AccessDeniedException')
      expect(refused).toHaveLength(may(needs) ? 0 : 1)
    }
  })
})
