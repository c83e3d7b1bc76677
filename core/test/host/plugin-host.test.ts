import { action, removeFolders, source, type World, world } from './world.js'

afterEach(removeFolders)

async function up(w: World): Promise<void> {
  await w.host.register()
  await w.host.start()
}

describe('life', () => {
  test('a plugin in one TypeScript file registers, starts and stops, in that order', async () => {
    const w = await world(
      { './hello.ts': { greeting: 'hi' } },
      {
        files: {
          'hello.ts': source(
            'hello',
            `const words: string[] = []; const { greeting } = api.config as { greeting: string }
             api.log.info('registered ' + greeting); api.onStart(() => api.log.info('started')); api.onStop(() => api.log.info('stopped'))`,
            `configSchema: { type: 'object', properties: { greeting: { type: 'string' } } },`,
          ),
        },
      },
    )
    await w.host.register()
    expect(w.state('hello')).toBe('registered')
    await w.host.start()
    expect(w.state('hello')).toBe('started')
    await w.host.stop()
    expect(w.state('hello')).toBe('stopped')
    expect(w.logged).toEqual(['hello: registered hi', 'hello: started', 'hello: stopped'])
  })

  test('plugins stop in the reverse order of starting', async () => {
    const stop = `api.onStop(() => api.log.info('stop'))`
    const w = await world(
      { './a.ts': null, './b.ts': null },
      { files: { 'a.ts': source('a', stop), 'b.ts': source('b', stop) } },
    )
    await up(w)
    await w.host.stop()
    expect(w.logged).toEqual(['b: stop', 'a: stop'])
  })

  test('a folder with a package.json is run from its source, relative imports included', async () => {
    const pkg = {
      name: 'penstock-plugin-two',
      version: '1.2.3',
      penstock: { manifestVersion: 1, apiVersion: '^1.0', entry: './src/index.ts' },
    }
    const w = await world(
      { './two': null },
      {
        files: {
          'two/package.json': JSON.stringify(pkg),
          'two/src/name.ts': `export const says: string = 'two files'`,
          'two/src/index.ts': `import { says } from './name.js'\n${source('two', 'api.log.info(says)')}`,
        },
      },
    )
    await up(w)
    expect(w.host.list()).toMatchObject([{ name: 'two', version: '1.2.3', state: 'started', bundled: false }])
    expect(w.logged).toEqual(['two: two files'])
  })

  test('a package that npm installed below the plugins folder is found by its short name and shares the core', async () => {
    const pkg = {
      name: 'penstock-plugin-far',
      version: '2.0.0',
      penstock: { manifestVersion: 1, apiVersion: '>=1 <2', entry: './index.js' },
    }
    const code = `const { definePlugin } = require('@penstock/core')\nmodule.exports = definePlugin({ name: 'far', apiVersion: '^1.0', register(api) { api.provideAction(${action('Far')}) } })`
    const at = 'plugins/node_modules/penstock-plugin-far'
    const w = await world(
      { far: null },
      { files: { [`${at}/package.json`]: JSON.stringify(pkg), [`${at}/index.js`]: code } },
    )
    await up(w)
    expect(w.problems('far')).toBe('')
    expect(w.host.list()[0]).toMatchObject({ state: 'started', provides: ['action Build/Custom/Far/1'] })
  })
})

