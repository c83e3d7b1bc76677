/** What `penstock init` takes from a working copy, from options, and from a person. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePipelineText } from '../../../src/app/pipeline-text.js'
import { answersOf, type InitOptions } from '../../../src/cli/init/answers.js'
import { openFolder } from '../../../src/cli/init/folder.js'
import { pipelineYaml } from '../../../src/cli/init/pipeline-yaml.js'

let folder: string
const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-init-'))
  git('init', '-q', '-b', 'trunk')
  writeFileSync(join(folder, 'Rakefile'), 'task default: []')
  writeFileSync(join(folder, 'Makefile'), 'all:\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

const answers = (options: InitOptions, remote = 'https://github.com/acme/site.git', said?: Record<string, string>) => {
  git('config', 'remote.origin.url', remote)
  const ask = said && (async (question: string, preset: string) => said[question.split('\n')[0] ?? ''] ?? preset)
  return answersOf(openFolder(folder), options, ask)
}
const written = async (...given: Parameters<typeof answers>) => {
  const text = pipelineYaml(await answers(...given), 'pipeline.yaml')
  return { text, pipeline: parsePipelineText(text, 'pipeline.yaml').pipeline }
}

test('what the working copy tells needs no option', async () => {
  const { pipeline } = await written({})
  expect(pipeline).toMatchObject({
    name: 'site',
    stages: [
      {
        actions: [
          { actionTypeId: { provider: 'GitHub' }, configuration: { Owner: 'acme', Repo: 'site', Branch: 'trunk' } },
        ],
      },
      { name: 'Build', actions: [{ actionTypeId: { provider: 'Rake' }, inputArtifacts: [{ name: 'Source' }] }] },
    ],
  })
  expect(pipeline.stages[1]?.actions[0]).not.toHaveProperty('outputArtifacts')
})

test.each([
  { remote: 'https://ann:s3cret@git.example.com/acme/site.git', url: 'https://git.example.com/acme/site.git' },
  { remote: 'git@git.example.com:acme/site.git', url: 'git@git.example.com:acme/site.git' },
  { remote: 'https://s3cret@github.com/acme/site', url: undefined },
])('the address of $remote is written without what is secret in it', async ({ remote, url }) => {
  const { text, pipeline } = await written({}, remote)
  expect(text).not.toContain('s3cret')
  expect(pipeline.stages[0]?.actions[0]?.configuration?.Url).toBe(url)
})

test('a person says what is meant, and an empty answer means what was seen', async () => {
  const said = { 'Name of the pipeline': 'shop', 'It can be built in several ways:': 'make' }
  const { pipeline } = await written({}, undefined, said)
  expect(pipeline).toMatchObject({ name: 'shop', stages: [{}, { actions: [{ configuration: { Command: 'make' } }] }] })
})

test.each([
  { options: { build: 'nonesuch' }, says: /--build is 'nonesuch', but must be one of rake, make, none/ },
  { options: { build: 'none' }, says: /give --command 'make all'/ },
  { options: { name: 'a b' }, says: /--name is 'a b'/ },
  { options: { url: '/srv/git/site' }, says: /--url: the repository is a folder of the server: .*localRepositories/ },
  { options: { hosts: 'root@web' }, says: /there is no appspec\.yml/ },
  { options: { approval: true }, says: /give --hosts/ },
  { options: {}, remote: '/srv/git/site', says: /remote cannot be used.*give --url/ },
])('%o is refused in words', async ({ options, remote, says }) => {
  await expect(answers(options, remote)).rejects.toThrow(says)
})
