import { Fault, type PrincipalOperations, transitionReason } from '@penstock/core'
import { act } from '../../http/act.js'
import { type Ctx, field, type Notice, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { to } from '../../view/link.js'

/** What the buttons of one stage do. Whether the reader may is asked before what was typed is judged. */
export function stageRoutes(router: PageRouter, site: Site): void {
  const at = '/pipelines/:name/stages/:stage'
  router.post(`${at}/disable`, (ctx: Ctx) => disable(ctx, site))
  router.post(`${at}/enable`, (ctx: Ctx) => enable(ctx, site))
  router.post(`${at}/retry`, (ctx: Ctx) => retry(ctx, site))
  router.post(`${at}/override`, (ctx: Ctx) => override(ctx, site))
  router.post(`${at}/actions/:action/approval`, (ctx: Ctx) => approve(ctx, site))
  router.post('/deliveries/:id/redeliver', (ctx: Ctx) => redeliver(ctx, site))
}

interface ApprovalPlace {
  readonly pipelineName: string
  readonly stageName: string
  readonly actionName: string
  readonly token: string
}

function place(ctx: Ctx): { pipelineName: string; stageName: string } {
  return { pipelineName: param(ctx, 'name'), stageName: param(ctx, 'stage') }
}

/** Forms on an execution's page say so, and lead back there. */
function backTo(ctx: Ctx): string {
  const execution = field(ctx, 'back')
  if (execution === 'inbox') return '/inbox'
  const name = param(ctx, 'name')
  return execution ? to.execution(name, execution) : to.pipeline(name)
}

/** Tells somebody again who was not reached; `back` is the inbox, or the pipeline whose approval it is of. */
async function redeliver(ctx: Ctx, site: Site): Promise<void> {
  const operations = operationsOf(ctx, site)
  const back = field(ctx, 'back')
  const page = back === 'inbox' || back === '' ? '/inbox' : to.pipeline(back)
  await act(ctx, page, 'They are being told once more.', () => operations.redeliver({ deliveryId: param(ctx, 'id') }))
}

async function disable(ctx: Ctx, site: Site): Promise<void> {
  const stage = place(ctx)
  const operations = operationsOf(ctx, site)
  await operations.authorize('disableStageTransition', stage)
  const reason = field(ctx, 'reason')
  await act(ctx, backTo(ctx), `The transition into ${stage.stageName} is disabled.`, async () => {
    if (!transitionReason.test(reason)) throw new Fault('ValidationException', reasonProblem(reason))
    const input = { ...stage, transitionType: 'Inbound' as const, reason }
    await operations.disableStageTransition(input)
  })
}

/** T3, in words that name what is wrong. */
function reasonProblem(reason: string): string {
  if (reason === '') return 'A transition is disabled with a reason: 1 to 300 characters.'
  if (reason.length > 300) return `The reason has ${reason.length} characters; 300 are allowed.`
  const bad = [...new Set(reason.match(/[^a-zA-Z0-9!@ ().*?-]/g) ?? [])].join(' ')
  return `The reason may not hold ${bad} - only letters, digits, spaces and ! @ ( ) . * ? - are allowed.`
}

async function enable(ctx: Ctx, site: Site): Promise<void> {
  const stage = place(ctx)
  const operations = operationsOf(ctx, site)
  await operations.authorize('enableStageTransition', stage)
  await act(ctx, backTo(ctx), `The transition into ${stage.stageName} is enabled.`, () =>
    operations.enableStageTransition({ ...stage, transitionType: 'Inbound' }),
  )
}

async function retry(ctx: Ctx, site: Site): Promise<void> {
  const stage = place(ctx)
  const operations = operationsOf(ctx, site)
  await operations.authorize('retryStageExecution', stage)
  const retryMode = field(ctx, 'mode') === 'ALL_ACTIONS' ? 'ALL_ACTIONS' : 'FAILED_ACTIONS'
  await act(ctx, backTo(ctx), `${stage.stageName} runs again.`, () =>
    operations.retryStageExecution({
      ...stage,
      pipelineExecutionId: field(ctx, 'execution'),
      retryMode,
    }),
  )
}

async function override(ctx: Ctx, site: Site): Promise<void> {
  const stage = place(ctx)
  const operations = operationsOf(ctx, site)
  await operations.authorize('overrideStageCondition', stage)
  const conditionType = field(ctx, 'type') === 'ON_SUCCESS' ? 'ON_SUCCESS' : 'BEFORE_ENTRY'
  await act(ctx, backTo(ctx), `The condition of ${stage.stageName} was overridden.`, () =>
    operations.overrideStageCondition({
      ...stage,
      pipelineExecutionId: field(ctx, 'execution'),
      conditionType,
    }),
  )
}

/** A5: what is said when the answer was one of several that it takes. */
async function stillAsked(operations: PrincipalOperations, at: ApprovalPlace): Promise<Notice | undefined> {
  if (!operations.may('getPipelineState', { name: at.pipelineName })) return undefined
  const { stageStates } = await operations.getPipelineState({ name: at.pipelineName })
  const latest = stageStates
    .find(({ stageName }) => stageName === at.stageName)
    ?.actionStates.find(({ actionName }) => actionName === at.actionName)?.latestExecution
  if (latest?.token !== at.token || latest.summary === undefined) return undefined
  return { kind: 'good', text: `You approved ${at.actionName}. ${latest.summary}.` }
}

async function approve(ctx: Ctx, site: Site): Promise<void> {
  const stage = place(ctx)
  const actionName = param(ctx, 'action')
  const operations = operationsOf(ctx, site)
  await operations.authorize('putApprovalResult', { ...stage, actionName })
  const status = field(ctx, 'status')
  await act(
    ctx,
    backTo(ctx),
    status === 'Rejected' ? `${actionName} is rejected.` : `${actionName} is approved.`,
    async () => {
      if (status !== 'Approved' && status !== 'Rejected') {
        throw new Fault('ValidationException', `The answer is '${status}'; it is Approved or Rejected.`)
      }
      if (status === 'Rejected' && field(ctx, 'summary') === '') {
        throw new Fault('ValidationException', 'A rejection says why: whoever made the change reads it.')
      }
      const result = { status, summary: field(ctx, 'summary') } as const
      const input = { ...stage, actionName, result, token: field(ctx, 'token') }
      await operations.putApprovalResult(input)
      return status === 'Approved' ? stillAsked(operations, input) : undefined
    },
  )
}