describe('containment: a plugin that goes wrong is shown with its reason, and the others go on', () => {
  const good = source('good', `api.provideAction(${action('Good')})`)
  test.each([
    { it: 'throws while loading', bad: `throw new Error('bad day')`, state: 'failed', says: 'load: bad day' },
    { it: 'is not TypeScript', bad: 'const = 3', state: 'failed', says: 'bad.ts:1' },
    { it: 'exports no plugin', bad: 'export default {}', state: 'failed', says: 'no plugin as its default export' },
    {
      it: 'throws while registering',
      bad: source('bad', `throw new Error('no luck')`),
      state: 'failed',
      says: 'register: no luck',
    },
    {
      it: 'throws while starting',
      bad: source('bad', `api.onStart(async () => { throw new Error('cold') })`),
      state: 'failed',
      says: 'start: cold',
    },
    {
      it: 'declares a bad action type',
      bad: source('bad', `api.provideAction({ ...${action('x y')} })`),
      state: 'failed',
      says: 'provider must be 1 to 35 letters',
    },
    {
      it: 'wants a newer API',
      bad: source('bad').replace('^1.0', '^2.0'),
      state: 'incompatible',
      says: 'too new: upgrade Penstock',
    },
    {
      it: 'wants an older API',
      bad: source('bad').replace('^1.0', '0.x'),
      state: 'incompatible',
      says: 'too old: install a newer version',
    },
    {
      it: 'wants a package that is not there',
      bad: `import 'not-installed-anywhere'\n${source('bad')}`,
      state: 'failed',
      says: 'not-installed-anywhere',
    },
  ])('$it', async ({ bad, state, says }) => {
    const w = await world({ './bad.ts': null, './good.ts': null }, { files: { 'bad.ts': bad, 'good.ts': good } })
    await up(w)
    expect(w.state('bad')).toBe(state)
    expect(w.problems('bad')).toContain(says)
    expect(w.state('good')).toBe('started')
    expect(w.registry.actionTypes().map(({ id }) => id.provider)).toEqual(['Good'])
    expect(w.logged.join()).toContain(says)
  })

  test.each([
    {
      it: 'register',
      body: `api.log.info('hangs'); return new Promise(() => {})`,
      ms: 2_000,
      says: 'register() did not end within 2 s',
    },
    {
      it: 'onStart',
      body: `api.onStart(() => { api.log.info('hangs'); return new Promise(() => {}) })`,
      ms: 10_000,
      says: 'onStart() did not end within 10 s',
    },
  ])('$it that never ends is given up', async ({ body, ms, says }) => {
    const w = await world(
      { './bad.ts': null, './good.ts': null },
      { files: { 'bad.ts': source('bad', body), 'good.ts': good } },
    )
    const done = up(w)
    await advanceUntil(w, done, ms)
    expect(w.problems('bad')).toContain(says)
    expect(w.state('bad')).toBe('failed')
    expect(w.state('good')).toBe('started')
  })

  test('onStop that never ends does not keep the others from stopping', async () => {
    const w = await world(
      { './first.ts': null, './bad.ts': null },
      {
        files: {
          'first.ts': source('first', `api.onStop(() => api.log.info('stopped'))`),
          'bad.ts': source('bad', `api.onStop(() => { api.log.info('hangs'); return new Promise(() => {}) })`),
        },
      },
    )
    await up(w)
    await advanceUntil(w, w.host.stop(), 10_000)
    expect(w.logged).toContain('first: stopped')
    expect(w.problems('bad')).toContain('onStop() did not end within 10 s')
  })

  test('a missing plugin says how to install it', async () => {
    const w = await world({ nowhere: null })
    await up(w)
    expect(w.state('nowhere')).toBe('failed')
    expect(w.problems('nowhere')).toContain('penstock plugin add penstock-plugin-nowhere --data ')
  })

  test('what a failed plugin had declared is withdrawn', async () => {
    const w = await world(
      { './bad.ts': null },
      { files: { 'bad.ts': source('bad', `api.provideAction(${action('Gone')}); throw new Error('late')`) } },
    )
    await up(w)
    expect(w.registry.actionTypes()).toEqual([])
  })

  test('two plugins for one action type: the second is refused, and both are named', async () => {
    const w = await world(
      { './one.ts': null, './two.ts': null },
      {
        files: {
          'one.ts': source('one', `api.provideAction(${action('Same')})`),
          'two.ts': source('two', `api.provideAction(${action('Same')})`),
        },
      },
    )
    await up(w)
    expect(w.state('one')).toBe('started')
    expect(w.problems('two')).toMatch(
      /'two' provides action Build\/Custom\/Same\/1, which plugin 'one' provides already/,
    )
  })

  test('two plugins of one name: the second is refused, and both places are named', async () => {
    const w = await world(
      { './one.ts': null, './other.ts': null },
      { files: { 'one.ts': source('same'), 'other.ts': source('same') } },
    )
    await up(w)
    expect(w.host.list().map((plugin) => plugin.state)).toEqual(['started', 'failed'])
    expect(w.host.list()[1]?.problems.join()).toMatch(/one\.ts and .*other\.ts/)
  })

  test('declaring after register is over is an error of the plugin that does it', async () => {
    const w = await world(
      { './late.ts': null },
      { files: { 'late.ts': source('late', `api.onStart(() => api.provideAction(${action('Late')}))`) } },
    )
    await up(w)
    expect(w.problems('late')).toContain('called provideAction outside register()')
  })
})

