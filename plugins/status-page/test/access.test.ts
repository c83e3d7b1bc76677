import { ids } from './support/data.js'
import { csrfOf, startSite } from './support/site.js'

const shop = '/pipelines/shop-frontend'

describe('the way in', () => {
  let site: Awaited<ReturnType<typeof startSite>>
  beforeAll(async () => {
    site = await startSite()
  })
  afterAll(() => site.stop())
  beforeEach(() => {
    site.sample.calls.length = 0
    site.sample.denied = new Set()
  })

  test('strangers are sent to the sign-in, and then where they wanted to go', async () => {
    const visitor = site.visitor()
    const turned = await visitor.get(`${shop}/history?status=Failed`)
    expect([turned.status, turned.location]).toEqual([
      303,
      `/sign-in?to=${encodeURIComponent(`${shop}/history?status=Failed`)}`,
    ])
    const form = await visitor.get(turned.location)
    expect(form.text).toContain('cat secrets/initialAdminPassword')
    expect(form.text).not.toContain('/var/lib')
    const fields = { _csrf: csrfOf(form.text), user: 'admin', password: 'right\n', to: `${shop}/history?status=Failed` }
    const signedIn = await visitor.post('/sign-in', fields)
    expect([signedIn.status, signedIn.location]).toEqual([303, `${shop}/history?status=Failed`])
    const cookie = signedIn.headers.getSetCookie().find((line) => line.startsWith('penstock_session='))
    expect(cookie).toMatch(/httponly/i)
    expect(cookie).toMatch(/samesite=strict/i)
  })

  test.each(['//evil.example', 'https://evil.example', '/\\evil.example', '/sign-in?x'])(
    '%s is no place to go on to',
    async (to) => {
      const answer = await site.visitor().submit('/sign-in', '/sign-in', { user: 'admin', password: 'right', to })
      expect(answer.location).toBe('/')
    },
  )

  test('a wrong password is told, with the status 401', async () => {
    const answer = await site.visitor().submit('/sign-in', '/sign-in', { user: 'admin', password: 'wrong' })
    expect(answer.status).toBe(401)
    expect(answer.text).toContain('The user name or the password is wrong')
    expect(answer.text).not.toContain('value="wrong"')
  })

  test('who came in and who could not is written down, never a password, and failures not without end', async () => {
    const { audits } = site.sample
    audits.length = 0
    await site.visitor().signIn()
    await site.visitor().submit('/sign-in', '/sign-in', { user: 'my pass word', password: 'wrong' })
    expect(audits).toEqual([
      {
        principal: expect.stringMatching(/user\/admin$/),
        operation: 'SignIn',
        target: 'admin',
        result: 'ok',
        detail: expect.stringMatching(/^from /),
      },
      {
        principal: 'anonymous',
        operation: 'SignIn',
        target: '(no user name)',
        result: 'AccessDeniedException',
        detail: expect.stringMatching(/^from /),
      },
    ])
    const visitor = site.visitor()
    for (let i = 0; i < 45; i++) await visitor.submit('/sign-in', '/sign-in', { user: 'admin', password: 'wrong' })
    expect(audits.length).toBeLessThanOrEqual(42) // 20 a minute, and a minute may have begun meanwhile
  })

  test('signing out ends the session', async () => {
    const visitor = await site.visitor().signIn()
    await visitor.submit('/', '/sign-out')
    expect((await visitor.get('/')).status).toBe(303)
  })

  test('a link from another site is asked for once more, so that the strict cookie comes along', async () => {
    const answer = await site.visitor().get('/sign-in?to=%2Fplugins', { 'sec-fetch-site': 'cross-site' })
    expect(answer.text).toContain('url=/sign-in?again=1&to=%2Fplugins')
  })

  test('nothing is changed without the form’s token, with another one, or from another site', async () => {
    const visitor = await site.visitor().signIn()
    const _csrf = csrfOf((await visitor.get('/')).text)
    const refused = [
      await visitor.post(`${shop}/start`, {}),
      await visitor.post(`${shop}/start`, { _csrf: `${_csrf}x` }),
      await visitor.post(`${shop}/start`, { _csrf }, { origin: 'https://evil.example' }),
      await visitor.post(`${shop}/start`, { _csrf }, { 'sec-fetch-site': 'cross-site' }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect(site.sample.calls).toEqual([])
    expect((await visitor.post(`${shop}/start`, { _csrf })).status).toBe(303)
  })

  test('every answer forbids what is inline or from elsewhere', async () => {
    const visitor = await site.visitor().signIn()
    for (const path of ['/sign-in?x', '/', shop, '/nothing']) {
      const { headers, text } = await visitor.get(path)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(text).not.toMatch(/ style="| on[a-z]+="|<script>|<style/)
    }
  })

  test.each([
    ['StartPipelineExecution', `${shop}/start`],
    ['StopPipelineExecution', `${shop}/stop`],
    ['RetryStageExecution', `${shop}/stages/Build/retry`],
    ['RollbackStage', `${shop}/stages/Build/rollback`],
    ['DisableStageTransition', `${shop}/stages/Build/disable`],
    ['EnableStageTransition', `${shop}/stages/Build/enable`],
    ['OverrideStageCondition', `${shop}/stages/Deploy/override`],
    ['PutApprovalResult', `${shop}/stages/Approve/actions/Release/approval`],
    ['UpdatePipeline', `${shop}/edit`],
    ['DeletePipeline', `${shop}/delete`],
    ['CreatePipeline', '/create'],
  ])('without codepipeline:%s its form is refused, whoever sends it', async (operation, path) => {
    const visitor = await site.visitor().signIn()
    site.sample.denied = new Set([`codepipeline:${operation}`])
    const answer = await visitor.submit('/', path, { typed: 'shop-frontend', token: ids.token, status: 'Approved' })
    expect(answer.status).toBe(403)
    expect(answer.text).toContain(`codepipeline:${operation}`)
    expect(site.sample.calls).toEqual([])
    expect(site.sample.audits.at(-1)).toMatchObject({ operation, result: 'AccessDeniedException' })
  })

  test('what one may not do is not offered', async () => {
    const visitor = await site.visitor().signIn()
    site.sample.denied = new Set([
      'codepipeline:StartPipelineExecution',
      'codepipeline:PutApprovalResult',
      'codepipeline:UpdatePipeline',
    ])
    const { text } = await visitor.get(shop)
    expect(text).not.toContain('Release change')
    expect(text).not.toContain(ids.token)
    expect(text).not.toContain(`${shop}/edit"`)
    expect(text).toContain('You may not answer this approval')
  })

  test.each([
    ['penstock:ManageAccessKeys', '/access-keys'],
    ['penstock:ReadAuditLog', '/audit'],
    ['codepipeline:ListActionExecutions', `${shop}/actions/${ids.lint}/log/raw`],
    ['codepipeline:GetPipelineState', shop],
    ['codepipeline:ListPipelines', '/'],
  ])('without %s there is no %s', async (operation, path) => {
    const visitor = await site.visitor().signIn()
    site.sample.denied = new Set([operation])
    expect((await visitor.get(path)).status).toBe(403)
  })
})
