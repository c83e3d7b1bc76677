/** Plugins that are a YAML file: what is wrong with one, and what the commands of a right one get and give. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../src/domain/clock.js'
import type { SourceProvider } from '../../../src/host/source-provider.js'
import { loadYamlPlugin } from '../../../src/host/yaml-plugin/index.js'
import { type RunActionOptions, runAction } from '../../../src/testkit/run-action.js'
import { removeFolders, temporaryFolder, world } from '../world.js'

jest.setTimeout(60_000)
afterEach(removeFolders)

/** The provider of a file with one action. */
async function provided(yaml: string, category: 'Build' | 'Deploy' | 'Source' | 'Test' | 'Invoke' = 'Build') {
  const w = await world({ './one.plugin.yaml': null }, { files: { 'one.plugin.yaml': yaml } })
  await w.host.register()
  expect(w.problems('one')).toBe('')
  const found = w.registry.action({ category, owner: 'Custom', provider: 'One', version: '1' })
  if (!found) throw new Error('nothing is provided')
  return found.provider
}

async function run(yaml: string, options: RunActionOptions = {}, category?: Parameters<typeof provided>[1]) {
  const done = await runAction(await provided(yaml, category), options)
  kept.push(done.remove)
  return done
}

const kept: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const remove of kept.splice(0)) await remove()
})

describe('what is wrong is told with its line, its value and what would be right', () => {
  const head = 'actions:\n  - category: Build\n    provider: One\n'
  test.each([
    {
      it: 'an unknown key',
      yaml: `${head}    run: 'true'\n    inputArtefacts: 1\n`,
      says: /:5:5: actions\[0\]\.inputArtefacts unknown key; did you mean 'inputArtifacts'\?/,
    },
    {
      it: 'an unknown key of a property',
      yaml: `${head}    run: 'true'\n    configuration:\n      Host: { descripton: where }\n`,
      says: /:6:15: .*descripton unknown key; did you mean 'description'\?/,
    },
    { it: 'no command', yaml: head, says: /:2:5: actions\[0\]\.run is missing: the shell script that does the work/ },
    {
      it: 'an unknown category',
      yaml: `${head.replace('Build', 'Bulid')}    run: 'true'\n`,
      says: /:2:5: actions\[0\]\.category is "Bulid", but must be one of "Source", "Build"/,
    },
    {
      it: 'too many artifacts',
      yaml: `${head}    run: 'true'\n    outputArtifacts: 7\n`,
      says: /:5:5: actions\[0\]\.outputArtifacts is 7/,
    },
    {
      it: 'a variable that no shell can have',
      yaml: `${head}    run: 'true'\n    configuration:\n      Host: { description: where, env: my-host }\n`,
      says: /env is "my-host", but must match .* \(a name for an environment variable\)/,
    },
    {
      it: 'a source without a poll',
      yaml: `${head.replace('Build', 'Source')}    outputArtifacts: 1\n    run: 'true'\n`,
      says: /:2:5: actions\[0\]\.category is Source, which needs poll/,
    },
    {
      it: 'a poll of a build',
      yaml: `${head}    run: 'true'\n    poll: echo 1\n`,
      says: /:5:5: actions\[0\]\.poll is for category Source, and this one is Build/,
    },
    {
      it: 'more outputs than artifacts',
      yaml: `${head}    run: 'true'\n    outputs: [{ folder: a }]\n`,
      says: /:5:5: actions\[0\]\.outputs has 1 entries, but outputArtifacts allows 0/,
    },
    {
      it: 'a pattern that is none',
      yaml: `${head}    run: 'true'\n    configuration:\n      A:\n        description: a\n        pattern: '['\n`,
      says: /:8:9: .*pattern is "\[", which is no regular expression/,
    },
    { it: 'no YAML', yaml: 'actions: [', says: /one\.plugin\.yaml:1:/ },
    { it: 'nothing', yaml: '', says: /actions is missing/ },
  ])('$it', async ({ yaml, says }) => {
    const w = await world({ './one.plugin.yaml': null }, { files: { 'one.plugin.yaml': yaml } })
    await w.host.register()
    expect(w.state('one')).toBe('failed')
    expect(w.problems('one')).toMatch(says)
  })
})

