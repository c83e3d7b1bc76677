import { checkApiRange, checkManifest, PluginRefused, shortName } from '../../src/host/manifest.js'
import { API_VERSION } from '../../src/host/plugin.js'

const good = {
  name: 'penstock-plugin-x',
  version: '1.0.0',
  penstock: { manifestVersion: 1, apiVersion: '^1.0', entry: './dist/index.js' },
}
const refusal = (pkg: unknown): PluginRefused => {
  try {
    checkManifest(pkg, 'package.json')
  } catch (error) {
    if (error instanceof PluginRefused) return error
    throw error
  }
  throw new Error('it was not refused')
}

test('a good manifest is read', () => {
  expect(checkManifest({ ...good, type: 'module' }, 'package.json')).toEqual({
    name: 'x',
    packageName: 'penstock-plugin-x',
    version: '1.0.0',
    apiVersion: '^1.0',
    entry: './dist/index.js',
    provides: [],
    esModule: true,
  })
})

test('the programs that it needs are read, each with how to get it', () => {
  const needs = [{ programs: ['docker', 'podman'], use: 'builds images', install: 'apt-get install docker.io' }]
  expect(checkManifest({ ...good, penstock: { ...good.penstock, needs } }, 'package.json').needs).toEqual([
    { ...needs[0], arguments: ['--version'], whenConfigured: false },
  ])
})

test.each([
  { needs: {}, says: '"penstock.needs" must be a list' },
  { needs: [{ program: 'git' }], says: "has the unknown key 'program'; did you mean 'programs'?" },
  { needs: [{ programs: ['rm -rf'], use: 'x', install: 'x' }], says: 'must be names of programs, such as ["git"]' },
  { needs: [{ programs: ['git'], install: 'x' }], says: '[0].use is missing' },
])('needs that are none: $says', ({ needs, says }) => {
  expect(refusal({ ...good, penstock: { ...good.penstock, needs } }).message).toContain(says)
})

test.each([
  { it: 'no name', pkg: { ...good, name: undefined }, says: '"name" is missing' },
  { it: 'no penstock field', pkg: { name: 'x' }, says: '"penstock" is missing' },
  {
    it: 'a later manifest version',
    pkg: { ...good, penstock: { ...good.penstock, manifestVersion: 2 } },
    says: '"penstock.manifestVersion" is 2, but must be 1',
  },
  { it: 'no entry', pkg: { ...good, penstock: { ...good.penstock, entry: '' } }, says: '"penstock.entry" is ""' },
  {
    it: 'a misspelt key',
    pkg: { ...good, penstock: { ...good.penstock, entri: 1 } },
    says: "unknown key 'entri'; did you mean 'entry'?",
  },
  {
    it: 'a range that is none',
    pkg: { ...good, penstock: { ...good.penstock, apiVersion: 'one' } },
    says: 'must be a semver range',
  },
])('refused: $it', ({ pkg, says }) => {
  const { message, state } = refusal(pkg)
  expect(message).toContain(says)
  expect(state).toBe('failed')
})

test.each([
  { wanted: '^1.0', fits: true },
  { wanted: 1, fits: true },
  { wanted: '>=1.0.0 <3', fits: true },
  { wanted: '^2.0', fits: false, says: 'too new: upgrade Penstock' },
  { wanted: '>=1.9', fits: false, says: 'too new: upgrade Penstock' },
  { wanted: 2, fits: false, says: 'too new: upgrade Penstock' },
  { wanted: '~0.9', fits: false, says: 'too old: install a newer version' },
])(`API ${API_VERSION} and a plugin for $wanted`, ({ wanted, fits, says }) => {
  const check = () => checkApiRange('x', wanted)
  if (fits) expect(check).not.toThrow()
  else expect(check).toThrow(says ?? '')
})

test('an API that does not fit makes the plugin incompatible, not failed', () => {
  expect(refusal({ ...good, penstock: { ...good.penstock, apiVersion: '^9' } }).state).toBe('incompatible')
})

test.each([
  ['penstock-plugin-hello', 'hello'],
  ['@acme/penstock-plugin-hello', 'hello'],
  ['other', 'other'],
])('%s is called %s', (packageName, name) => {
  expect(shortName(packageName)).toBe(name)
})
