import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type RunActionOptions, runAction } from '@penstock/core/testkit'
import { rake } from '../src/provider.js'

jest.setTimeout(60_000)

const root = mkdtempSync(join(tmpdir(), 'penstock-gems-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function put(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, folder, path)), { recursive: true })
    writeFileSync(join(root, folder, path), content)
  }
  return join(root, folder)
}

/** A gem of our own, with a dependency if need be. */
function buildGem(name: string, version: string, library: string, needs?: string): string {
  const dependency = needs === undefined ? '' : `s.add_dependency ${needs}`
  const folder = put(`sources/${name}`, {
    [`lib/${name}.rb`]: library,
    [`${name}.gemspec`]: `Gem::Specification.new do |s|
      s.name = '${name}'; s.version = '${version}'; s.summary = s.author = 'x'; s.files = ['lib/${name}.rb']; s.licenses = ['MIT']; s.homepage = 'http://x.test'
      ${dependency}
    end`,
  })
  const file = `${name}-${version}.gem`
  execFileSync('gem', ['build', '--silent', `${name}.gemspec`, '--output', join(root, 'index/gems', file)], {
    cwd: folder,
  })
  return file
}

/** As Haml 5 had it: the text is given to new, and rendered by render. */
const oldHaml = `require 'hamlparts'
module Haml
  VERSION = '5.9.9'
  class Engine
    def initialize(text) = @text = text
    def render = HamlParts.page(@text)
  end
end
`

let server: Server
let index: string
beforeAll(async () => {
  mkdirSync(join(root, 'index/gems'), { recursive: true })
  buildGem('hamlparts', '1.0.0', 'module HamlParts; def self.page(text) = "<p>old haml: #{text.strip}</p>"; end')
  buildGem('haml', '5.9.9', oldHaml, "'hamlparts', '>= 1'")
  execFileSync('gem', ['generate_index', '--silent', '--directory', join(root, 'index')])
  server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(root, 'index', decodeURIComponent(request.url ?? '/').split('?')[0] ?? '')))
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  index = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** As Rakefiles of Haml 5's time: the page is opened first, so that a failure leaves an empty one behind. */
const files = {
  Rakefile: `require 'haml'
task default: 'index.html'
file 'index.html' => 'index.haml' do |t|
  File.open(t.name, 'w') { |page| page.write(Haml::Engine.new(File.read(t.source)).render) }
end
`,
  'index.haml': '%p hello\n',
}

let count = 0
function run(options: RunActionOptions, more: Readonly<Record<string, string>> = {}) {
  const Source = put(`input-${count++}`, { ...files, ...more })
  return runAction(rake('Build'), {
    inputs: { Source },
    outputs: [{ name: 'Site', files: ['index.html'] }],
    ...options,
  })
}

test('a Rakefile of the time of Haml 5 fails with cause and remedy in one sentence', async () => {
  const { failure, outputs } = await run({})
  expect(failure?.type).toBe('JobFailed')
  expect(failure?.message).toMatch(
    /^"rake" failed with exit code 1: it uses Haml::Engine\.new\(TEXT\)\.render, which Haml 6 does not have any more, and this machine has haml 6[\d.]+: set the action's property "Gems": "\{\\"haml\\":\\"~> 5\\"\}", or call Haml::Template\.new \{ TEXT \}\.render$/,
  )
  expect(outputs).toEqual({})
})

test('with Gems it runs as it is, with gems from a source, each build with its own', async () => {
  const { failure, outputs, log } = await run({ configuration: { Gems: '{"haml":"~> 5"}', GemSource: index } })
  expect(failure).toBeUndefined()
  expect(readFileSync(join(outputs.Site ?? '', 'index.html'), 'utf8')).toBe('<p>old haml: %p hello</p>')
  expect(log).toContain('Successfully installed haml-5.9.9')
})

test('or from a folder of .gem files in the input', async () => {
  const Source = put('vendored', files)
  cpSync(join(root, 'index/gems'), join(Source, 'vendor/cache'), { recursive: true })
  const configuration = { Gems: '{"haml":">= 5, < 6"}', GemSource: 'vendor/cache' }
  const { failure, outputs } = await runAction(rake('Build'), { inputs: { Source }, outputs: ['Site'], configuration })
  expect(failure).toBeUndefined()
  expect(readdirSync(outputs.Site ?? '')).toContain('index.html')
})

test('a gem that cannot be had is named, with where it was looked for', async () => {
  const { failure } = await run({ configuration: { Gems: '{"haml":"~> 4"}', GemSource: index } })
  expect(failure?.message).toMatch(
    /^Gems: haml ~> 4 could not be installed from http:\/\/127\.0\.0\.1:\d+ \(the log has gem's words\)/,
  )
})

test("a failure that is the build's own says nothing of gems", async () => {
  const { failure } = await run({}, { Rakefile: "task(:default) { sh 'exit 3' }" })
  expect(failure?.message).toBe('"rake" failed with exit code 1')
})

test.each([
  [{ Gems: 'haml' }, 'Gems is not JSON'],
  [{ Gems: '["haml"]' }, 'Gems must be a JSON object'],
  [{ Gems: '{"ha ml":"1"}' }, 'Gems has a gem named "ha ml"'],
  [{ Gems: '{"haml":"; exit"}' }, 'Gems: haml is "; exit": a requirement is right'],
  [{ Gems: '{"haml":5}' }, 'Gems: haml is 5: a requirement is right'],
  [{ Gems: '{"haml":"5"}', Bundler: 'always' }, 'Gems is set and Bundler is always'],
  [{ GemSource: 'vendor' }, 'GemSource is set: it belongs to Gems'],
  [{ Gems: '{"haml":"5"}', GemSource: '../..' }, 'GemSource is "../..": a folder of the input artifact'],
])('%j is a ConfigurationError', async (configuration, message) => {
  const { failure } = await run({ configuration })
  expect(failure).toMatchObject({ type: 'ConfigurationError', message: expect.stringContaining(message) })
})
