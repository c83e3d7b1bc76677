import type { PipelineDeclaration } from '@penstock/core'
import { shop } from './support/data.js'
import { parseHTML } from './support/fields.js'
import { signedInSite } from './support/site.js'

const edit = '/pipelines/shop-frontend/edit'
type Fields = [string, string][]

describe('parts of the editor’s form', () => {
  const on = signedInSite()

  const form = async () => parseHTML((await on.visitor.get(edit)).text)
  const press = async (fields: Fields, deed: string) => {
    const { text, status } = await on.visitor.post(edit, [...fields, ['do', deed]])
    return { text, status, fields: parseHTML(text) }
  }
  const filled = (fields: Fields, values: Record<string, string>): Fields => [
    ...fields.filter(([name]) => !(name in values)),
    ...Object.entries(values),
  ]
  const saved = async (fields: Fields) => {
    const { status, text } = await press(fields, 'save')
    if (status !== 303) throw new Error(text.slice(0, 2000))
    const [[, input] = []] = on.site.sample.calls
    return (input as { pipeline: PipelineDeclaration }).pipeline
  }

  test('a trigger: branches, files and tags of pushes; events of pull requests (S15, G3)', async () => {
    let { fields } = await press(await form(), 'add:triggers')
    ;({ fields } = await press(fields, 'add:triggers[0].gitConfiguration.pullRequest'))
    const git = 'triggers[0].gitConfiguration'
    const pipeline = await saved(
      filled(fields, {
        [`${git}.push[0].branches.includes`]: 'main\r\n release/{1,2}.* \r\n',
        [`${git}.push[0].filePaths.excludes`]: 'docs/**',
        [`${git}.pullRequest[0].events.CLOSED`]: 'yes',
      }),
    )
    expect(pipeline.triggers).toEqual([
      {
        providerType: 'CodeStarSourceConnection',
        gitConfiguration: {
          sourceActionName: 'GitHub',
          push: [{ branches: { includes: ['main', 'release/{1,2}.*'] }, filePaths: { excludes: ['docs/**'] } }],
          pullRequest: [{ events: ['OPEN', 'UPDATED', 'CLOSED'], branches: { includes: ['main'] } }],
        },
      },
    ])
  })

  test('conditions with rules, drawn from the rule types (C1, S16)', async () => {
    let { fields } = await press(await form(), 'add:stages[1].onSuccess.conditions')
    const rule = 'stages[1].onSuccess.conditions[0].rules[0]'
    expect(new Map(fields).get(`${rule}.ruleTypeId`)).toBe('VariableCheck')
    expect(new Map(fields).get(`${rule}.configuration.Operator`)).toBe('EQ')
    ;({ fields } = await press(filled(fields, { [`${rule}.ruleTypeId`]: 'DeploymentWindow' }), 'redraw'))
    expect(new Map(fields).has(`${rule}.configuration.Operator`)).toBe(false)
    const pipeline = await saved(
      filled(fields, {
        'stages[1].onSuccess.conditions[0].result': 'ROLLBACK',
        [`${rule}.name`]: 'Hours',
        [`${rule}.configuration.Cron`]: '* * 9-17 ? * MON-FRI *',
      }),
    )
    expect(pipeline.stages[1]?.onSuccess).toEqual({
      conditions: [
        {
          result: 'ROLLBACK',
          rules: [
            {
              name: 'Hours',
              ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'DeploymentWindow', version: '1' },
              configuration: { Cron: '* * 9-17 ? * MON-FRI *' },
            },
          ],
        },
      ],
    })
  })

  test('a condition goes with its last rule, and a stage keeps what else it says', async () => {
    const { fields } = await press(await form(), 'add:stages[1].onFailure.conditions')
    const removed = await press(fields, 'remove:stages[1].onFailure.conditions[0]')
    const before = shop.stages[1]?.onFailure
    expect((await saved(removed.fields)).stages[1]?.onFailure).toEqual(before)
  })

  test('retry: what is retried is asked once it is (R4)', async () => {
    const fields = filled(await form(), { 'stages[1].onFailure.result': 'RETRY' })
    const drawn = await press(fields, 'redraw')
    const mode = 'stages[1].onFailure.retryConfiguration.retryMode'
    expect(drawn.text).toContain(`name="${mode}"`)
    const retried = filled(drawn.fields, { [mode]: 'ALL_ACTIONS' })
    expect((await saved(retried)).stages[1]?.onFailure).toEqual({
      result: 'RETRY',
      retryConfiguration: { retryMode: 'ALL_ACTIONS' },
    })
    on.site.sample.calls.length = 0
    expect((await saved(filled(retried, { 'stages[1].onFailure.result': '' }))).stages[1]?.onFailure).toBeUndefined()
  })

  test('environment variables, an action’s role and region, exported variables', async () => {
    const { fields } = await press(await form(), 'add:stages[1].actions[0].environmentVariables')
    const at = 'stages[1].actions[0]'
    const pipeline = await saved(
      filled(fields, {
        [`${at}.environmentVariables[0].name`]: 'TOKEN',
        [`${at}.environmentVariables[0].value`]: 'npm-token',
        [`${at}.environmentVariables[0].type`]: 'SECRETS_MANAGER',
        [`${at}.outputVariables`]: 'VERSION, COMMIT',
        [`${at}.roleArn`]: 'arn:aws:iam::123456789012:role/x',
      }),
    )
    expect(pipeline.stages[1]?.actions[0]).toMatchObject({
      environmentVariables: [{ name: 'TOKEN', value: 'npm-token', type: 'SECRETS_MANAGER' }],
      outputVariables: ['VERSION', 'COMMIT'],
      roleArn: 'arn:aws:iam::123456789012:role/x',
    })
  })

  test.each([
    'add:__proto__',
    'add:name',
    'remove:stages[99]',
    'up:stages[0]',
    'insert:constructor[0]',
    'remove:',
    'boom',
  ])('the deed %s breaks nothing', async (deed) => {
    const fields = await form()
    const answer = await press(fields, deed)
    expect(answer.status).toBe(200)
    expect(answer.fields).toEqual(fields)
  })

  test('the field that is new has the focus, with and without scripts', async () => {
    const { text } = await press(await form(), 'add:stages[1].actions')
    expect(/<input[^>]*autofocus[^>]*>/.exec(text)?.[0]).toContain('name="stages[1].actions[3].name"')
  })

  test('a custom action type is drawn from its own declaration', async () => {
    const fields = filled(await form(), { 'stages[1].actions[0].actionTypeId': 'Test/Custom/Probe/1' })
    const { text } = await press(fields, 'redraw')
    expect(text).toContain('name="stages[1].actions[0].configuration.Target"')
    expect(text).toMatch(/<input[^>]*configuration\.Key"[^>]*type="password"/)
  })

  test('what changes is shown before it is saved: only lines around differences', async () => {
    const fields = filled(await form(), { 'stages[1].name': 'Compile' })
    const { text } = await press(fields, 'compare')
    expect(text).toContain('1 line added, 1 removed.')
    expect(text).toMatch(/removed: <\/span><code> *&quot;name&quot;: &quot;Build&quot;/)
    expect(text).toMatch(/added: <\/span><code> *&quot;name&quot;: &quot;Compile&quot;/)
    expect((await press(await form(), 'compare')).text).toContain('this is what is saved')
    expect(on.site.sample.calls).toEqual([])
  })

  test('a secret that was typed is on no page, and is saved as typed (J3)', async () => {
    const token = 'stages[0].actions[0].configuration.OAuthToken'
    const typed = filled(await form(), { [token]: 'ghp_very<secret>"' })
    for (const deed of ['redraw', 'as-json', 'compare']) {
      const { text } = await press(typed, deed)
      expect(text).not.toMatch(/ghp_very|very&lt;secret/)
    }
    const asJson = await press(typed, 'as-json')
    const back = await press(asJson.fields, 'as-form')
    expect((await saved(back.fields)).stages[0]?.actions[0]?.configuration?.OAuthToken).toBe('ghp_very<secret>"')
  })

  test('a secret typed as JSON is not repeated when the text is refused', async () => {
    const fields = parseHTML((await on.visitor.get(`${edit}?as=json`)).text)
    const json = (new Map(fields).get('json') ?? '').replace('"****"', '"ghp_secret"').replace('shop-frontend', 'other')
    const { status, text } = await press(filled(fields, { json }), 'save')
    expect(status).toBe(400)
    expect(text).not.toContain('ghp_secret')
    expect(text).toContain('sealed:')
  })

  test('another session’s sealed secret has to be typed again', async () => {
    const token = 'stages[0].actions[0].configuration.OAuthToken'
    const { fields } = await press(filled(await form(), { [token]: 'typed' }), 'redraw')
    const other = await on.site.visitor().signIn()
    const mine = parseHTML((await other.get(edit)).text)
    const stolen = filled(mine, { [token]: new Map(fields).get(token) ?? '' })
    const { status, text } = await other.post(edit, [...stolen, ['do', 'save']])
    expect(status).toBe(400)
    expect(text).toContain('type it again')
  })

  test('a saved secret cannot follow its action to another name: it has to be typed again', async () => {
    const { status, text } = await press(filled(await form(), { 'stages[0].actions[0].name': 'Renamed' }), 'save')
    expect(status).toBe(400)
    expect(text).toContain('belongs to another name')
    expect(on.site.sample.calls).toEqual([])
  })

  test('a problem in JSON has its line', async () => {
    const fields = parseHTML((await on.visitor.get(`${edit}?as=json`)).text)
    const { Fault } = await import('@penstock/core')
    on.site.sample.refusal = new Fault('InvalidStageDeclarationException', 'one', [
      { path: 'stages[1].actions[0].inputArtifacts[0].name', message: 'is wrong' },
    ])
    const { text } = await press(fields, 'save')
    const lines = (new Map(fields).get('json') ?? '').split('\n')
    const line = Number(/data-line="(\d+)"/.exec(text)?.[1])
    expect(lines.slice(0, line).filter((each) => each.includes('"inputArtifacts"')).length).toBeGreaterThan(0)
    expect(lines[line - 1]).toContain('"name"')
  })
})
