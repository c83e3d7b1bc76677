import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type RunActionOptions, runAction } from '@penstock/core/testkit'
import { rake } from '../src/provider.js'

jest.setTimeout(60_000)

const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

function tree(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-rake-'))
  made.push(folder)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

function run(files: Readonly<Record<string, string>>, options: RunActionOptions = {}) {
  return runAction(rake('Build'), { inputs: { Source: tree(files) }, ...options })
}

const template = '!!!\n%html\n  %head\n    %title Hello\n  %body\n    %p= "made with haml"\n'
/** What a site's Rakefile of today does: renders before it opens the page. */
const rakefile = `require 'haml'
SRC = FileList['src/*.html.haml']
task default: :compile
task compile: SRC.pathmap('%{^src/,}X')
rule '.html' => ->(page) { "src/#{page}.haml" } do |t|
  page = Haml::Template.new { File.read(t.source) }.render
  File.write(t.name, page)
end
desc 'greets'
task(:greet, [:name, :mark]) { |_, args| puts "hello #{args.name}#{args.mark} from #{ENV['STAGE']} in #{Dir.pwd}" }
task(:fail) { sh 'echo half >index.html; exit 3' }
task(:needs => :nowhere)
task(:slow) { sleep 60 }
`
const site = {
  Rakefile: rakefile,
  'src/index.html.haml': template,
  'appspec.yml': 'version: 0.0\n',
  'scripts/start': '#!/bin/sh\n',
}

test('the default task compiles the page with the real haml, and the whole tree comes out', async () => {
  const result = await run(site, { outputs: ['Site'] })
  expect(result).toMatchObject({ outcome: 'succeeded', result: { summary: 'rake' } })
  const folder = result.outputs.Site ?? ''
  expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain('<p>made with haml</p>')
  expect(readdirSync(folder).sort()).toEqual(['Rakefile', 'appspec.yml', 'index.html', 'scripts', 'src'])
})

test('OutputFiles selects; the declaration of an output has the last word', async () => {
  const result = await run(site, {
    configuration: { OutputFiles: 'index.html, appspec.yml\nscripts/{start,stop}' },
    outputs: ['Site', { name: 'Page', files: ['index.html'] }],
  })
  expect(readdirSync(result.outputs.Site ?? '').sort()).toEqual(['appspec.yml', 'index.html', 'scripts'])
  expect(readdirSync(result.outputs.Page ?? '')).toEqual(['index.html'])
})

test('a task with arguments, an environment and a working directory', async () => {
  const files = { 'site/Rakefile': rakefile, 'site/src/x': '' }
  const result = await run(files, {
    configuration: { Task: "compile greet[world, '!']", WorkingDirectory: 'site', Environment: '{"STAGE": "beta"}' },
  })
  expect(result.outcome).toBe('succeeded')
  expect(result.log).toMatch(/^hello world! from beta in .*\/site$/m)
})

test('a task that fails fails the action, and what it left half-written does not come out', async () => {
  const result = await run(site, { configuration: { Task: 'fail' }, outputs: ['Site'] })
  expect(result).toMatchObject({
    outcome: 'failed',
    failure: { type: 'JobFailed', message: '"rake fail" failed with exit code 1' },
  })
  expect(result.outputs).toEqual({})
})

test("a Rakefile of haml's old days fails as it should, 0-byte page and all", async () => {
  const old = `require 'haml'
task :default do
  File.open('index.html', 'w') { |f| f.write Haml::Engine.new(File.read('src/index.html.haml')).render }
end
`
  const result = await run({ ...site, Rakefile: old }, { outputs: ['Site'] })
  expect(result).toMatchObject({ outcome: 'failed', failure: { type: 'JobFailed' } })
  expect(result.log).toContain('NoMethodError')
  expect(result.outputs).toEqual({})
})

test.each([
  {
    it: 'no Rakefile',
    files: { 'a.txt': '' },
    options: {},
    message: 'the input artifact has no Rakefile (it has a.txt): add one',
  },
  {
    it: 'no such task',
    files: site,
    options: { configuration: { Task: 'deploi' } },
    message: "Don't know how to build task 'deploi'",
  },
  {
    it: 'no such prerequisite',
    files: site,
    options: { configuration: { Task: 'needs' } },
    message: "build task 'nowhere'",
  },
  {
    it: 'no rake',
    files: site,
    options: { environmentVariables: [{ name: 'PATH', value: '/nowhere' }] },
    message: 'rake is not on the PATH of the worker: install it',
  },
  {
    it: 'folder',
    files: site,
    options: { configuration: { WorkingDirectory: '..' } },
    message: 'WorkingDirectory is ".."',
  },
  {
    it: 'no folder',
    files: site,
    options: { configuration: { WorkingDirectory: 'x' } },
    message: 'WorkingDirectory is "x"',
  },
  {
    it: 'environment',
    files: site,
    options: { configuration: { Environment: '[]' } },
    message: 'Environment must be a JSON object',
  },
  {
    it: 'variable',
    files: site,
    options: { configuration: { Environment: '{"1": "x"}' } },
    message: 'a variable named "1"',
  },
  {
    it: 'task',
    files: site,
    options: { configuration: { Task: 'greet[x' } },
    message: 'Task is "greet[x": a quote or bracket is not closed',
  },
  { it: 'time', files: site, options: { configuration: { Timeout: '-1' } }, message: 'Timeout is -1' },
  {
    it: 'bundler',
    files: site,
    options: { configuration: { Bundler: 'always' } },
    message: 'Bundler is always, but there is no Gemfile',
  },
])('a ConfigurationError with the remedy: $it', async ({ files, options, message }) => {
  const { failure } = await run(files as Record<string, string>, options as RunActionOptions)
  expect(failure).toMatchObject({ type: 'ConfigurationError', message: expect.stringContaining(message) })
})

test('it is ended when its time is over', async () => {
  const result = await run(site, { configuration: { Task: 'slow', Timeout: '0.02' } })
  expect(result.failure).toMatchObject({
    type: 'JobFailed',
    message: expect.stringContaining('took longer than 1.2 s'),
  })
})

test('a link that leads out of the artifact is no working directory', async () => {
  const folder = tree(site)
  symlinkSync('/', join(folder, 'out'))
  const result = await runAction(rake('Test'), {
    configuration: { WorkingDirectory: 'out' },
    inputs: { Source: folder },
  })
  expect(result.failure?.message).toContain('WorkingDirectory is "out"')
})

describe('Bundler', () => {
  const gemfile = {
    Gemfile: "gem 'rake'\n",
    Rakefile: 'task(:default) { puts "bundled: #{defined?(Bundler) ? :yes : :no}" }\n',
  }
  const locked = () => {
    const folder = tree(gemfile)
    execFileSync('bundle', ['install', '--local'], { cwd: folder, stdio: 'pipe' })
    return folder
  }

  test('auto uses a lock file whose gems are installed', async () => {
    const result = await runAction(rake('Build'), { inputs: { Source: locked() } })
    expect(result).toMatchObject({ outcome: 'succeeded', result: { summary: 'bundle exec rake' } })
    expect(result.log).toContain('bundled: yes')
  })

  test('never does not', async () => {
    const result = await runAction(rake('Build'), { configuration: { Bundler: 'never' }, inputs: { Source: locked() } })
    expect(result.log).toContain('bundled: no')
  })

  test('auto goes on without one that is not usable, and says why', async () => {
    const none = await run(gemfile)
    expect(none.log).toContain('rake runs without Bundler: there is no Gemfile.lock')
    expect(none.log).toContain('bundled: no')
    const lock = `GEM\n  remote: https://rubygems.org/\n  specs:\n    no-such-gem (9.9.9)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  no-such-gem\n`
    const files = { ...gemfile, Gemfile: "gem 'no-such-gem'\n", 'Gemfile.lock': lock }
    const missing = await run(files)
    expect(missing.log).toContain('the gems of Gemfile.lock are not installed')
    expect(missing.log).toContain('bundled: no')
    const always = await run(files, { configuration: { Bundler: 'always' } })
    expect(always.failure).toMatchObject({
      type: 'ConfigurationError',
      message: expect.stringContaining('run bundle install'),
    })
  })
})
