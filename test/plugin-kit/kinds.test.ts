/** New plugins that provide no action type: all of them compiled at once, tested and checked, as their author would at first. */
import { execFileSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cleanUp, penstock, temporaryFolder } from '../process/world.js'

jest.setTimeout(600_000) // real servers, on machines that are busy

const repository = resolve(__dirname, '../..')
const kinds = ['notifier', 'hook', 'service', 'panel', 'secret-store']
let cwd: string
beforeAll(async () => {
  cwd = temporaryFolder()
  for (const kind of kinds) {
    const made = await penstock(['plugin', 'new', `my-${kind}`, '--yes', '--kind', kind], { cwd })
    expect(made).toMatchObject({ status: 0, err: '' })
  }
})
afterAll(cleanUp)

test('new plugins of every kind have no type errors', () => {
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(repository, 'node_modules/@types')],
  }
  const include = kinds.flatMap((kind) => ['src', 'test'].map((part) => `penstock-plugin-my-${kind}/${part}`))
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }))
  execFileSync(process.execPath, [join(repository, 'node_modules/typescript-native/bin/tsc'), '-p', cwd])
})

test.each(kinds)('a new %s passes its own tests and checks', async (kind) => {
  const folder = join(cwd, `penstock-plugin-my-${kind}`)
  expect(await penstock(['plugin', 'test'], { cwd: folder })).toMatchObject({
    status: 0,
    out: expect.stringMatching(/ fail 0/),
  })
  expect(await penstock(['plugin', 'check'], { cwd: folder })).toMatchObject({ status: 0, err: '' })
})

test('a round of dev says that all is well, or what is wrong with file and line', async () => {
  const folder = join(cwd, 'penstock-plugin-my-secret-store')
  // As after `npm install --save-dev typescript`.
  symlinkSync(join(repository, 'node_modules/typescript-native'), join(folder, 'node_modules/typescript'))
  const dev = () => penstock(['plugin', 'dev', '--once', '--no-tests', '--data', join(cwd, 'none')], { cwd: folder })
  const well = await dev()
  expect(well).toMatchObject({ status: 0, err: '' })
  expect(well.out).toMatch(/types: well\ncheck: well \(secret store my-secret-store\)\nreload: no server runs/)
  const file = join(folder, 'src/index.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace("name: 'my-secret-store',", 'name: 7,'))
  const wrong = await dev()
  expect(wrong.status).toBe(1)
  expect(wrong.out).toMatch(/types: failed\n +src\/index\.ts\(\d+,\d+\): error TS/)
})