test('a command gets its configuration, inputs and folders, and gives artifacts, variables and a summary', async () => {
  const yaml = `
actions:
  - category: Build
    provider: One
    description: Renders a page
    inputArtifacts: [0, 2]
    outputArtifacts: [0, 2]
    configuration:
      Title: { description: what it is called, required: true, env: TITLE }
      Copies: { description: how many, type: number, default: 2 }
      Token: { description: lets one in, secret: true }
    environment: { FIXED: always }
    outputs:
      - { folder: site, files: ['*.html'] }
    run: |
      mkdir -p site
      echo "$TITLE $PENSTOCK_CONFIG_Title $PENSTOCK_CONFIG_Copies $FIXED" > site/index.html
      echo no > site/no.txt
      echo "token $PENSTOCK_CONFIG_Token"
      cp "$PENSTOCK_INPUT_Other/b.txt" "$PENSTOCK_OUT_Second/b.txt"
      [ "$PENSTOCK_INPUT" = "$PWD" ] && [ "$PENSTOCK_OUT_Site" = "$PENSTOCK_OUT" ]
      { echo "Count=3=three"; echo "::summary=3 pages"; echo "::url=https://example.com/3"; printf 'Long<<E\\n1\\n2\\nE\\n'; } >> "$PENSTOCK_OUTPUT"
`
  const [code, other] = [temporaryFolder(), temporaryFolder()]
  writeFileSync(join(code, 'a.txt'), 'a')
  writeFileSync(join(other, 'b.txt'), 'b')
  const done = await run(yaml, {
    configuration: { Title: 'Hello', Token: 'hunter2-hunter2' },
    inputs: { Code: code, Other: other },
    outputs: ['Site', 'Second'],
  })
  expect(done).toMatchObject({
    outcome: 'succeeded',
    result: {
      summary: '3 pages',
      externalExecutionUrl: 'https://example.com/3',
      outputVariables: { Count: '3=three', Long: '1\n2' },
    },
  })
  expect(readFileSync(join(done.outputs.Site ?? '', 'index.html'), 'utf8')).toBe('Hello Hello 2 always\n')
  expect(existsSync(join(done.outputs.Site ?? '', 'no.txt'))).toBe(false)
  expect(readFileSync(join(done.outputs.Second ?? '', 'b.txt'), 'utf8')).toBe('b')
  expect(done.log).toContain('token ****')
  expect(done.log).not.toContain('hunter2')
})

test.each(['Deploy', 'Test', 'Invoke'] as const)(
  'it runs in category %s, and stops at the first command that fails',
  async (category) => {
    const yaml = `actions: [{ category: ${category}, provider: One, run: "echo here; false; echo there" }]`
    const done = await run(yaml, {}, category)
    expect(done.failure).toEqual({
      type: 'JobFailed',
      message: '"echo here; false; echo there" failed with exit code 1',
    })
    expect(done.log).toContain('\nhere\n')
    expect(done.log).not.toContain('\nthere\n')
  },
)

test.each([
  { it: 'no equals sign', line: 'Count 3', says: 'line 1 of PENSTOCK_OUTPUT is "Count 3": KEY=value is right' },
  { it: 'an open end', line: 'A<<E', says: 'begins A<<E, and no line "E" ends it' },
  { it: 'an unknown word', line: '::colour=red', says: '::summary, ::url and ::id are known' },
])('output variables that cannot be read are the failure: $it', async ({ line, says }) => {
  const done = await run(`actions: [{ category: Build, provider: One, run: 'echo "${line}" >> "$PENSTOCK_OUTPUT"' }]`)
  expect(done.failure?.message).toContain(says)
})

