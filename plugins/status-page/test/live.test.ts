import { ids } from './support/data.js'
import { startSite, type Visitor } from './support/site.js'

/** Server-sent events as they come. */
async function* events(response: Response): AsyncGenerator<string> {
  let text = ''
  for await (const piece of response.body ?? []) {
    text += Buffer.from(piece as Uint8Array).toString()
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end)
      text = text.slice(end + 2)
      if (!event.startsWith(':')) yield event
    }
  }
}

describe('live pages', () => {
  let site: Awaited<ReturnType<typeof startSite>>
  let visitor: Visitor
  const abort = new AbortController()
  beforeAll(async () => {
    site = await startSite()
    visitor = await site.visitor().signIn()
  })
  afterAll(async () => {
    abort.abort()
    await site.stop()
  })

  test('a snapshot at first, then what changed and nothing else, and a new page when the structure changed', async () => {
    const response = await visitor.open('/pipelines/shop-frontend/events', abort.signal)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const stream = events(response)
    const snapshot = (await stream.next()).value as string
    for (const id of ['pipeline-head', 'stage-1', 'stage-4', 'pipeline-recent'])
      expect(snapshot).toContain(`hx-target="#${id}"`)

    const { operations } = site.sample.services
    const state = await operations.getPipelineState({} as never, { name: 'shop-frontend' })
    const [source, build, ...rest] = state.stageStates
    const rake = build?.actionStates[0]
    const actionStates = [{ ...rake, latestExecution: { ...rake?.latestExecution, percentComplete: 63 } }]
    const changed = { ...state, stageStates: [source, { ...build, actionStates }, ...rest] }
    site.sample.answers.set('getPipelineState', changed)
    site.sample.change({ pipelineName: 'another' })
    site.sample.change({ pipelineName: 'shop-frontend' })
    site.sample.change({ pipelineName: 'shop-frontend' })
    const patch = (await stream.next()).value as string
    expect(patch).toContain('hx-target="#stage-2"')
    expect(patch).toContain('63 %')
    expect(patch).not.toContain('hx-target="#stage-4"')
    site.sample.answers.delete('getPipelineState')

    const { pipelines } = site.sample
    site.sample.pipelines = pipelines.map((pipeline) => ({ ...pipeline, stages: pipeline.stages.slice(0, 3) }))
    site.sample.change({ pipelineName: 'shop-frontend' })
    expect((await stream.next()).value).toContain('event: penstock:reload')
    expect((await stream.next()).done).toBe(true)
    site.sample.pipelines = pipelines
    expect(site.sample.listeners.size).toBe(0)
  })

  test('a reader that leaves is forgotten', async () => {
    const leaving = new AbortController()
    const response = await visitor.open('/events', leaving.signal)
    await events(response).next()
    expect(site.sample.listeners.size).toBe(1)
    leaving.abort()
    const deadline = Date.now() + 5_000
    while (site.sample.listeners.size > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10))
    expect(site.sample.listeners.size).toBe(0)
    expect(site.problems).toEqual([])
  })

  test('a stream says nothing more once its session has ended', async () => {
    const leaver = await site.visitor().signIn()
    const stream = events(await leaver.open('/events', abort.signal))
    await stream.next()
    site.sample.sessions.clear()
    site.sample.change({ pipelineName: 'shop-frontend' })
    expect((await stream.next()).done).toBe(true)
    visitor = await site.visitor().signIn()
  })

  test.each(['/workers', '/plugins', '/sources'])('%s is kept current', async (path) => {
    const stream = events(await visitor.open(`${path}/events`, abort.signal))
    expect((await stream.next()).value).toContain(`hx-target="#${path.slice(1)}"`)
  })

  test('without a session there is no stream', async () => {
    const response = await site.visitor().open('/events', abort.signal, { accept: 'text/html, text/event-stream' })
    expect(response.status).toBe(401)
  })

  test('a log says when there is more, and ends with it', async () => {
    site.sample.logComplete = false
    site.sample.logs.set(ids.rake, 'one\n')
    const response = await visitor.open(`/pipelines/shop-frontend/actions/${ids.rake}/log/events`, abort.signal)
    const stream = events(response)
    expect((await stream.next()).value).toBe('data: {"lines":1,"complete":false}')
    site.sample.logs.set(ids.rake, 'one\ntwo\nthree\n')
    site.sample.logComplete = true
    for (const onMore of site.sample.followers) onMore()
    expect((await stream.next()).value).toBe('data: {"lines":3,"complete":true}')
    expect((await stream.next()).done).toBe(true)
  })
})
