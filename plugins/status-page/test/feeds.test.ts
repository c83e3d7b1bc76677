/** What programs read: badges, cctray, Atom; with a session or an access key, and never more than its holder may see. */
import type { PastExecution } from '@penstock/core'
import { SaxesParser } from 'saxes'
import { atom } from '../src/pages/feeds/atom.js'
import { badge } from '../src/pages/feeds/badge.js'
import { cctray } from '../src/pages/feeds/cctray.js'
import { xml } from '../src/pages/feeds/xml.js'
import { signedInSite, startSite } from './support/site.js'

const context = signedInSite()
const key = 'AKIA0000000000000001'
const basic = (id: string, secret: string) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` })
const badgePath = '/pipelines/shop-frontend/badge.svg'

/** What is wrong with a text as XML with namespaces, by a strict parser; nothing when it is well formed. */
function problemOf(text: string): string | undefined {
  const parser = new SaxesParser({ xmlns: true })
  let problem: string | undefined
  parser.on('error', ({ message }) => {
    problem ??= message
  })
  parser.write(text).close()
  return problem
}

test.each([
  ['/cctray.xml', 'application/xml', 'name="shop-frontend" activity="Building" lastBuildStatus="Success"'],
  ['/feed.atom', 'application/atom+xml', '<title>shop-frontend: Succeeded</title>'],
  ['/pipelines/shop-frontend/feed.atom', 'application/atom+xml', '<name>Mia &#60;b&#62;Wong&#60;/b&#62;</name>'],
  [badgePath, 'image/svg+xml', 'Release waits for a person'],
  [`${badgePath}?stage=Deploy&label=live`, 'image/svg+xml', 'aria-label="live: Succeeded"'],
  [`${badgePath}?stage=Nowhere`, 'image/svg+xml', 'Not run yet'],
])('%s is well-formed XML that says how things stand', async (path, type, holds) => {
  const { status, headers, text } = await context.visitor.get(path)
  expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, type])
  expect(problemOf(text)).toBeUndefined()
  expect(text).toContain(holds)
})

describe('with an access key', () => {
  test.each(['/cctray.xml', '/feed.atom', badgePath])('%s is read by its holder', async (path) => {
    const stranger = context.site.visitor()
    expect((await stranger.get(path, basic(key, 'right'))).status).toBe(200)
  })

  test.each([
    ['a wrong secret', basic(key, 'wrong')],
    ['a key that there is none of', basic('AKIA0000000000000009', 'right')],
    ["a person's name and password", basic('admin', 'right')],
    ['no secret at all', { authorization: `Basic ${btoa(key)}` }],
    ['something that is no base64', { authorization: 'Basic %%%' }],
    ['nothing', {}],
  ])('%s is asked for one', async (_it, headers) => {
    const { status, headers: answered } = await context.site.visitor().get('/cctray.xml', headers)
    expect([status, answered.get('www-authenticate')]).toEqual([401, expect.stringContaining('Basic realm="Penstock')])
  })

  test.each(['/', '/pipelines/shop-frontend', '/audit'])('%s, a page, is not read with it', async (path) => {
    const { status, location } = await context.site.visitor().get(path, basic(key, 'right'))
    expect([status, location]).toEqual([303, expect.stringContaining('/sign-in')])
  })
})

test('who may not see the executions sees no badge, and an empty list', async () => {
  context.site.sample.denied.add('codepipeline:ListPipelineExecutions')
  const answers = await Promise.all([badgePath, '/cctray.xml', '/feed.atom'].map((path) => context.visitor.get(path)))
  context.site.sample.denied.clear()
  expect(answers.map(({ status }) => status)).toEqual([403, 200, 200])
  expect(answers.slice(1).some(({ text }) => text.includes('shop-frontend'))).toBe(false)
})

test('a badge is public only where the configuration says so, and nothing else is', async () => {
  const open = await startSite(undefined, { publicBadges: true })
  const stranger = open.visitor()
  const { status, headers } = await stranger.get(badgePath)
  expect([status, headers.get('cross-origin-resource-policy')]).toEqual([200, 'cross-origin'])
  // What does not exist looks like what never ran.
  expect((await stranger.get('/pipelines/nothing/badge.svg')).text).toContain('nothing: Not run yet')
  expect((await stranger.get('/cctray.xml')).status).toBe(401)
  await open.stop()
})

describe('hostile texts', () => {
  const hostile = '</title><script>alert(1)</script>"\'&\u0000\u001b\ud800 𝒳'
  const execution = {
    // S1: names are letters, digits and a few marks.
    pipelineName: 'shop',
    pipelineExecutionId: 'e1',
    status: 'Failed',
    started: 1,
    updated: 2,
    trigger: { triggerType: 'Webhook', triggerDetail: hostile },
    sourceRevisions: [{ actionName: 'S', revisionId: hostile, revisionSummary: hostile, author: hostile }],
    stopReason: hostile,
    type: 'STANDARD',
  } as unknown as PastExecution

  test.each([
    ['a badge', badge(hostile, { name: 'failed', words: hostile })],
    ['cctray', cctray([{ name: 'shop', state: { name: 'failed', words: '' }, recent: [execution] }], 'http://x')],
    [
      'a feed',
      atom({
        title: hostile,
        self: 'http://x/f',
        page: 'http://x',
        publicUrl: 'http://x',
        executions: [execution],
        now: 3,
      }),
    ],
  ])('%s stays well formed and runs nothing', (_it, text) => {
    expect(problemOf(text)).toBeUndefined()
    expect(text).not.toContain('<script>')
    expect(['\u0000', '\u001b'].filter((each) => text.includes(each))).toEqual([])
  })

  test('letters beyond the first plane stay, halves of them do not', () => {
    expect(xml('a𝒳\ud800b\udc00<')).toBe('a𝒳\ufffdb\ufffd&#60;')
  })
})
