import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAction } from '@penstock/core/testkit'
import { rake } from '../src/provider.js'

jest.setTimeout(300_000)

/**
 * The sample of AWS's course on CodePipeline with Jenkins, unmodified: its Rakefile is written for Haml 5. SAMPLE_REPO is where git
 * clones it from; GEM_SOURCE is a gem source that has haml 5, rubygems' own unless given.
 */
const { SAMPLE_REPO, GEM_SOURCE } = process.env
const only = SAMPLE_REPO === undefined ? test.skip : test

const root = mkdtempSync(join(tmpdir(), 'penstock-sample-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

only('the sample is built as it is, once Gems asks for haml 5', async () => {
  const Source = join(root, 'sample')
  execFileSync('git', ['clone', '--quiet', SAMPLE_REPO ?? '', Source])
  const build = (configuration: Record<string, string>) =>
    runAction(rake('Build'), { inputs: { Source }, outputs: ['Site'], configuration })
  const broken = await build({})
  expect(broken.failure?.message).toContain('set the action\'s property "Gems"')
  const { failure, outputs } = await build({
    Gems: '{"haml":"~> 5"}',
    ...(GEM_SOURCE === undefined ? {} : { GemSource: GEM_SOURCE }),
  })
  expect(failure).toBeUndefined()
  expect(readFileSync(join(outputs.Site ?? '', 'index.html'), 'utf8')).toContain('<html')
  expect(existsSync(join(outputs.Site ?? '', 'appspec.yml'))).toBe(true)
})