describe('a source', () => {
  const folder = () => temporaryFolder()
  const yaml = `
actions:
  - category: Source
    provider: One
    outputArtifacts: 1
    configuration:
      Folder: { description: where it is, required: true, env: FOLDER }
    poll: |
      test -e "$FOLDER/head" || exit 0
      cat "$FOLDER/head"; echo "what changed"
    run: |
      cp "$FOLDER/$PENSTOCK_REVISION" "$PENSTOCK_OUT/file"
`
  const context = (signal = new AbortController().signal) => ({
    signal,
    clock: systemClock,
    http: {} as never,
    exec: undefined as never,
    log: () => {},
  })

  test('is polled with its script: the first line is the revision, the second what is said of it', async () => {
    const Folder = folder()
    const source = (await provided(yaml, 'Source')) as SourceProvider
    expect(await source.latestRevision({ Folder } as never, context())).toBeUndefined()
    writeFileSync(join(Folder, 'head'), 'r7\n')
    expect(await source.latestRevision({ Folder } as never, context())).toEqual({
      revisionId: 'r7',
      revisionSummary: 'what changed',
    })
  })

  test('fetches the pinned revision, and the newest when none is pinned', async () => {
    const Folder = folder()
    for (const [name, text] of Object.entries({ r1: 'one', r2: 'two', head: 'r2\n' }))
      writeFileSync(join(Folder, name), text)
    const pinned = await run(
      yaml,
      { configuration: { Folder }, outputs: ['Code'], revision: { revisionId: 'r1' } },
      'Source',
    )
    expect(pinned.result?.revision).toEqual({ revisionId: 'r1' })
    expect(readFileSync(join(pinned.outputs.Code ?? '', 'file'), 'utf8')).toBe('one')
    const newest = await run(yaml, { configuration: { Folder }, outputs: ['Code'] }, 'Source')
    expect(newest.result?.revision).toEqual({ revisionId: 'r2', revisionSummary: 'what changed' })
    expect(readFileSync(join(newest.outputs.Code ?? '', 'file'), 'utf8')).toBe('two')
  })

  test('a poll that fails says why, and one that is aborted leaves no process', async () => {
    const broken = (await provided(
      yaml.replace('test -e', 'echo cannot >&2; exit 3; test -e'),
      'Source',
    )) as SourceProvider
    await expect(broken.latestRevision({ Folder: 'x' } as never, context())).rejects.toThrow(
      'poll ended with exit code 3: cannot',
    )
    const Folder = folder()
    const slow = (await provided(
      yaml.replace('test -e', () => 'echo $$ > "$FOLDER/pid"; sleep 60; test -e'),
      'Source',
    )) as SourceProvider
    const abort = new AbortController()
    const polled = slow.latestRevision({ Folder } as never, context(abort.signal))
    while (!existsSync(join(Folder, 'pid')) || readFileSync(join(Folder, 'pid'), 'utf8') === '')
      await new Promise((done) => setTimeout(done, 10))
    abort.abort(new Error('enough'))
    await expect(polled).rejects.toThrow('enough')
    const pid = Number(readFileSync(join(Folder, 'pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})

test('a folder with one such file is a plugin, and a changed file is reloaded', async () => {
  const action = (says: string) =>
    `name: shop\nactions: [{ category: Build, provider: One, description: ${says}, run: 'true' }]`
  const w = await world({ './shop': null }, { files: { 'shop/plugin.yaml': action('first') }, isolation: 'process' })
  await w.host.register()
  await w.host.start()
  expect(w.host.list()).toMatchObject([
    { name: 'shop', state: 'started', isolation: 'none', provides: ['action Build/Custom/One/1'] },
  ])
  writeFileSync(join(w.folder, 'shop/plugin.yaml'), action('second'))
  await w.host.reload('shop')
  expect(w.registry.actionTypes()).toMatchObject([{ description: 'second' }])
  await w.host.stop()
})

test("the file's own name is the plugin's unless it says one", () => {
  const folder = temporaryFolder()
  const path = join(folder, 'my-deploy.plugin.yaml')
  writeFileSync(path, "actions: [{ category: Build, provider: One, run: 'true' }]")
  expect(loadYamlPlugin(path).name).toBe('my-deploy')
})
