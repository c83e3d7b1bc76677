/** Plugins in processes of their own: real processes, on this machine's time. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FolderArtifactStore } from '../../../src/artifacts/folder-store.js'
import { systemClock } from '../../../src/domain/clock.js'
import type { ActionProvider } from '../../../src/host/action-provider.js'
import { isPluginProcessEnded } from '../../../src/host/isolated/process-ended.js'
import type { JobContext } from '../../../src/host/provider-context.js'
import type { SourceProvider } from '../../../src/host/source-provider.js'
import { partSize } from '../../../src/host/state/state-door.js'
import { StoredState } from '../../../src/host/state/stored-state.js'
import { openSqlite } from '../../../src/store/database.js'
import { pluginValueStore } from '../../../src/store/plugin-value-store.js'
import { action, removeFolders, source, temporaryFolder, type World, world, writeFiles } from '../world.js'

jest.setTimeout(120_000) // a process that runs from source starts slowly on a busy machine

/** A process that runs from source starts slowly on a busy machine. */
const patient = { load: 90_000, register: 60_000, start: 60_000 }

const running: World[] = []
afterEach(async () => {
  for (const w of running.splice(0)) await w.host.stop()
  removeFolders()
})

interface More extends Partial<NonNullable<Parameters<typeof world>[1]>> {
  /** Plugins' sections of penstock.yaml, where they have any. */
  readonly sections?: Readonly<Record<string, unknown>>
}

async function up(files: Readonly<Record<string, string>>, { sections = {}, ...more }: More = {}) {
  const named = Object.fromEntries(Object.keys(files).map((name) => [`./${name}`, null]))
  const configured = { ...named, ...sections }
  const limits = { ...patient, ...more.limits }
  const w = await world(configured, { files, isolation: 'process', clock: systemClock, ...more, limits })
  running.push(w)
  await w.host.register()
  await w.host.start()
  return w
}

async function eventually<T>(look: () => T | Promise<T>, what: string): Promise<T> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await delay(20)) {
    const seen = await look()
    if (seen) return seen
  }
  throw new Error(`${what} did not come to be`)
}

const id = (provider: string, category: 'Build' | 'Source' = 'Build') =>
  ({ category, owner: 'Custom', provider, version: '1' }) as const

function provider(w: World, name: string): ActionProvider {
  const found = w.registry.action(id(name))
  if (!found) throw new Error(`no ${name}: ${w.host.list().map(({ problems }) => problems)}`)
  return found.provider
}

/** As much of a context as these tests need. */
function context(more: Partial<JobContext> = {}): JobContext {
  const log = { write: () => {}, line: () => {} }
  return { signal: new AbortController().signal, workspace: '/nowhere', log, ...more } as JobContext
}

const job = { id: 'j', configuration: { Say: 'hello' } } as never

