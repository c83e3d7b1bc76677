/** The guides and the READMEs are true: their pipelines can be saved, their commands and options are there. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { guides } from '@penstock/core/guide'
import { createProgram } from '../../core/src/cli/main.js'
import { cleanUp, penstock, temporaryFolder } from './world.js'

jest.setTimeout(60_000)
afterEach(cleanUp)

const repository = resolve(__dirname, '../..')
const readmes = ['README.md', ...readdirSync(join(repository, 'plugins')).map((name) => `plugins/${name}/README.md`)]
  .filter((file) => file !== 'plugins/README.md/README.md')
  .map((file) => ({ topic: file, text: readIfThere(file) }))
const all = [...guides(), ...readmes]

function readIfThere(file: string): string {
  try {
    return readFileSync(join(repository, file), 'utf8')
  } catch {
    return ''
  }
}

const blocks = (language: string) =>
  all.flatMap(({ topic, text }) =>
    [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
      .filter(([, name]) => name === language)
      .map(([, , block = '']) => ({ topic, block })),
  )

test('every pipeline, and every action in one, can be saved', async () => {
  const folder = temporaryFolder()
  const files = blocks('yaml')
    .filter(({ block }) => /^pipeline:\n/m.test(block) && /^ {2}stages:/m.test(block))
    .map(({ topic, block }, at) => {
      const file = `${topic.replaceAll('/', '-')}-${at}.yaml`
      writeFileSync(join(folder, file), block)
      return file
    })
  expect(files.length).toBeGreaterThan(2)
  const written = blocks('json').flatMap(({ topic, block }, at) => {
    const pipeline = pipelineOf(JSON.parse(block.startsWith('"') ? `{${block}}` : block))
    if (pipeline === undefined) return []
    const file = `${topic.replaceAll('/', '-')}-${at}.json`
    writeFileSync(join(folder, file), JSON.stringify({ pipeline }))
    return file
  })
  expect(written.length).toBeGreaterThan(10)
  files.push(...written)
  const validated = await penstock(['validate', ...files, '--data', 'data'], { cwd: folder })
  expect(validated.out.split('\n').filter((line) => line !== '' && !line.endsWith(': valid'))).toEqual([])
  expect(validated).toMatchObject({ status: 0 })
})

interface Shown {
  readonly name?: string
  readonly actionTypeId?: { readonly category: string }
  readonly actions?: readonly Shown[]
  readonly inputArtifacts?: readonly { readonly name: string }[]
  readonly outputArtifacts?: readonly { readonly name: string }[]
  readonly beforeEntry?: object
  readonly pipeline?: object
  readonly stages?: object
}

const git = { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' }
const approval = { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' }
const ask = { name: 'Ask', actionTypeId: approval }

/** A whole pipeline as it is; stages, actions or members of a stage with what they need around them; `undefined` for other JSON. */
function pipelineOf(shown: Shown | readonly Shown[]): object | undefined {
  if (!Array.isArray(shown)) return ofOne(shown as Shown)
  const isOfActions = shown.every(({ actionTypeId }) => actionTypeId !== undefined)
  return isOfActions ? around([{ name: 'Second', actions: shown }]) : around(shown)
}

function ofOne(shown: Shown): object | undefined {
  if (shown.stages !== undefined) return shown
  if (shown.pipeline !== undefined) return shown.pipeline
  if (shown.actionTypeId !== undefined) return around([{ name: 'Second', actions: [shown] }])
  if (shown.beforeEntry !== undefined) return around([{ name: 'Second', actions: [ask], ...shown }])
  return shown.actions === undefined ? undefined : around([shown])
}

/** What the stages take and do not make comes from a first stage; one of sources gets a second. */
function around(stages: readonly Shown[]): object {
  const wrapped = { name: 'shown', pipelineType: 'V2' }
  const actions = stages.flatMap((stage) => stage.actions ?? [])
  if (actions.some(({ actionTypeId }) => actionTypeId?.category === 'Source'))
    return { ...wrapped, stages: [...stages, { name: 'Last', actions: [ask] }] }
  const made = new Set(actions.flatMap(({ outputArtifacts = [] }) => outputArtifacts.map(({ name }) => name)))
  const taken = new Set(actions.flatMap(({ inputArtifacts = [] }) => inputArtifacts.map(({ name }) => name)))
  const inputs = [...taken].filter((name) => !made.has(name))
  const sources = (inputs.length === 0 ? ['Unused'] : inputs).map((input, at) => ({
    name: `From${at}`,
    // As CodePipeline's own wizard names it.
    namespace: `SourceVariables${at === 0 ? '' : at}`,
    actionTypeId: git,
    configuration: { Url: 'https://git.example.com/acme/site.git' },
    outputArtifacts: [{ name: input }],
  }))
  return { ...wrapped, stages: [{ name: 'First', actions: sources }, ...stages] }
}

test('every command is there, with its options', () => {
  const unknown: string[] = []
  for (const { topic, block } of blocks('sh')) {
    for (const line of block.split('\n')) {
      const [, words = ''] = /^(?:sudo )?penstock ([^#|<>]*)/.exec(line.replaceAll(/'[^']*'|"[^"]*"/g, 'X')) ?? []
      if (words.trim() !== '')
        unknown.push(...problemsOf(words.trim().split(/\s+/)).map((said) => `${topic}: ${said}: ${line}`))
    }
  }
  expect(unknown).toEqual([])
})

function problemsOf(words: readonly string[]): string[] {
  let command = createProgram()
  let rest = [...words]
  for (let next = find(command, rest[0]); next; next = find(command, rest[0])) {
    command = next
    rest = rest.slice(1)
  }
  if (command.parent === null) return words[0]?.startsWith('-') ? [] : [`no command '${words[0]}'`]
  const known = command.options.flatMap(({ long, short }) => [long, short])
  return rest
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.split('=')[0])
    .filter((option) => !known.includes(option) && option !== '--help')
    .map((option) => `no option ${option}`)
}

function find(command: ReturnType<typeof createProgram>, word: string | undefined) {
  return command.commands.find((one) => word !== undefined && (one.name() === word || one.aliases().includes(word)))
}
