import { Fault } from '@penstock/core'
import { ids } from './support/data.js'
import { signedInSite } from './support/site.js'

const shop = '/pipelines/shop-frontend'
const stage = { pipelineName: 'shop-frontend', stageName: 'Deploy' }

describe('what forms do', () => {
  const on = signedInSite()

  test.each([
    [
      'release',
      '/start',
      { 'variable.Channel': 'beta' },
      'startPipelineExecution',
      { name: 'shop-frontend', variables: [{ name: 'Channel', value: 'beta' }] },
    ],
    [
      'release another revision (X14)',
      '/start',
      { 'revision.GitHub': 'abc' },
      'startPipelineExecution',
      {
        name: 'shop-frontend',
        sourceRevisions: [{ actionName: 'GitHub', revisionType: 'COMMIT_ID', revisionValue: 'abc' }],
      },
    ],
    [
      'stop and wait (P1)',
      '/stop',
      { execution: ids.running, abandon: 'false', reason: 'no' },
      'stopPipelineExecution',
      { pipelineName: 'shop-frontend', pipelineExecutionId: ids.running, abandon: false, reason: 'no' },
    ],
    [
      'abandon (P2)',
      '/stop',
      { execution: ids.running, abandon: 'true' },
      'stopPipelineExecution',
      { pipelineName: 'shop-frontend', pipelineExecutionId: ids.running, abandon: true, reason: undefined },
    ],
    [
      'disable (T3)',
      '/stages/Deploy/disable',
      { reason: 'Sale (till Monday)!' },
      'disableStageTransition',
      { ...stage, transitionType: 'Inbound', reason: 'Sale (till Monday)!' },
    ],
    ['enable', '/stages/Deploy/enable', {}, 'enableStageTransition', { ...stage, transitionType: 'Inbound' }],
    [
      'retry what failed (R1)',
      '/stages/Deploy/retry',
      { execution: ids.failed, mode: 'FAILED_ACTIONS' },
      'retryStageExecution',
      { ...stage, pipelineExecutionId: ids.failed, retryMode: 'FAILED_ACTIONS' },
    ],
    [
      'retry all (R1)',
      '/stages/Deploy/retry',
      { execution: ids.failed, mode: 'ALL_ACTIONS' },
      'retryStageExecution',
      { ...stage, pipelineExecutionId: ids.failed, retryMode: 'ALL_ACTIONS' },
    ],
    [
      'roll back (R6)',
      '/stages/Deploy/rollback',
      { target: ids.done },
      'rollbackStage',
      { ...stage, targetPipelineExecutionId: ids.done },
    ],
    [
      'override (C3)',
      '/stages/Deploy/override',
      { execution: ids.done, type: 'BEFORE_ENTRY' },
      'overrideStageCondition',
      { ...stage, pipelineExecutionId: ids.done, conditionType: 'BEFORE_ENTRY' },
    ],
    [
      'approve (A1)',
      '/stages/Approve/actions/Release/approval',
      { token: ids.token, status: 'Approved', summary: 'fine' },
      'putApprovalResult',
      {
        pipelineName: 'shop-frontend',
        stageName: 'Approve',
        actionName: 'Release',
        result: { status: 'Approved', summary: 'fine' },
        token: ids.token,
      },
    ],
    ['delete', '/delete', { typed: 'shop-frontend' }, 'deletePipeline', { name: 'shop-frontend' }],
  ])('%s', async (_, path, fields, operation, input) => {
    const answer = await on.visitor.submit(shop, shop + path, fields as Record<string, string>)
    expect(answer.status).toBe(303)
    expect(on.site.sample.calls).toEqual([[operation, input]])
    expect((await on.visitor.get(answer.location)).text).toContain('notice good')
    expect((await on.visitor.get(answer.location)).text).not.toContain('notice good')
  })

  test.each([
    ['a transition without a reason', '/stages/Deploy/disable', { reason: ' ' }, 'with a reason'],
    ['a reason with other characters', '/stages/Deploy/disable', { reason: 'a<b' }, 'may not hold &lt;'],
    ['a deletion with another name', '/delete', { typed: 'shop' }, 'was typed'],
    [
      'an approval that is neither',
      '/stages/Approve/actions/Release/approval',
      { status: 'Maybe' },
      'Approved or Rejected',
    ],
  ])('%s is refused before the server is asked', async (_, path, fields, words) => {
    const answer = await on.visitor.submit(shop, shop + path, fields as Record<string, string>)
    expect(on.site.sample.calls).toEqual([])
    expect((await on.visitor.get(answer.location)).text).toContain(words)
  })

  test('a fault is told in its own words', async () => {
    on.site.sample.refusal = new Fault('StageNotRetryableException', 'Nothing failed in <Deploy>')
    const answer = await on.visitor.submit(shop, `${shop}/stages/Deploy/retry`, { execution: ids.done })
    expect((await on.visitor.get(answer.location)).text).toContain('Nothing failed in &lt;Deploy>')
  })

  test('what was done is written down, and what was refused', async () => {
    const at = `${shop}/stages/Approve/actions/Release/approval`
    await on.visitor.submit(shop, at, { token: ids.token, status: 'Rejected', summary: 'too slow' })
    on.site.sample.refusal = new Fault('StageNotRetryableException', 'no')
    await on.visitor.submit(shop, `${shop}/stages/Deploy/retry`, { execution: ids.done })
    const principal = 'arn:aws:iam::123456789012:user/admin'
    const arn = 'arn:aws:codepipeline:eu-west-1:123456789012:shop-frontend'
    expect(on.site.sample.audits).toEqual([
      {
        principal,
        operation: 'PutApprovalResult',
        target: `${arn}/Approve/Release`,
        detail: 'Rejected: too slow',
        result: 'ok',
      },
      {
        principal,
        operation: 'RetryStageExecution',
        target: `${arn}/Deploy`,
        detail: ids.done,
        result: 'StageNotRetryableException',
      },
    ])
  })

  test('a key’s secret is in one answer, and nowhere else', async () => {
    const made = await on.visitor.submit('/access-keys', '/access-keys', {
      userName: 'ci',
      policy: 'AWSCodePipeline_FullAccess',
    })
    expect(made.status).toBe(200)
    expect(made.text).toContain('shown-once-secret')
    expect((await on.visitor.get('/access-keys')).text).not.toContain('shown-once-secret')
    expect(JSON.stringify(on.site.sample.calls)).not.toContain('shown-once-secret')
  })

  test.each([
    [{ userName: 'ci' }, 'A key without a policy may do nothing'],
    [{ userName: 'ci', document: '{' }, 'The policy document is not JSON'],
    [{ userName: 'ci', document: '[]' }, 'The policy document must be'],
  ])('a key asked for with %j is refused', async (fields, words) => {
    const answer = await on.visitor.submit('/access-keys', '/access-keys', fields)
    expect(answer.status).toBe(400)
    expect(answer.text).toContain(words)
    expect(on.site.sample.calls).toEqual([])
  })

  test.each([
    [
      'a user',
      '/users',
      {
        userName: 'tom',
        password: 'long enough it is',
        again: 'long enough it is',
        policy: 'AWSCodePipeline_ReadOnlyAccess',
      },
      'createUser',
      { userName: 'tom', password: 'long enough it is', policies: ['AWSCodePipeline_ReadOnlyAccess'] },
    ],
    [
      'a secret',
      '/secrets',
      { name: 'npm', value: ' with blanks ', pipelines: 'shop-*, api' },
      'putSecret',
      { name: 'npm', value: ' with blanks ', pipelines: ['shop-*', 'api'] },
    ],
  ])('%s is made', async (_, page, fields, operation, input) => {
    await on.visitor.submit(page, page, fields as unknown as Record<string, string>)
    expect(on.site.sample.calls).toEqual([[operation, input]])
  })

  test('a password that was mistyped locks nobody out', async () => {
    const fields = {
      userName: 'tom',
      password: 'long enough it is',
      again: 'long enough it i',
      policy: 'AWSCodePipeline_ReadOnlyAccess',
    }
    const { location } = await on.visitor.submit('/users', '/users', fields)
    expect((await on.visitor.get(location)).text).toContain('are not the same')
  })

  test('plugins are switched off and on, and that is written down', async () => {
    await on.visitor.submit('/plugins', '/plugins/rake-build/disable')
    expect(on.site.sample.calls).toEqual([['disable', 'rake-build']])
    const principal = 'arn:aws:iam::123456789012:user/admin'
    expect(on.site.sample.audits).toEqual([
      {
        principal,
        operation: 'DisablePlugin',
        target: 'arn:aws:codepipeline:eu-west-1:123456789012:plugin:rake-build',
        result: 'ok',
      },
    ])
  })

  test('what became of a plugin that was loaded anew is said, and what the host refuses', async () => {
    await on.visitor.submit('/plugins', '/plugins/rake-build/reload')
    expect((await on.visitor.get('/plugins')).text).toContain('rake-build is loaded anew')
    await on.visitor.submit('/plugins', '/plugins/grafana-annotate/enable')
    expect((await on.visitor.get('/plugins')).text).toMatch(
      /role="alert".*grafana-annotate was enabled, and is failed/s,
    )
    await on.visitor.submit('/plugins', '/plugins/nobody/reload')
    expect((await on.visitor.get('/plugins')).text).toContain("there is no plugin 'nobody'")
    expect(on.site.sample.audits.map(({ operation, result }) => [operation, result])).toEqual([
      ['ReloadPlugin', 'ok'],
      ['EnablePlugin', 'ok'],
      ['ReloadPlugin', 'ConflictException'],
    ])
  })
})
