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

test('every whole pipeline can be saved', async () => {
  const folder = temporaryFolder()
  const files = blocks('yaml')
    .filter(({ block }) => /^pipeline:\n/m.test(block) && /^ {2}stages:/m.test(block))
    .map(({ topic, block }, at) => {
      const file = `${topic.replaceAll('/', '-')}-${at}.yaml`
      writeFileSync(join(folder, file), block)
      return file
    })
  expect(files.length).toBeGreaterThan(2)
  const validated = await penstock(['validate', ...files, '--data', 'data'], { cwd: folder })
  expect(validated).toMatchObject({ status: 0 })
})

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
