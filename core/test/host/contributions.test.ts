/** What plugins add to the console and the command line: by the operations, as the page and the commands ask for it. */
import type { Principal } from '../../src/domain/access.js'
import { allows } from '../../src/domain/policy.js'
import type { Block } from '../../src/host/contributions/contributions.js'
import { serveOperations } from '../../src/operations/serve.js'
import { removeFolders, source, type World, world } from './world.js'

const board = `
  const forms = { again: { label: 'Measure again', fields: { Reason: { description: 'Why', required: true }, Times: { type: 'number', description: 'How often', default: 2 } },
    submit: ({ Reason, Times }, { pipelineName }, by) => by.name + ' measures ' + pipelineName + ' ' + Times + ' times: ' + Reason } }
  api.contribute.panel({ id: 'coverage', title: 'Coverage', place: 'pipeline', forms, show: ({ pipelineName }, { name }) =>
    pipelineName === 'empty' ? undefined : [
      { kind: 'state', state: 'good', text: pipelineName + ' for ' + name },
      { kind: 'facts', facts: { Lines: 87, Report: { text: 'open', href: 'https://example.com/7' } } },
      { kind: 'form', form: 'again' },
    ] })
  api.contribute.page({ id: 'queue', title: 'The queue', forms: { clear: { label: 'Clear', submit: async () => { throw new Error('it is locked') } } },
    show: ({ of = 'all' }) => [{ kind: 'table', columns: ['Of'], rows: [[of]] }] })
  api.contribute.command({ name: 'thaw', description: 'Ends the freeze', arguments: { Reason: { description: 'Why', required: true } },
    run: ({ Reason }, by) => by.name + ': ' + Reason })
  api.contribute.choices({ actionType: 'Build/Custom/Remote/1', property: 'Project', list: ({ Url }) => [{ value: 'shop', label: 'at ' + Url }] })`

let w: World
beforeAll(async () => {
  const wild = (block: string) => `api.contribute.page({ id: 'p', title: 'P', show: async () => [${block}] })`
  const files = {
    'board.ts': source('board', board),
    'script.ts': source('script', wild("{ kind: 'facts', facts: { x: { text: 'x', href: 'javascript:alert(1)' } } }")),
    'elsewhere.ts': source('elsewhere', wild("{ kind: 'facts', facts: { x: { text: 'x', href: '//evil.example' } } }")),
    'html.ts': source('html', wild("{ kind: 'html', html: '<script>' }")),
    'nameless.ts': source('nameless', "api.contribute.panel({ id: 'A b', title: 'x', place: 'pipeline', show() {} })"),
    'misspelled.ts': source('misspelled', "api.contribute.page({ id: 'a', titel: 'x', show() {} })"),
    'twice.ts': source('twice', "for (const id of ['a', 'a']) api.contribute.page({ id, title: 'x', show() {} })"),
  }
  w = await world(Object.fromEntries(Object.keys(files).map((name) => [`./${name}`, null])), { files })
  await w.host.register()
  await w.host.start()
})
afterAll(async () => {
  await w.host.stop()
  removeFolders()
})

function as(...allowed: string[]) {
  const by: Principal = {
    name: 'ann',
    arn: 'arn:aws:iam::123456789012:user/ann',
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: allowed, Resource: '*' }] }],
  }
  const services = { contributions: w.host.contributions } as never
  return serveOperations({
    identity: { region: 'us-east-1', accountId: '123456789012' },
    access: { allows: ({ policies }, action, resource) => allows(policies, action, resource), audit: async () => {} },
    log: { error: () => {} },
    perform: async (one, principal, input, call) => one.run(services, principal, input, call),
  }).for(by)
}
const panel = { plugin: 'board', id: 'coverage', subject: { pipelineName: 'site' } }

test('a panel is shown to whoever may see the pipeline, and knows who that is', async () => {
  expect(await as('codepipeline:GetPipeline').getPanel(panel)).toEqual({
    content: [
      { kind: 'state', state: 'good', text: 'site for ann' },
      { kind: 'facts', facts: { Lines: '87', Report: { text: 'open', href: 'https://example.com/7' } } },
      { kind: 'form', form: 'again' },
    ],
  })
  expect(await as('codepipeline:GetPipeline').getPanel({ ...panel, subject: { pipelineName: 'empty' } })).toEqual({})
  await expect(as('codepipeline:ListPipelines').getPanel(panel)).rejects.toMatchObject({
    code: 'AccessDeniedException',
  })
})

