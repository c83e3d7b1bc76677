import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isolationSchema } from '../../src/app/isolation-schema'
import { checkSchema, pathText } from '../../src/host/json-schema'
import { sandboxHint } from '../../src/worker/sandbox/hint'
import { type IsolationRules, isolationFor, rulesFor } from '../../src/worker/sandbox/isolation-rules'
import { limitWords, parseSize } from '../../src/worker/sandbox/limits'
import { findToolChains } from '../../src/worker/sandbox/tool-chains'
import { whyNoSandbox } from '../../src/worker/sandbox/why-no-sandbox'
import { WorkerIsolation } from '../../src/worker/sandbox/worker-isolation'
import { howItFailed } from '../../src/worker/step-words'

const GiB = 1024 ** 3
const resolve = (rules: IsolationRules, wish = {}, pipeline = 'shop') =>
  isolationFor(rulesFor(pipeline, rules, { memory: GiB, processes: 100 }), wish)

describe('what a step runs in', () => {
  test.each([
    { it: 'the sandbox where nobody says anything', rules: {}, wish: {}, level: 'sandbox' },
    { it: "the operator's floor", rules: { isolation: 'none' }, wish: {}, level: 'none' },
    {
      it: 'more, where the action asks',
      rules: { isolation: 'none' },
      wish: { isolation: 'sandbox' },
      level: 'sandbox',
    },
    {
      it: 'never less',
      rules: { isolation: 'container', image: 'x' },
      wish: { isolation: 'sandbox' },
      level: 'container',
    },
    {
      it: 'a sandbox, to take the network away',
      rules: { isolation: 'none' },
      wish: { network: 'none' },
      level: 'sandbox',
    },
    {
      it: 'what the first pattern of the name says',
      rules: { pipelines: { 'sh*': { isolation: 'none' }, shop: { isolation: 'container' } } },
      wish: {},
      level: 'none',
    },
    {
      it: 'what holds for all, where no pattern fits',
      rules: { pipelines: { other: { isolation: 'none' } } },
      wish: {},
      level: 'sandbox',
    },
  ] as const)('$it', ({ rules, wish, level }) => {
    expect(resolve(rules, wish).level).toBe(level)
  })

  test('a container of no image is an error that names both places for one', () => {
    expect(() => resolve({ isolation: 'container' })).toThrow(
      /no image is named: give the action an Image, or worker.image/,
    )
  })

  test("a pattern's limits and paths add to those for all; none takes a limit away", () => {
    const rules = {
      sandbox: { readOnly: ['/srv/a'] },
      limits: { memory: '2 GiB', processes: 'none' },
      pipelines: { shop: { sandbox: { readOnly: ['/srv/b'] }, limits: { log: '1 MiB' } } },
    } as const
    expect(resolve(rules)).toMatchObject({
      readOnly: ['/srv/a', '/srv/b'],
      limits: { memory: 2 * GiB, processes: undefined, log: 1024 ** 2 },
    })
  })
})

test.each([
  ['2 GiB', 2 * GiB],
  ['512MiB', GiB / 2],
  ['1.5G', 1.5 * GiB],
  ['2 apples', undefined],
])('the size %s', (text, bytes) => expect(parseSize(text)).toBe(bytes))

test.each([
  [{ memory: 0 }, 'worker.limits.memory is 0, but must be a size such as 512 MiB or 2 GiB, or none'],
  [{ memory: '0 GiB' }, 'worker.limits.memory is "0 GiB", but must be a size such as'],
  [{ processes: 0 }, 'worker.limits.processes is 0, but must be a whole number from 1 on, or none'],
  [{ files: 1.5 }, 'worker.limits.files is 1.5, but must be a whole number from 1 on, or none'],
])('a limit of %j is refused in one sentence', (limits, says) => {
  const schema = { type: 'object', properties: isolationSchema }
  const { problems } = checkSchema(schema, { limits })
  const told = problems.map(({ path, message }) => `worker.${pathText(path)} ${message}`)
  expect(told).toEqual([expect.stringContaining(says)])
})