test('what it declares is known here, and what runs there reaches its context here', async () => {
  const body = `api.provideAction({ category: 'Build', provider: 'Say', description: 'says', inputArtifacts: [0, 2], timeoutInMinutes: 7, idempotent: true,
      configuration: { Say: { description: 'what', required: true } },
      validate: (c) => c.Say === 'no' ? ['Say is "no": yes is right'] : [],
      async run(job, ctx) {
        ctx.mask('s3cret'); ctx.log.line('pid ' + process.pid); ctx.log.write('a'); ctx.log.write('b')
        const lines: string[] = []
        const step = await ctx.exec(['true'], { label: 'nothing', onLine: async (line) => void lines.push(line) })
        await ctx.checkpoint({ at: 1 }); await ctx.progress({ percentComplete: 50 })
        const answer = await ctx.http.request('https://example.com/', { method: 'POST', body: Buffer.from([1, 2, 255]) })
        return { summary: job.configuration.Say + ' ' + step.exitCode + lines.join('+') + ' ' + JSON.stringify(answer.json()) + (await ctx.input('Code')).folder }
      } })`
  const w = await up({ 'say.ts': source('say', body) })
  expect(w.host.list()).toMatchObject([
    { name: 'say', state: 'started', isolation: 'process', problems: [], provides: ['action Build/Custom/Say/1'] },
  ])
  const said: unknown[] = []
  const note =
    (what: string) =>
    async (...args: unknown[]) =>
      void said.push([what, ...args])
  const log = { write: (text: string) => void said.push(['log', text]), line: () => {} }
  const ctx = context({
    log,
    mask: (value) => void said.push(['mask', value]),
    exec: async (command, { onLine, ...options } = {}) => {
      said.push(['exec', command, options])
      for (const line of ['one', 'two']) await onLine?.(line)
      return { exitCode: 0 }
    },
    checkpoint: note('checkpoint'),
    progress: note('progress'),
    input: async (name) => ({ name: String(name), folder: '/in' }),
    http: {
      request: async (url, options) => {
        said.push(['http', url, options?.method, [...Buffer.from(options?.body as Uint8Array)]])
        return { status: 200, ok: true, headers: {}, text: () => '{"a":1}', json: () => ({}) }
      },
    },
  })
  const say = provider(w, 'Say')
  expect(say).toMatchObject({ inputArtifacts: [0, 2], timeoutInMinutes: 7, idempotent: true, description: 'says' })
  expect(await say.run(job, ctx)).toEqual({ summary: 'hello 0one+two {"a":1}/in' })
  const pid = String((said[1] as string[])[1]).trim()
  expect(pid).not.toBe(`pid ${process.pid}`)
  expect(said).toEqual([
    ['mask', 's3cret'],
    ['log', `${pid}\n`],
    ['log', 'a'],
    ['log', 'b'],
    ['exec', ['true'], { label: 'nothing' }],
    ['checkpoint', { at: 1 }],
    ['progress', { percentComplete: 50 }],
    ['http', 'https://example.com/', 'POST', [1, 2, 255]],
  ])
  expect(await say.validate?.({ Say: 'no' } as never)).toEqual(['Say is "no": yes is right'])
  expect(await say.validate?.({ Say: 'yes' } as never)).toEqual([])
})

test('an abort goes with its reason, and a JobFailed comes back as one', async () => {
  const body = `api.provideAction({ category: 'Build', provider: 'Wait', configuration: {},
    async run(job, ctx) { ctx.log.line('here'); await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))) } })
    api.provideAction({ category: 'Build', provider: 'Fail', configuration: {}, async run() { throw new JobFailed('not today', 'PermissionError') } })`
  const w = await up({ 'wait.ts': source('wait', body).replace('definePlugin }', 'definePlugin, JobFailed }') })
  const stop = new AbortController()
  const log = { write: () => stop.abort(new Error('stopped by hand')), line: () => {} }
  await expect(provider(w, 'Wait').run(job, context({ signal: stop.signal, log }))).rejects.toThrow('stopped by hand')
  await expect(provider(w, 'Fail').run(job, context())).rejects.toMatchObject({
    name: 'JobFailed',
    type: 'PermissionError',
    message: 'not today',
  })
})

test('sources, rules, notifiers, secret stores, hooks, configuration, start and stop work from there', async () => {
  const body = `
    api.log.info('register ' + api.config.greeting)
    api.onStart(() => api.log.info('start')); api.onStop(() => api.log.info('stop'))
    api.provideSource({ category: 'Source', provider: 'Far', outputArtifacts: 1, configuration: {}, pollKey: () => 'key', polls: () => false,
      async latestRevision(c, ctx) { ctx.log('asked'); return { revisionId: (await ctx.exec(['echo', 'r1'])).stdout.trim() } }, async run() {} })
    api.provideRule({ provider: 'Even', configuration: {}, async run() { return { summary: 'even' } } })
    api.provideNotifier({ name: 'bell', async notify(n) { api.log.info('rang ' + n.subject) } })
    api.provideSecretStore({ name: 'safe', async get(name) { return name === 'a' ? 'A' : undefined } })
    api.hooks.beforeAction((event) => event.provider === 'Bad' ? 'no ' + event.provider : undefined)
    api.hooks.revisionFound((event) => event.revision.revisionId === 'drop' ? undefined : event)`
  const schema = `configSchema: { type: 'object', properties: { greeting: { type: 'string', default: 'hi' } } },`
  const w = await up({ 'all.ts': source('all', body, schema) })
  expect(w.problems('all')).toBe('')
  const far = w.registry.source(id('Far', 'Source'))?.provider as SourceProvider
  const asked: string[] = []
  const poll = {
    signal: new AbortController().signal,
    clock: systemClock,
    log: (text: string) => void asked.push(text),
  }
  expect(await far.latestRevision({} as never, poll as never)).toEqual({ revisionId: 'r1' })
  expect(asked).toEqual(['asked'])
  expect(await far.pollKey?.({} as never)).toBe('key')
  expect(await far.polls?.({} as never)).toBe(false)
  expect(await w.registry.rule('Even')?.provider.run(job, context())).toEqual({ summary: 'even' })
  await w.registry.notifiers()[0]?.notify({ kind: 'executionFailed', subject: 'it', message: 'm' })
  expect(await w.registry.secretStores()[0]?.get('a')).toBe('A')
  expect(await w.registry.secretStores()[0]?.get('b')).toBeUndefined()
  expect(await w.hooks.beforeAction.promise({ provider: 'Bad' } as never)).toBe('no Bad')
  expect(await w.hooks.beforeAction.promise({ provider: 'Good' } as never)).toBeUndefined()
  await w.host.stop()
  expect(w.logged).toEqual(['register hi', 'start', 'rang it', 'stop'].map((line) => `all: ${line}`))
})

