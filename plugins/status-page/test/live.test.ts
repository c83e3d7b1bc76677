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

/** The address of the stream about these pages. */
function live(...pages: readonly string[]): string {
  return `/live?${new URLSearchParams(pages.map((page) => ['c', page]))}`
}

interface Message {
  readonly c: string
  readonly rev?: string
  readonly html?: string
  readonly data?: unknown
  readonly reload?: boolean
  readonly status?: number
}

/** The next of its messages. */
async function next(stream: AsyncGenerator<string>): Promise<Message> {
  const { value } = await stream.next()
  return JSON.parse(String(value).slice('data: '.length)) as Message
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
    const response = await visitor.open(live('/pipelines/shop-frontend/events'), abort.signal)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const stream = events(response)
    const snapshot = (await next(stream)).html
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
    const patch = (await next(stream)).html
    expect(patch).toContain('hx-target="#stage-2"')
    expect(patch).toContain('63 %')
    expect(patch).not.toContain('hx-target="#stage-4"')
    site.sample.answers.delete('getPipelineState')

    const { pipelines } = site.sample
    site.sample.pipelines = pipelines.map((pipeline) => ({ ...pipeline, stages: pipeline.stages.slice(0, 3) }))
    site.sample.change({ pipelineName: 'shop-frontend' })
    expect((await next(stream)).reload).toBe(true)
    site.sample.pipelines = pipelines
  })

  test('a reader that leaves is forgotten', async () => {
    const leaving = new AbortController()
    const response = await visitor.open(live('/events'), leaving.signal)
    await events(response).next()
    const before = site.sample.listeners.size
    leaving.abort()
    const deadline = Date.now() + 5_000
    while (site.sample.listeners.size >= before && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10))
    expect(site.sample.listeners.size).toBe(before - 1)
    expect(site.problems).toEqual([])
  })

  test('a stream says nothing more once its session has ended', async () => {
    const leaver = await site.visitor().signIn()
    const stream = events(await leaver.open(live('/events'), abort.signal))
    await stream.next()
    site.sample.sessions.clear()
    site.sample.change({ pipelineName: 'shop-frontend' })
    expect((await stream.next()).done).toBe(true)
    visitor = await site.visitor().signIn()
  })

  test.each(['/workers', '/plugins', '/sources'])('%s is kept current', async (path) => {
    const stream = events(await visitor.open(live(`${path}/events`), abort.signal))
    expect((await next(stream)).html).toContain(`hx-target="#${path.slice(1)}"`)
  })

  test('without a session there is no stream', async () => {
    const response = await site
      .visitor()
      .open(live('/events'), abort.signal, { accept: 'text/html, text/event-stream' })
    expect(response.status).toBe(401)
  })

  test('a log says when there is more, and ends with it', async () => {
    site.sample.logComplete = false
    site.sample.logs.set(ids.rake, 'one\n')
    const response = await visitor.open(live(`/pipelines/shop-frontend/actions/${ids.rake}/log/events`), abort.signal)
    const stream = events(response)
    expect((await next(stream)).data).toEqual({ lines: 1, complete: false })
    site.sample.logs.set(ids.rake, 'one\ntwo\nthree\n')
    site.sample.logComplete = true
    for (const onMore of site.sample.followers) onMore()
    expect((await next(stream)).data).toEqual({ lines: 3, complete: true })
  })

  test('one stream tells of all pages that a browser has open, and of each that cannot be had why', async () => {
    const pages = ['/events', '/pipelines/shop-frontend/events', '/pipelines/nobody/events', '/nothing/events']
    const stream = events(await visitor.open(live(...pages), abort.signal))
    const told = new Map<string, Message>()
    while (told.size < pages.length) {
      const message = await next(stream)
      told.set(message.c, message)
    }
    expect(told.get('/pipelines/shop-frontend/events')?.html).toContain('pipeline-head')
    expect(told.get('/events')?.html).toContain('row-1')
    expect(told.get('/pipelines/nobody/events')?.status).toBe(404)
    expect(told.get('/nothing/events')?.status).toBe(404)
  })

  test('what a browser already has is not sent again', async () => {
    const { rev = '' } = await next(events(await visitor.open(live('/inbox/events'), abort.signal)))
    const query = new URLSearchParams([
      ['c', '/inbox/events'],
      ['r', rev],
      ['c', '/activity/events'],
      ['r', ''],
    ])
    const stream = events(await visitor.open(`/live?${query}`, abort.signal))
    expect((await next(stream)).c).toBe('/activity/events')
  })

  test('a page is drawn once for all who look at it', async () => {
    const streams = await Promise.all(
      Array.from({ length: 5 }, async () => events(await visitor.open(live('/inbox/events'), abort.signal))),
    )
    await Promise.all(streams.map(next))
    const spy = jest.spyOn(site.sample.services.overview, 'standing')
    site.sample.executionsOver = true
    site.sample.change({ pipelineName: 'shop-frontend' })
    const messages = await Promise.all(streams.map(next))
    for (const { html } of messages) {
      expect(html).toContain('id="inbox"')
      expect(html).not.toContain('id="ask-') // no approval any more; the pull request waits on
    }
    expect(spy).toHaveBeenCalledTimes(1)
    spy.mockRestore()
    site.sample.executionsOver = false
  })
})
