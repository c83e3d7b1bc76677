/** What is shown before something is done, who was told, and what is looked for: pages that answer questions first. */
import { ids } from './support/data.js'
import { signedInSite } from './support/site.js'

const on = signedInSite()
const shop = '/pipelines/shop-frontend'
const wordsOf = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

describe('rolling back', () => {
  test('the list of targets changes nothing: each leads to what it would change', async () => {
    const { text } = await on.visitor.get(`${shop}/stages/Deploy/rollback`)
    expect(text).toContain(`href="${shop}/stages/Deploy/rollback?target=${ids.done}"`)
    expect(text).not.toContain(`value="${ids.done}"`)
  })

  test('what runs, what would run, which actions and what it takes back are shown before the button', async () => {
    on.site.sample.answers.set('getPipelineExecution', {
      pipelineExecution: { pipelineExecutionId: ids.failed, variables: [{ name: 'Channel', resolvedValue: '<beta>' }] },
    })
    const { status, text } = await on.visitor.get(`${shop}/stages/Deploy/rollback?target=${ids.failed}`)
    on.site.sample.answers.clear()
    expect(status).toBe(200)
    const words = wordsOf(text)
    expect(words).toMatch(/Deploy runs now .*Fix rounding of VAT.*It would run .*Move to Ruby 3.4/)
    expect(words).toContain('These actions run again Hosts Deploy by CodeDeploy')
    expect(words).toMatch(/What it takes back .*Fix rounding of VAT/)
    expect(words).toContain('With its variables: Channel = &lt;beta>.')
    expect(text).toContain(`name="target" value="${ids.failed}"`)
  })

  test('a stage that the pipeline does not have is not found', async () => {
    on.site.sample.answers.set('getPipelineExecution', { pipelineExecution: { pipelineExecutionId: ids.done } })
    const { status } = await on.visitor.get(`${shop}/stages/Nowhere/rollback?target=${ids.done}`)
    on.site.sample.answers.clear()
    expect(status).toBe(404)
  })
})

describe('who was told of an approval', () => {
  test.each([shop, '/inbox'])('%s says by which way, what did not arrive and why', async (path) => {
    const words = wordsOf((await on.visitor.get(path)).text)
    expect(words).toMatch(/Told ada@example.com by email-notify/)
    expect(words).toMatch(
      /Not told &lt;b>eve&lt;\/b>@example.com by email-notify .* 550 no such &lt;i>mailbox&lt;\/i> Try again/,
    )
  })

  test('who was not reached is told again', async () => {
    const answer = await on.visitor.submit('/inbox', '/deliveries/delivery-2/redeliver', { back: 'inbox' })
    expect([answer.status, answer.location]).toEqual([303, '/inbox'])
    expect(on.site.sample.calls).toEqual([['redeliver', { deliveryId: 'delivery-2' }]])
  })

  test('who may not see deliveries sees none', async () => {
    on.site.sample.denied.add('penstock:ListDeliveries')
    const { text } = await on.visitor.get('/inbox')
    on.site.sample.denied.clear()
    expect(text).not.toContain('ada@example.com')
  })
})

describe('a source is looked at at once', () => {
  test('from the list of sources', async () => {
    expect(wordsOf((await on.visitor.get('/sources')).text)).toContain('Look now at GitHub of shop-frontend')
    const fields = { pipeline: 'shop-frontend', action: 'GitHub', back: 'sources' }
    const answer = await on.visitor.submit('/sources', '/sources/poll', fields)
    expect(answer.location).toBe('/sources')
    expect(on.site.sample.calls).toEqual([['pollSource', { pipelineName: 'shop-frontend', actionName: 'GitHub' }]])
  })

  test('who may not start the pipeline has no such button', async () => {
    on.site.sample.denied.add('codepipeline:StartPipelineExecution')
    const { text } = await on.visitor.get('/sources')
    on.site.sample.denied.clear()
    expect(text).not.toContain('action="/sources/poll"')
  })
})

describe("one's own account", () => {
  const change = (fields: Record<string, string>) =>
    on.visitor.submit('/account', '/account/password', {
      old: 'right',
      password: 'a-new-password',
      again: 'a-new-password',
      ...fields,
    })

  test('shows who one is and what one may do', async () => {
    const words = wordsOf((await on.visitor.get('/account')).text)
    expect(words).toContain('arn:aws:iam::123456789012:user/admin')
    expect(words).toContain('Your access keys')
  })

  test('the password is changed by who knows the old one, who stays signed in here', async () => {
    const answer = await change({})
    expect(answer.location).toBe('/account')
    expect(on.site.sample.calls).toEqual([
      ['changePassword', { userName: 'admin', oldPassword: 'right', newPassword: 'a-new-password' }],
    ])
    expect((await on.visitor.get('/account')).text).toContain('signed out everywhere else')
  })

  test.each([
    ['a wrong old one', { old: 'wrong' }, 'The old password is wrong'],
    ['two that differ', { again: 'another-password' }, 'not the same'],
    ['one that is too short', { password: 'short', again: 'short' }, 'at least 12'],
  ])('%s changes nothing, and is said', async (_it, fields, words) => {
    await change(fields as Record<string, string>)
    expect(on.site.sample.calls).toEqual([])
    const { text } = await on.visitor.get('/account')
    expect(text).toContain(words)
    expect(text).not.toContain('another-password')
  })
})

describe('the audit log is searched', () => {
  test.each([
    ['who=MIA&what=start', 50, 'mia'],
    ['what=DeletePipeline', 10, 'DeletePipeline'],
    ['target=shop-777', 1, 'shop-777'],
    ['result=refused&what=Delete', 10, 'AccessDeniedException'],
    ['who=nobody', 0, 'Nothing here fits.'],
  ])('%s', async (search, rows, holds) => {
    const { text } = await on.visitor.get(`/audit?${search}`)
    expect(text.match(/<td data-label="Who"/g)?.length ?? 0).toBeGreaterThanOrEqual(rows)
    expect(text).toContain(holds)
  })

  test('what was typed stays, escaped, and goes along to what is older', async () => {
    const { text } = await on.visitor.get('/audit?who=%22%3E%3Cb&result=')
    expect(text).toContain('value="&quot;>&lt;b"')
    expect((await on.visitor.get('/audit?who=mia')).text).toMatch(
      /href="\/audit\?who=mia&amp;what=&amp;target=&amp;result=&amp;before=\d+"/,
    )
  })
})
