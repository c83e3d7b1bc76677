import { ids } from './support/data.js'
import { signedInSite } from './support/site.js'

const shop = '/pipelines/shop-frontend'

describe('pages', () => {
  const on = signedInSite()
  afterEach(() => expect(on.site.problems).toEqual([]))

  test.each([
    [
      'the list',
      '/',
      ['shop-frontend', 'Release waits for a person', 'Source problem', 'transition disabled', 'Waiting for me'],
    ],
    ['what is searched for', '/?q=state:person%20tag:team=web%20author:mia', ['shop-frontend']],
    [
      'the inbox',
      '/inbox',
      [
        'Is the staging shop all right?',
        'Approve',
        'Show delivery times',
        'New since what Deploy runs',
        'eve/shop',
        'Run f0f0',
      ],
    ],
    ['the activity', '/activity', ['Move to Ruby 3.4', 'Mia &lt;b>Wong', 'Release waits for a person']],
    ['the environments', '/environments', ['Fix rounding of VAT', '2 executions behind', 'Deploy']],
    [
      'a pipeline',
      shop,
      [
        'Winter sale until Monday',
        '62 %',
        'Is the staging shop all right?',
        'Next try',
        'Override and go on',
        'Live in Deploy',
        'Lint failed in Build',
        'Open the log at line',
        'DeploymentGroupName',
        'becomes code of the shell',
      ],
    ],
    ['the history', `${shop}/history`, ['webhook', 'Move to Ruby 3.4', 'Roll back to this']],
    [
      'an execution',
      `${shop}/executions/${ids.waiting}`,
      ['Channel', 'stable', '3 offences in app/search.rb', 'Not run yet', 'waited 20 s', 'since the start'],
    ],
    ['an action', `${shop}/actions/${ids.source}`, ['#{SourceVariables.BranchName}', 'SourceOutput', '****']],
    ['a deployment', `${shop}/actions/${ids.deploy}`, ['web-1.example.com', 'AfterInstall']],
    ['rollback targets', `${shop}/stages/Deploy/rollback`, ['Fix rounding of VAT']],
    ['the sources', '/sources', ['the OAuthToken is no longer valid', 'failed 3 times']],
    ['the workers', '/workers', ['3 of them with nobody to take them', 'Deploy/Custom/Gone/1', 'ci/mac', '1 of 8']],
    ['the plugins', '/plugins', ['register() took longer than 2 s', 'Enable']],
    ['the access keys', '/access-keys', ['AKIAQ4EXAMPLEMIA', 'AWSCodePipeline_ReadOnlyAccess']],
    ['the audit log', '/audit', ['DisableStageTransition', 'AccessDeniedException']],
    ['the users', '/users', ['mia', 'AWSCodePipeline_FullAccess', '192.0.2.7', 'Keep out']],
    ['the secrets', '/secrets', ['npm', 'shop-*', 'never shown again']],
    ['the wizard', '/create', ['Where do changes come from?', 'GitHub']],
  ])('%s shows what it must', async (_, path, texts) => {
    const { status, text } = await on.visitor.get(path)
    expect(status).toBe(200)
    for (const wanted of texts) expect(text).toContain(wanted)
  })

  test('nobody’s text becomes markup, and only http(s) becomes a link', async () => {
    for (const path of ['/', shop, `${shop}/history`, `${shop}/executions/${ids.waiting}`]) {
      const { text } = await on.visitor.get(path)
      expect(text).toContain('forgive &lt;b>typing')
      expect(text).not.toContain('<b>typing')
      expect(text).not.toMatch(/(href|src|action)="?javascript:/)
    }
    const { text } = await on.visitor.get(`${shop}/history?text=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(text).not.toContain('<script>alert')
  })

  test('a secret that came unmasked is masked', async () => {
    const { text } = await on.visitor.get(`${shop}/actions/${ids.source}`)
    expect(text).not.toContain('ghp_leaked')
  })

  test.each([
    ['an unknown page', '/nothing/here', 404],
    ['an unknown pipeline', '/pipelines/nobody', 404],
    ['an unknown execution', `${shop}/executions/nobody`, 404],
    ['an unknown action', `${shop}/actions/nobody`, 404],
    ['a static file that is not listed', '/static/x/..%2f..%2fpackage.json', 404],
  ])('%s is a page of its own', async (_, path, expected) => {
    const { status, text } = await on.visitor.get(path)
    expect(status).toBe(expected)
    expect(text).toContain('There is nothing here')
  })

  test('a defect is shown neutrally and logged whole', async () => {
    const { overview } = on.site.sample.services
    const broken = jest.spyOn(overview, 'recent').mockRejectedValue(new Error('secret detail of the store'))
    const { status, text } = await on.visitor.get('/')
    broken.mockRestore()
    expect(status).toBe(500)
    expect(text).not.toContain('secret detail')
    expect(on.site.problems.splice(0).join()).toContain('secret detail')
  })

  test('the history filters by status and text', async () => {
    const failed = await on.visitor.get(`${shop}/history?status=Failed`)
    expect(failed.text).toContain('Move to Ruby 3.4')
    expect(failed.text).not.toContain('Fix rounding of VAT')
    const found = await on.visitor.get(`${shop}/history?text=vat`)
    expect(found.text).toContain('Fix rounding of VAT')
    expect(found.text).not.toContain('Move to Ruby 3.4')
  })

  test('with no pipelines the list says how to add one', async () => {
    const { pipelines } = on.site.sample
    on.site.sample.pipelines = []
    on.site.sample.change({ pipelineName: 'shop-frontend' })
    const { text } = await on.visitor.get('/')
    on.site.sample.pipelines = pipelines
    on.site.sample.change({ pipelineName: 'shop-frontend' })
    expect(text).toContain('No pipelines yet')
    expect(text).toContain('penstock import')
  })
})