describe('a plugin that goes wrong is shown with its reason, and the others go on', () => {
  test.each([
    { it: 'throws while loading', bad: `throw new Error('bad day')`, says: 'load: bad day' },
    {
      it: 'ends the process while loading',
      bad: `process.exit(3)\n${source('bad')}`,
      says: 'ended by itself with exit code 3',
    },
    {
      it: 'never gives the processor back',
      bad: source('bad', 'for (;;) {}'),
      says: 'register() did not end within 5 s',
    },
    {
      it: 'mounts HTTP',
      bad: source('bad', `api.mount({ prefix: '/x', handle() {} })`),
      says: '"isolation: none" into plugins.bad',
    },
    {
      it: "uses the server's services other than operations",
      bad: source('bad', `api.server.access.createUser`),
      says: 'is not there for a plugin in a process of its own',
    },
    {
      it: 'declares nonsense',
      bad: source('bad', `api.provideAction(${action('x y')})`),
      says: 'provider must be 1 to 35 letters',
    },
    {
      it: 'throws while starting',
      bad: source('bad', `api.onStart(() => { throw new Error('cold') })`),
      says: 'start: cold',
    },
  ])('$it', async ({ bad, says }) => {
    const good = source('good', `api.provideAction(${action('Good')})`)
    const w = await up({ 'bad.ts': bad, 'good.ts': good }, { limits: { register: 5_000 } })
    expect(w.state('bad')).toBe('failed')
    expect(w.problems('bad')).toContain(says)
    expect(w.state('good')).toBe('started')
    expect(w.registry.actionTypes().map((type) => type.id.provider)).toEqual(['Good'])
  })
})

/** `Do` does what its configuration says. */
const doer = source(
  'doer',
  `api.log.info('registered by ' + process.pid)
   api.provideAction({ category: 'Build', provider: 'Do', configuration: {}, async run(job, ctx) {
     switch (job.configuration.Say) {
       case 'exit': process.exit(7)
       case 'throw': setTimeout(() => { throw new Error('in a timer') }, 1); await new Promise(() => {})
       case 'loop': for (;;) {}
       case 'reject': Promise.reject(new Error('nobody looks')); await new Promise((done) => setTimeout(done, 50)); return
       case 'leak': for (let i = 0; i < 20; i++) process.on('SIGUSR2', () => {}); await new Promise((done) => setTimeout(done, 50)); return
       case 'deaf': ctx.log.line('hears nothing'); await new Promise(() => {})
       case 'pid': return { summary: String(process.pid) }
       case 'wait': ctx.log.line('waits'); await ctx.sleep(1); return { summary: 'old ' + process.pid }
     }
   } })`,
)
const say = (Say: string) => ({ id: 'j', configuration: { Say } }) as never