test('what only would fail later is said at the start: no image, a pattern that is none', async () => {
  const maker = { problem: async () => undefined } as never
  const isolation = (rules: IsolationRules) =>
    new WorkerIsolation({ rules, usual: {}, dataFolder: '/d', sandbox: maker, container: maker }).startProblems()
  expect(await isolation({ isolation: 'container' })).toEqual([expect.stringContaining('worker.image is not given')])
  expect(await isolation({ pipelines: { 'a[': {} } })).toEqual([
    expect.stringMatching(/^worker.pipelines in penstock.yaml: .*a\[/),
  ])
})

test('limits are told as people write them', () => {
  expect([limitWords('memory', 2 * GiB), limitWords('log', 1.5 * 1024 ** 2), limitWords('processes', 40)]).toEqual([
    '2 GiB of memory',
    '1.5 MiB of log',
    '40 processes',
  ])
})

test.each([
  { outcome: { exitCode: 137, killed: 'memory' }, says: 'was ended: it used more than 2 GiB of memory' },
  { outcome: { exitCode: 152, signal: 'SIGXCPU' }, says: 'was ended: it used more than 9 s of processor time' },
  {
    outcome: { exitCode: 137, signal: 'SIGKILL', outOfMemory: true },
    says: 'was ended by SIGKILL (exit code 137): the kernel ended processes meanwhile, for the machine was out of memory',
  },
  { outcome: { exitCode: 137, signal: 'SIGKILL' }, says: 'was ended by SIGKILL (exit code 137)' },
] as const)('$says', ({ outcome, says }) => {
  expect(howItFailed({ kind: 'exited', ...outcome }, undefined, { memory: 2 * GiB, cpuSeconds: 9 })).toBe(says)
})

describe('a failed build is told of the sandbox', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'penstock-hint-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test.each([
    ['cat: /srv/tools/x: No such file or directory', 'readOnly: [/srv/tools/x]'],
    ["Error: ENOENT: no such file or directory, open '/root/.npmrc'", 'readOnly: [/root/.npmrc]'],
    ["touch: cannot touch '/var/cache/it': Read-only file system", 'writable: [/var/cache/it]'],
    ['sh: 1: /srv/bin/tool: not found', 'readOnly: [/srv/bin/tool]'],
    ['cat: /work/a/files/x: No such file or directory', undefined],
    ['test failed: expected 1, got 2 in /srv/x', undefined],
  ])('%s', (line, option) => {
    writeFileSync(join(folder, 'log'), `$ it\n${line}\nmake: *** [all] Error 1\n`)
    const hint = sandboxHint(join(folder, 'log'), '/work/a', 'sandbox')
    if (option === undefined) expect(hint).toBeUndefined()
    else expect(hint).toContain(`worker.sandbox: { ${option} } in penstock.yaml opens it`)
    expect(sandboxHint(join(folder, 'log'), '/work/a', 'none')).toBeUndefined()
  })
})

test.each([
  [
    { code: 'ENOENT', message: 'spawn bwrap ENOENT' },
    /bubblewrap is not installed; install it \(apt-get install bubblewrap/,
  ],
  [
    { message: '', stderr: 'bwrap: No permissions to create new namespace, likely because' },
    /no user namespaces: set sysctl/,
  ],
  [
    { message: '', stderr: "bwrap: Can't mount proc on /newroot/proc: Operation not permitted" },
    /systempaths=unconfined/,
  ],
  [{ message: '', stderr: 'bwrap: Unknown option --size' }, /too old: 0.8 is needed/],
])('why there is no sandbox: %j', (failure, says) => {
  expect(whyNoSandbox(failure)).toMatch(/^builds cannot be run in a sandbox on this machine: /)
  expect(whyNoSandbox(failure)).toMatch(says)
  expect(whyNoSandbox(failure)).toMatch(/worker.isolation: none/)
})

test('of a home folder only tool chains are opened, and of ~/.cargo only its programs', () => {
  const { open } = findToolChains('/usr/bin:/no/such/.cargo/bin')
  expect(open.every((path) => !path.startsWith('/usr'))).toBe(true)
  expect(open).not.toContain('/no/such/.cargo')
})