describe('configuration', () => {
  const schema = `configSchema: { type: 'object', properties: { organization: { type: 'string' }, limit: { type: 'integer', default: 5 } } },`
  const files = { 'p.ts': source('p', 'api.log.info(JSON.stringify(api.config))', schema) }

  test('defaults are there even when the section is empty', async () => {
    const w = await world({ './p.ts': null }, { files })
    await up(w)
    expect(w.logged).toEqual(['p: {"limit":5}'])
  })

  test('an unknown key is refused with path, value and the nearest known key', async () => {
    const w = await world({ './p.ts': { organisation: 'acme' } }, { files })
    await up(w)
    expect(w.state('p')).toBe('failed')
    expect(w.problems('p')).toContain(`plugins.p.organisation unknown key; did you mean 'organization'?`)
  })

  test('a section for a plugin that takes none is refused', async () => {
    const w = await world({ './q.ts': { a: 1 } }, { files: { 'q.ts': source('q') } })
    await up(w)
    expect(w.problems('q')).toContain('takes no configuration')
  })

  test('false in penstock.yaml switches a plugin off', async () => {
    const w = await world({ './q.ts': false }, { files: { 'q.ts': source('q', `api.log.info('here')`) } })
    await up(w)
    expect(w.state('q')).toBe('disabled')
    expect(w.logged).toEqual([])
    await expect(w.host.enable('q')).rejects.toThrow('switched off in penstock.yaml')
  })
})

describe('disable and enable', () => {
  const body = `api.provideAction(${action('Busy')}); api.mount({ prefix: '/busy', handle() {} })
    api.hooks.serverStart(() => api.log.info('heard')); api.onStop(() => api.log.info('stopped'))`

  test('disabled: stopped now, its providers, mounts and taps withdrawn, and still off after a restart', async () => {
    const w = await world({ './busy.ts': null }, { files: { 'busy.ts': source('busy', body) } })
    await up(w)
    expect(w.host.mounts()).toHaveLength(1)
    await w.host.disable('busy')
    await w.hooks.serverStart.promise({ address: '' })
    expect(w.state('busy')).toBe('disabled')
    expect(w.logged).toEqual(['busy: stopped'])
    expect(w.host.mounts()).toEqual([])
    expect(w.registry.actionTypes()).toEqual([])
    const again = await world({ './busy.ts': null }, { folder: w.folder, off: w.off })
    await up(again)
    expect(again.state('busy')).toBe('disabled')
  })

  test('enabled again: registered and started anew, its taps heard once', async () => {
    const w = await world({ './busy.ts': null }, { files: { 'busy.ts': source('busy', body) } })
    await up(w)
    await w.host.disable('busy')
    await w.host.enable('busy')
    await w.hooks.serverStart.promise({ address: '' })
    expect(w.state('busy')).toBe('started')
    expect(w.logged.filter((line) => line === 'busy: heard')).toHaveLength(1)
    expect(w.registry.actionTypes()).toHaveLength(1)
  })

  test('a plugin that is not there is named with those that are', async () => {
    const w = await world({ './busy.ts': null }, { files: { 'busy.ts': source('busy') } })
    await up(w)
    await expect(w.host.disable('bussy')).rejects.toThrow("no plugin is called 'bussy'; there are busy")
  })
})

/** Moves the fake clock once the plugin said that it hangs (loading takes real time), and waits for the work. */
async function advanceUntil(w: World, work: Promise<unknown>, ms: number): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!w.logged.some((line) => line.endsWith('hangs')) && Date.now() < deadline) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  await w.clock.advance(ms)
  await work
}