describe('its process ends, and is started again', () => {
  test.each([
    {
      it: 'exits',
      what: 'exit',
      says: "the process of plugin 'doer' ended by itself with exit code 7; it is started again in 1 s",
    },
    {
      it: 'throws in a timer',
      what: 'throw',
      says: /ended: uncaught exception: in a timer.*; it is started again in 1 s/,
    },
    {
      it: 'never gives the processor back',
      what: 'loop',
      // On a busy machine a process that is well may be without the processor for some seconds.
      limits: { ping: 200, hang: 10_000 },
      says: 'did not answer for 10 s: its code never gives the processor back; it is started',
    },
  ])('when it $it', async ({ what, says, limits = {} }) => {
    const w = await up({ 'doer.ts': doer }, { limits })
    const error = await Promise.resolve(provider(w, 'Do').run(say(what), context())).catch((thrown: unknown) => thrown)
    expect(isPluginProcessEnded(error)).toBe(true)
    const isSaid = () => (typeof says === 'string' ? w.problems('doer').includes(says) : says.test(w.problems('doer')))
    await eventually(isSaid, String(says))
    expect(w.state('doer')).toBe('started')
    // What is asked meanwhile waits for the new process.
    expect(await provider(w, 'Do').run(say('pid'), context())).toMatchObject({
      summary: expect.stringMatching(/^\d+$/),
    })
    expect(w.logged.filter((line) => line.includes('registered by'))).toHaveLength(2)
  })

  test('five times, and is failed then', async () => {
    const pauses: number[] = []
    const clock = {
      ...systemClock,
      after: (ms: number, wake: () => void) => {
        if ([1_000, 2_000, 4_000, 8_000, 16_000].includes(ms)) pauses.push(ms)
        return systemClock.after(pauses.at(-1) === ms ? 1 : ms, wake)
      },
    }
    const w = await up(
      { 'doer.ts': doer },
      { clock, limits: { ping: 60_000, hang: 60_000, start: 9_999, register: 9_998, stop: 9_997 } },
    )
    for (let time = 0; time < 6; time++) {
      const run = w.registry.action(id('Do'))?.provider.run(say('exit'), context())
      await expect(Promise.resolve(run)).rejects.toThrow('exit code 7')
    }
    await eventually(() => w.state('doer') === 'failed', 'the failure')
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000])
    expect(w.problems('doer')).toContain('once more after 5 restarts: it is not started again')
    expect(w.registry.actionTypes()).toEqual([])
  })

  test.each([
    { it: 'a rejection that nobody looks at', what: 'reject', says: 'unhandled rejection: nobody looks' },
    { it: 'leaked listeners', what: 'leak', says: 'it leaks listeners: Possible EventEmitter memory leak' },
  ])('but not for $it: a problem', async ({ what, says }) => {
    const w = await up({ 'doer.ts': doer })
    await provider(w, 'Do').run(say(what), context())
    await eventually(() => w.problems('doer').includes(says), says)
    expect(w.state('doer')).toBe('started')
  })
})

test('a job that does not listen to its abort keeps no process for ever', async () => {
  const w = await up({ 'doer.ts': doer }, { limits: { abandon: 200 } })
  const pid = Number((await provider(w, 'Do').run(say('pid'), context()))?.summary)
  const stop = new AbortController()
  let here = () => {}
  const begun = new Promise<void>((resolve) => {
    here = resolve
  })
  const log = { write: () => here(), line: () => here() }
  const deaf = Promise.resolve(provider(w, 'Do').run(say('deaf'), context({ signal: stop.signal, log })))
  deaf.catch(() => {})
  await begun
  await w.host.disable('doer')
  await delay(300)
  expect(isAlive(pid)).toBe(true)
  stop.abort(new Error('stopped'))
  await expect(deaf).rejects.toThrow('run did not end within 200 ms')
  await eventually(() => !isAlive(pid), 'the end of the process')
})