test('its forms are for whoever may start the pipeline, and get checked values', async () => {
  const starter = as('codepipeline:StartPipelineExecution')
  const send = (values: Record<string, string>) => starter.submitPanel({ ...panel, form: 'again', values })
  expect(await send({ Reason: 'flaky', Times: '3' })).toEqual({ said: 'ann measures site 3 times: flaky' })
  expect(await send({ Reason: 'flaky' })).toEqual({ said: 'ann measures site 2 times: flaky' })
  await expect(send({ Times: 'x', Reson: '' })).rejects.toMatchObject({
    code: 'ValidationException',
    message: expect.stringMatching(/no Reson; did you mean 'Reason'\?; Reason is missing: Why; Times is "x": a number/),
  })
  await expect(starter.submitPanel({ ...panel, form: 'agian' })).rejects.toThrow("has no form 'agian'")
  await expect(as('codepipeline:GetPipeline').submitPanel({ ...panel, form: 'again' })).rejects.toMatchObject({
    code: 'AccessDeniedException',
  })
})

test('pages, verbs and lists of values', async () => {
  const ann = as('codepipeline:ListPipelines', 'codepipeline:ListActionTypes', 'penstock:UsePlugin')
  expect(await ann.getPluginPage({ plugin: 'board', id: 'queue', query: { of: 'site' } })).toEqual({
    content: [{ kind: 'table', columns: ['Of'], rows: [['site']] }],
  })
  await expect(ann.submitPluginPage({ plugin: 'board', id: 'queue', form: 'clear' })).rejects.toMatchObject({
    code: 'ConflictException',
    message: "plugin 'board': it is locked",
  })
  expect(await ann.runPluginCommand({ plugin: 'board', command: 'thaw', values: { Reason: 'it is May' } })).toEqual({
    text: 'ann: it is May',
  })
  await expect(as('codepipeline:*').runPluginCommand({ plugin: 'board', command: 'thaw' })).rejects.toThrow('UsePlugin')
  const asked = { actionType: 'Build/Custom/Remote/1', property: 'Project', configuration: { Url: 'https://x' } }
  expect(await ann.listPropertyChoices(asked)).toEqual({ choices: [{ value: 'shop', label: 'at https://x' }] })
  expect(await ann.listPropertyChoices({ ...asked, property: 'Other' })).toEqual({ choices: [] })
  const { contributions } = await ann.listContributions({})
  expect(contributions.filter(({ plugin }) => plugin === 'board').map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'panel coverage',
    'page queue',
    'command thaw',
    'choices Build/Custom/Remote/1/Project',
  ])
})

test.each([
  ['script', 'must begin with https:// or /'],
  ['elsewhere', 'must begin with https:// or /'],
  ['html', 'kind is "html", but must be text, facts, table, state or form'],
])('what %s answers is not shown, and says why', async (plugin, why) => {
  const reader = as('codepipeline:ListPipelines')
  await expect(reader.getPluginPage({ plugin, id: 'p' })).rejects.toThrow(why)
  expect(w.problems(plugin)).toContain(why)
})

test('what is declared wrongly is told with what would be right', () => {
  expect(w.problems('nameless')).toContain('id is "A b", but must be small letters, digits and \'-\'')
  expect(w.problems('misspelled')).toContain("there is no 'titel'; did you mean 'title'?")
  expect(w.problems('twice')).toContain("'a' is contributed twice")
})

test('what is switched off contributes nothing', async () => {
  await w.host.disable('board')
  expect(w.host.contributions.list().some(({ plugin }) => plugin === 'board')).toBe(false)
  await expect(as('codepipeline:GetPipeline').getPanel(panel)).rejects.toThrow("no plugin 'board' that runs")
  await w.host.enable('board')
  const shown = await as('codepipeline:GetPipeline').getPanel(panel)
  expect((shown.content as readonly Block[])[0]).toMatchObject({ kind: 'state' })
})
