/** What we read is what Ruby's Psych reads, with which AWS's agent reads AppSpec files: random files, or a listed difference. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { loadYaml } from '../../src/appspec/yaml/load.js'
import { YamlError, type YamlNode } from '../../src/appspec/yaml/tree.js'

jest.setTimeout(600_000)

type Typed = readonly unknown[]
type Answer = { readonly loaded: Typed } | { readonly refused: string }

/** What we refuse and Psych takes; a row of the README's table each. */
const LISTED = /stands inside of what it names/

const RUNS = process.env.PENSTOCK_LONG === '1' ? 8000 : 400

let ruby: ChildProcess
let answers: AsyncIterator<string>
beforeAll(() => {
  ruby = spawn('ruby', [join(__dirname, 'psych.rb')], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (ruby.stdout === null) throw new Error('no output')
  answers = createInterface({ input: ruby.stdout })[Symbol.asyncIterator]()
})
afterAll(async () => {
  ruby.stdin?.end()
  await once(ruby, 'exit')
})

async function psych(text: string): Promise<Answer> {
  ruby.stdin?.write(`${JSON.stringify(text)}\n`)
  return JSON.parse((await answers.next()).value) as Answer
}

function ours(text: string): Answer {
  try {
    const { root } = loadYaml(text)
    return { loaded: root === undefined ? ['nil'] : typed(root) }
  } catch (error) {
    if (error instanceof YamlError) return { refused: error.message }
    throw error
  }
}

function typed(node: YamlNode): Typed {
  if (node.kind === 'list') return ['list', node.items.map(typed)]
  if (node.kind === 'map') {
    const pairs = [...node.entries.values()].map(({ key, value }) => [typed(key), typed(value)])
    return ['map', sorted(pairs)]
  }
  const { type, value } = node.typed
  if (type === 'nil' || type === 'time' || type === 'date') return [type]
  if (type === 'float')
    return [type, Number.isNaN(value) ? 'nan' : Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf']
  return [type, type === 'integer' ? String(value) : value]
}

function sorted(pairs: readonly unknown[]): unknown[] {
  const byText = pairs.map((pair) => ({ pair, text: JSON.stringify(pair) }))
  return byText.sort((a, b) => Buffer.compare(Buffer.from(a.text), Buffer.from(b.text))).map(({ pair }) => pair)
}

/** Numbers in another writing are the same. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, inner) =>
    Array.isArray(inner) && inner[0] === 'map' ? ['map', sorted(inner[1])] : inner,
  )
}

async function expectSame(text: string): Promise<void> {
  const [theirs, mine] = [await psych(text), ours(text)]
  if ('refused' in mine && ('refused' in theirs || LISTED.test(mine.refused))) return
  expect({ text, read: plain(mine) }).toEqual({ text, read: plain(theirs) })
}

const digits = fc.stringMatching(/^[-+]?[0-9]{1,4}$/)
/** Words as people write them, and what looks like a number, a date or a truth. */
const word = fc.oneof(
  fc.constantFrom(
    'linux',
    'root',
    'appuser',
    '/',
    '/var/www',
    's/a.sh',
    'DISALLOW',
    '**',
    '*.js',
    'u:bob:rw',
    'd:u:bob:r-x',
    '~',
    'null',
    'Null',
    'yes',
    'No',
    'on',
    'OFF',
    'true',
    'y',
    'n',
    '0.0',
    '0',
    '0.00',
    '.0',
    '-0.0',
    '0e0',
    '1e3',
    '1.0e+3',
    '1.e+3',
    '+.inf',
    '-.INF',
    '.nan',
    '300',
    '1_000',
    '1,000',
    '0x10',
    '0X10',
    '0b101',
    '010',
    '0644',
    '0755',
    '0o644',
    '089',
    '300.0',
    '5m',
    '300s',
    '+5',
    '-5',
    '1:30',
    '1:30:00',
    '1:70',
    '12:30.5',
    '2024-01-31',
    '2024-02-30',
    '2024-1-1',
    '2024-01-01 10:00:00',
    '2024-01-01T10:00:00Z',
    ':symbol',
    ':"a b"',
    '1.2.3',
    '1__0',
    '1_',
    '_1',
    '0_7',
    '--',
    '-',
    '.',
    '..',
    '<<',
    '=',
    'a b',
    'häuser',
    "it's",
    '4294967296',
    '18446744073709551616',
  ),
  digits,
  fc.tuple(digits, fc.constantFrom('.', '_', ':', ',', 'e', '-', ' '), digits).map((parts) => parts.join('')),
)
const quoted = word.chain((text) =>
  fc.constantFrom(`"${text.replaceAll('"', '\\"')}"`, `'${text.replaceAll("'", "''")}'`),
)
const tagged = word.chain((text) => fc.constantFrom(`!!str ${text}`, `!Ref ${text}`))
/** What stands alone in flow style. */
const atom = fc.oneof(
  { weight: 6, arbitrary: word.filter((text) => !/[,{}[\]]|^[-.=:&*!?|>%@`"'#]|: |\s#/.test(text)) },
  { weight: 2, arbitrary: quoted },
  { weight: 1, arbitrary: tagged.filter((text) => !/[,]|!(?:Ref|!str) [-:.=*&"']/.test(text)) },
)
const key = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'version',
      'os',
      'hooks',
      'files',
      'source',
      'location',
      'timeout',
      'runas',
      'mode',
      'AfterInstall',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('on', '1', '"1"', '0x1', '~', '1.0', ':timeout') },
)

/** A value as lines that are indented by whoever takes them: `first` goes behind a key. */
type Block = { readonly first: string; readonly rest: readonly string[] }
const flow = (text: string): Block => ({ first: text, rest: [] })
const anchors = ['a', 'b', 'c']

const { block } = fc.letrec<{ block: Block; map: Block; list: Block }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'block' },
    { weight: 5, arbitrary: atom.map(flow) },
    { weight: 1, arbitrary: fc.constantFrom(...anchors).map((name) => flow(`*${name}`)) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(...anchors), atom).map(([name, text]) => flow(`&${name} ${text}`)),
    },
    { weight: 1, arbitrary: fc.array(atom, { maxLength: 3 }).map((items) => flow(`[${items.join(', ')}]`)) },
    { weight: 3, arbitrary: tie('map') },
    { weight: 2, arbitrary: tie('list') },
  ),
  map: fc
    .tuple(
      fc.option(fc.constantFrom(...anchors)),
      fc.array(
        fc.oneof(
          { weight: 6, arbitrary: fc.tuple(key, tie('block')) },
          {
            weight: 1,
            arbitrary: fc.tuple(
              fc.constantFrom('<<', '"<<"'),
              fc.constantFrom('*a', '*b', '[*a, *b]', '{timeout: 9}', '5').map(flow),
            ),
          },
        ),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([anchor, pairs]) => ({
      first: anchor === null ? '' : `&${anchor}`,
      rest: pairs.flatMap(([name, { first, rest }]) => [`${name}: ${first}`, ...rest.map((line) => `  ${line}`)]),
    })),
  list: fc.array(tie('block'), { minLength: 1, maxLength: 3 }).map((items) => ({
    first: '',
    rest: items.flatMap(({ first, rest }) =>
      first === '' && rest.length > 0
        ? [`- ${rest[0]}`, ...rest.slice(1).map((line) => `  ${line}`)]
        : [`- ${first}`, ...rest.map((line) => `  ${line}`)],
    ),
  })),
}))

const document = fc
  .tuple(
    fc.constantFrom('', '---\n', '# comment\n', '%YAML 1.1\n---\n'),
    fc.array(fc.tuple(fc.constantFrom('x', 'y', 'version', 'os', 'hooks', 'files'), block), {
      minLength: 1,
      maxLength: 5,
    }),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '---\nother: [\n', '...\n'),
  )
  .map(([head, pairs, lineEnd, tail]) => {
    const lines = pairs.flatMap(([name, { first, rest }]) => [`${name}: ${first}`, ...rest.map((line) => `  ${line}`)])
    return `${head}${lines.join('\n')}\n${tail}`.replaceAll('\n', lineEnd)
  })

test('the words of this test are read alike', async () => {
  await fc.assert(
    fc.asyncProperty(word, (text) => expectSame(`x: ${text}\n`)),
    { numRuns: RUNS },
  )
})

test('random documents with anchors, aliases, merges, repeated keys, tags and several parts are read alike', async () => {
  await fc.assert(fc.asyncProperty(document, expectSame), { numRuns: RUNS })
})

test('a byte order mark leaves Psych with the first pair, as our warning says; we read all', async () => {
  const text = '\uFEFFversion: 0.0\nos: linux\n'
  expect(await psych(text)).toEqual({
    loaded: [
      'map',
      [
        [
          ['text', 'version'],
          ['float', 0],
        ],
      ],
    ],
  })
  expect(ours(text)).toEqual(ours(text.slice(1)))
})

test('the agent of newer Rubies refuses aliases, as our warning says', () => {
  const read = (expression: string) =>
    execFileSync('ruby', ['-rpsych', '-e', `begin; ${expression}; rescue => e; print e.class; end`], {
      encoding: 'utf8',
    })
  expect(read('Psych.load("a: &a 1\\nb: *a\\n")')).toBe('Psych::BadAlias')
  expect(read('print Psych.unsafe_load("a: &a 1\\nb: *a\\n")')).toBe('{"a"=>1, "b"=>1}')
})