describe('disable, enable, reload', () => {
  /** A run that waits in its context until `go` is called. */
  function waiting(w: World) {
    let go = () => {}
    const gone = new Promise<void>((resolve) => {
      go = resolve
    })
    let here = () => {}
    const begun = new Promise<void>((resolve) => {
      here = resolve
    })
    const log = { write: () => here(), line: () => here() }
    const run = provider(w, 'Do').run(say('wait'), context({ log, sleep: () => gone }))
    return { begun, go, run: Promise.resolve(run) }
  }

  test('a job that runs while its plugin is switched off and on comes to its end, and new ones go to a new process', async () => {
    const w = await up({ 'doer.ts': doer })
    const old = await provider(w, 'Do').run(say('pid'), context())
    const { begun, go, run } = waiting(w)
    await begun
    await w.host.disable('doer')
    expect(w.registry.actionTypes()).toEqual([])
    await w.host.enable('doer')
    const now = await provider(w, 'Do').run(say('pid'), context())
    expect(now).not.toEqual(old)
    go()
    expect(await run).toEqual({ summary: `old ${old?.summary}` })
    await eventually(() => !isAlive(Number(old?.summary)), 'the end of the old process')
    expect(w.problems('doer')).toBe('')
  })

  test('a reload brings new code while old jobs end with the old; code that does not load changes nothing', async () => {
    const w = await up({ 'doer.ts': doer })
    const { begun, go, run } = waiting(w)
    await begun
    writeFiles(w.folder, { 'doer.ts': 'const = 3' })
    await expect(w.host.reload('doer')).rejects.toThrow("plugin 'doer' cannot be reloaded, and goes on as it was: ")
    expect(w.state('doer')).toBe('started')
    writeFiles(w.folder, {
      'doer.ts': doer.replace("case 'pid'", "case 'new': return { summary: 'new code' }\n case 'pid'"),
    })
    expect(await w.host.reload('doer')).toMatchObject({ name: 'doer', state: 'started', problems: [] })
    expect(await provider(w, 'Do').run(say('new'), context())).toEqual({ summary: 'new code' })
    go()
    expect(await run).toMatchObject({ summary: expect.stringMatching(/^old \d+$/) })
  })

  test('a plugin inside the server is reloaded too when it is a file, and its running job ends with the old code', async () => {
    const w = await up({ 'doer.ts': doer }, { isolation: 'none' })
    const { begun, go, run } = waiting(w)
    await begun
    writeFiles(w.folder, {
      'doer.ts': doer.replace("case 'pid'", "case 'new': return { summary: 'new code' }\n case 'pid'"),
    })
    await w.host.reload('doer')
    expect(await provider(w, 'Do').run(say('new'), context())).toEqual({ summary: 'new code' })
    go()
    expect(await run).toEqual({ summary: `old ${process.pid}` })
  })
})

