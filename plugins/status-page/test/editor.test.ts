import { Fault } from '@penstock/core'
import { shop } from './support/data.js'
import { parseHTML } from './support/fields.js'
import { signedInSite } from './support/site.js'

const edit = '/pipelines/shop-frontend/edit'

describe('the editor', () => {
  const on = signedInSite()

  const form = async (path = edit) => parseHTML((await on.visitor.get(path)).text)

  test('what is saved without a change is what was read: secrets, conditions and the files of artifacts stay', async () => {
    const answer = await on.visitor.post(edit, [...(await form()), ['do', 'save']])
    expect(answer.status).toBe(303)
    const { version: _, ...unchanged } = shop
    const saved = structuredClone(unchanged)
    expect(on.site.sample.calls.map(([name]) => name)).toEqual(['updatePipeline', 'startPipelineExecution'])
    const input = on.site.sample.calls[0]?.[1] as { pipeline: typeof shop }
    expect(withDefaults(input.pipeline)).toEqual(withDefaults(saved))
    expect(input.pipeline.stages[0]?.actions[0]?.configuration?.OAuthToken).toBe('****')
  })

  test('the stages run again only when that is ticked', async () => {
    const fields = (await form()).filter(([name]) => name !== 'again')
    await on.visitor.post(edit, [...fields, ['do', 'save']])
    expect(on.site.sample.calls.map(([name]) => name)).toEqual(['updatePipeline'])
  })

  test.each([
    ['insert:stages[2]', (names: string[]) => expect(names).toEqual(['Source', 'Build', '', 'Approve', 'Deploy'])],
    ['remove:stages[1]', (names: string[]) => expect(names).toEqual(['Source', 'Approve', 'Deploy'])],
    ['up:stages[3]', (names: string[]) => expect(names).toEqual(['Source', 'Build', 'Deploy', 'Approve'])],
    ['down:stages[0]', (names: string[]) => expect(names).toEqual(['Build', 'Source', 'Approve', 'Deploy'])],
    ['up:stages[0]', (names: string[]) => expect(names).toEqual(['Source', 'Build', 'Approve', 'Deploy'])],
  ])('%s changes the draft and saves nothing', async (deed, check) => {
    const answer = await on.visitor.post(edit, [...(await form()), ['do', deed]])
    expect(answer.status).toBe(200)
    check(stageNames(parseHTML(answer.text)))
    expect(on.site.sample.calls).toEqual([])
  })

  test('another type brings its own properties and drops the others', async () => {
    const fields = (await form()).map(([name, value]): [string, string] =>
      name === 'stages[1].actions[0].actionTypeId' ? [name, 'Test/ThirdParty/BlazeMeter/1'] : [name, value],
    )
    const { text } = await on.visitor.post(edit, [...fields, ['do', 'redraw']])
    expect(text).toContain('name="stages[1].actions[0].configuration.ApiSecret"')
    expect(text).not.toContain('name="stages[1].actions[0].configuration.Task"')
  })

  test('each problem stands at its field, and above with its place', async () => {
    on.site.sample.refusal = new Fault('InvalidActionDeclarationException', '2 problems', [
      { path: 'stages[0].actions[0].configuration.Repo', message: 'Repo is missing' },
      { path: 'stages[1].name', message: 'has <no> name' },
    ])
    const { status, text } = await on.visitor.post(edit, [...(await form()), ['do', 'save']])
    expect(status).toBe(400)
    expect(text).toContain('2 things are wrong.')
    expect(text).toContain('id="f-stages-0-actions-0-configuration-Repo-problem"')
    expect(text).toContain('href="#f-stages-0-actions-0-configuration-Repo"')
    expect(text).toContain('has &lt;no> name')
  })

  test('someone else’s save in between is noticed, and nothing is lost', async () => {
    const fields = (await form()).map(([name, value]): [string, string] => [name, name === 'version' ? '6' : value])
    const { status, text } = await on.visitor.post(edit, [...fields, ['do', 'save']])
    expect(status).toBe(409)
    expect(text).toContain('Someone else saved version 7 while you edited version 6')
    expect(on.site.sample.calls).toEqual([])
    // Nothing is lost: what differs is shown, and whoever saves once more has seen it.
    expect(text).toContain('What changes')
    const again = await on.visitor.post(edit, [...parseHTML(text), ['do', 'save']])
    expect(again.status).toBe(303)
  })

  test('as JSON: drawn from the form, saved as it is, with or without “pipeline” around it', async () => {
    const asJson = parseHTML((await on.visitor.post(edit, [...(await form()), ['do', 'as-json']])).text)
    const text = asJson.find(([name]) => name === 'json')?.[1] ?? ''
    expect(JSON.parse(text).stages).toHaveLength(4)
    const wrapped = asJson.map(([name, value]): [string, string] => [
      name,
      name === 'json' ? `{"pipeline": ${text}, "metadata": {}}` : value,
    ])
    expect((await on.visitor.post(edit, [...wrapped, ['do', 'save']])).status).toBe(303)
    const input = on.site.sample.calls[0]?.[1] as { pipeline: typeof shop }
    expect(withDefaults(input.pipeline)).toEqual(withDefaults({ ...shop, version: undefined as never }))
  })

  test.each([
    ['{\n  "name": x }', 'line 2, column'],
    ['[1]', 'but not an object'],
    ['{"name": "other", "stages": []}', 'A pipeline keeps its name'],
  ])('the text %j is refused, and kept', async (json, words) => {
    const fields = (await form(`${edit}?as=json`)).map(([name, value]): [string, string] => [
      name,
      name === 'json' ? json : value,
    ])
    const { status, text } = await on.visitor.post(edit, [...fields, ['do', 'save']])
    expect(status).toBe(400)
    expect(text).toContain(words)
    expect(parseHTML(text).find(([name]) => name === 'json')?.[1]).toBe(json)
  })

  test.each(['{"name": "shop-frontend"}', '{"stages": [{}]}', '{"stages": [{"actions": [{}]}]}'])(
    'the text %j cannot be a form, and says why',
    async (json) => {
      const fields = (await form(`${edit}?as=json`)).map(([name, value]): [string, string] => [
        name,
        name === 'json' ? json : value,
      ])
      const { status, text } = await on.visitor.post(edit, [...fields, ['do', 'as-form']])
      expect(status).toBe(400)
      expect(text).toContain('This cannot be shown as a form')
    },
  )

  test('the wizard’s answers make a pipeline that hands its artifact on', async () => {
    const types =
      'source=Source/ThirdParty/GitHub/1&build=Build/Custom/Rake/1&approval=Approval/AWS/Manual/1&deploy=Deploy/AWS/CodeDeploy/1'
    const fields = await form(`/create/form?name=blog&${types}`)
    await on.visitor.post('/create', [...fields, ['do', 'save']])
    const [call] = on.site.sample.calls
    const { pipeline } = (call?.[1] ?? {}) as { pipeline: typeof shop }
    expect(call?.[0]).toBe('createPipeline')
    expect(pipeline.name).toBe('blog')
    expect(
      pipeline.stages.map(({ name, actions: [action] }) => [
        name,
        action?.inputArtifacts?.[0]?.name,
        action?.outputArtifacts?.[0]?.name,
      ]),
    ).toEqual([
      ['Source', undefined, 'SourceOutput'],
      ['Build', 'SourceOutput', 'BuildOutput'],
      ['Approve', undefined, undefined],
      ['Deploy', 'BuildOutput', undefined],
    ])
    expect(pipeline.artifactStore).toEqual({ type: 'S3', location: 'codepipeline-eu-west-1-1234567890' })
    expect(pipeline.stages[0]?.actions[0]?.configuration).toEqual({ Branch: 'main', PollForSourceChanges: 'true' })
  })

  test('a script’s form is told where to go', async () => {
    const answer = await on.visitor.post(edit, [...(await form()), ['do', 'save']], { 'hx-request': 'true' })
    expect([answer.status, answer.headers.get('hx-redirect')]).toEqual([204, '/pipelines/shop-frontend'])
  })
})

function stageNames(fields: readonly [string, string][]): string[] {
  return fields.filter(([name]) => /^stages\[\d+\]\.name$/.test(name)).map(([, value]) => value)
}

/** S11: what the server adds anyway. */
function withDefaults(pipeline: typeof shop): unknown {
  const { version: _, ...rest } = pipeline
  const stages = pipeline.stages.map((stage) => ({
    ...stage,
    actions: stage.actions.map((action) => ({
      configuration: {},
      inputArtifacts: [],
      outputArtifacts: [],
      runOrder: 1,
      ...action,
    })),
  }))
  return JSON.parse(JSON.stringify({ ...rest, stages }))
}