test('isolation that is neither process nor none is refused, and its section goes to the plugin without it', async () => {
  const schema = `configSchema: { type: 'object', properties: { greeting: { type: 'string' } } },`
  const files = { 'a.ts': source('a', 'api.log.info(api.config.greeting)', schema) }
  const w = await world({ './a.ts': { greeting: 'hi', isolation: 'process' } }, { files, clock: systemClock })
  running.push(w)
  await w.host.register()
  expect(w.host.list()).toMatchObject([{ state: 'registered', isolation: 'process' }])
  const wrong = await world({ './a.ts': { isolation: 'thread' } }, { files })
  await wrong.host.register()
  expect(wrong.problems('a')).toContain(
    'plugins../a.ts.isolation is "thread": "process" (in a process of its own) or "none"',
  )
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('it ends with the server that started it, even when that is killed and its own code never gives the processor back', async () => {
  const folder = temporaryFolder()
  writeFiles(folder, { 'loop.ts': `${source('loop', 'for (;;) {}')}` })
  const module = JSON.stringify(join(__dirname, '../../../src/host/isolated/plugin-process.ts'))
  const place = JSON.stringify({ kind: 'file', path: join(folder, 'loop.ts'), bundled: false })
  const script = `const { PluginProcess } = require(${module})
    const made = new PluginProcess({ plugin: 'loop', memory: 64, handlers: {}, onLine() {}, onError() {} })
    made.channel.call('load', { place: ${place} }).then(() => {
      void made.channel.call('register', { config: {}, dataFolder: '/nowhere' })
      setTimeout(() => console.log(made.pid), 300)
    })`
  const args = ['--conditions=@penstock/source', '--require', require.resolve('tsx/cjs'), '-e', script]
  const host = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [pid] = (await once(host.stdout, 'data')) as [Buffer]
  expect(isAlive(Number(pid))).toBe(true)
  host.kill('SIGKILL')
  await eventually(() => !isAlive(Number(pid)), 'the end of the plugin')
})

test('a plugin that grows without end ends itself, says why, and is started again', async () => {
  const body = `api.provideAction({ category: 'Build', provider: 'Grow', description: 'grows',
      async run() { const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length)) } })`
  const grow = { isolation: { memory: 64 } }
  const w = await up({ 'grow.ts': source('grow', body) }, { sections: { './grow.ts': grow } })
  const failed = await provider(w, 'Grow')
    .run(job, context())
    .catch((error: unknown) => error)
  expect(isPluginProcessEnded(failed)).toBe(true)
  expect((failed as Error).message).toBe(
    "the process of plugin 'grow' ran out of memory: it may have 64 MB (plugins.grow.isolation: { memory: MB } in penstock.yaml)",
  )
  await eventually(() => w.problems('grow')?.includes('ran out of memory'), 'the problem')
  await eventually(() => w.state('grow') === 'started', 'the next process')
})

test('a memory limit that is none is told of', async () => {
  const w = await world({ './x.ts': { isolation: { memory: '1 GB' } } }, { files: { 'x.ts': source('x', '') } })
  await w.host.register()
  expect(w.problems('x')).toContain(
    `penstock.yaml: plugins../x.ts.isolation is {"memory":"1 GB"}: "process" (in a process of its own) or "none" (inside the server) is right; { memory: 256 } is a process with so many MB, at least 32`,
  )
})

test('what a plugin keeps is kept by the server, wherever the plugin runs', async () => {
  const folder = temporaryFolder()
  const database = await openSqlite(':memory:')
  const artifacts = new FolderArtifactStore(folder)
  const stored = new StoredState({ values: pluginValueStore(database), artifacts, bucket: 'kept', clock: systemClock })
  const body = `api.provideAction({ category: 'Build', provider: 'Keep', configuration: {}, async run() {
      const version = await api.state.put('group', { at: 1 }, { expected: null })
      const again = await api.state.put('group', 2, { expected: null }).catch((error) => error.code)
      await api.state.putBlob('bundle', Buffer.alloc(${partSize + 3}, 7))
      const { size, body } = await api.state.getBlob('bundle')
      let sum = 0
      for await (const piece of body) sum += piece.reduce((all, byte) => all + byte, 0)
      const listed = await api.state.list()
      await api.state.delete('group', { expected: version })
      return { summary: JSON.stringify([again, size, sum / 7, listed.map(({ key }) => key)]) }
    } })`
  const w = await up({ 'keep.ts': source('keep', body) }, { state: (plugin) => stored.doorOf(plugin) })
  const size = partSize + 3
  expect(await provider(w, 'Keep').run(job, context())).toEqual({
    summary: JSON.stringify(['ConflictException', size, size, ['bundle', 'group']]),
  })
  expect((await stored.doorOf('keep').list({})).map(({ key }) => key)).toEqual(['bundle'])
  await database.close()
})

test('a panel, its form and a verb of a plugin in a process of its own', async () => {
  const body = `api.contribute.panel({ id: 'p', title: 'P', place: 'pipeline',
      show: ({ pipelineName }, { name }) => [{ kind: 'text', text: pipelineName + ' ' + name + ' ' + process.pid }],
      forms: { go: { label: 'Go', fields: { Times: { type: 'number', description: 'n', default: 2 } }, submit: ({ Times }) => 'went ' + Times } } })
    api.contribute.command({ name: 'say', description: 'Says', run: () => { throw new Error('nothing to say') } })`
  const w = await up({ 'far.ts': source('far', body) })
  const by = { name: 'ann', arn: 'arn:aws:iam::000000000000:user/ann' }
  const key = { plugin: 'far', kind: 'panel', id: 'p' } as const
  const [shown] = (await w.host.contributions.show(key, { pipelineName: 'site' }, by)) ?? []
  expect(shown).toMatchObject({ kind: 'text', text: expect.stringMatching(/^site ann \d+$/) })
  expect(shown).not.toMatchObject({ text: expect.stringContaining(String(process.pid)) })
  expect(await w.host.contributions.submit(key, 'go', {}, { pipelineName: 'site' }, by)).toBe('went 2')
  await expect(w.host.contributions.run({ plugin: 'far', kind: 'command', id: 'say' }, {}, by)).rejects.toThrow(
    "plugin 'far': nothing to say",
  )
})
