/** The test of a new plugin: the contract suite, and one pipeline on a whole server. */
import { kindText } from './kinds.js'
import { camel, type PluginSpec, type PropertySpec } from './spec.js'

/** `test/NAME.test.ts`. */
export function testText(spec: PluginSpec): string {
  const { category, kind } = spec
  if (kind !== 'provider') return kindText(kind, spec).test
  if (category === 'Source') return sourceTest(spec)
  return category === 'Rule' ? ruleTest(spec) : actionTest(spec)
}

function configuration({ properties }: PluginSpec, own: Readonly<Record<string, string>> = {}): string {
  const entries = properties.map((property) => `${property.name}: ${own[property.name] ?? example(property)}`)
  return `{ ${entries.join(', ')} }`
}

/** As a pipeline holds it: a string. */
export function exampleOf({ name, type, secret }: PropertySpec): string {
  if (type === 'number') return '1'
  if (type === 'boolean') return 'true'
  if (name === 'Folder') return '/srv/site'
  if (name === 'File') return 'index.html'
  return secret ? `not-a-real-${name.toLowerCase()}` : 'World'
}

const example = (property: PropertySpec) => `'${exampleOf(property)}'`

function actionTest(spec: PluginSpec): string {
  const { name, provider } = spec
  return `import assert from 'node:assert/strict'
import { runPipelineWith, test, testActionProvider } from '@penstock/core/testkit'
import { ${camel(name)} } from '../src/index.js'

const configuration = ${configuration(spec)}

testActionProvider('${provider}', () => ${camel(name)}, {
  configuration,
  inputs: { Source: { 'a.txt': 'a' } },
  outputs: ['Out'],
})

test('it runs in a pipeline', async () => {
  const run = await runPipelineWith(${camel(name)}, { configuration })
  assert.equal(run.status, 'Succeeded', run.log)
})
`
}

function sourceTest(spec: PluginSpec): string {
  const { name, provider } = spec
  return `import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runPipelineWith, test, testSourceProvider } from '@penstock/core/testkit'
import { ${camel(name)} } from '../src/index.js'

const folder = mkdtempSync(join(tmpdir(), '${name}-'))
let changes = 0
const change = () => writeFileSync(join(folder, \`\${++changes}.txt\`), 'a change')
change()

const configuration = ${configuration(spec, { Folder: 'folder' })}

testSourceProvider('${provider}', () => ${camel(name)}, {
  configuration,
  outputs: ['Code'],
  change,
  missing: { configuration: { Folder: '/no/such/folder' } },
})

test('it runs in a pipeline', async () => {
  const run = await runPipelineWith(${camel(name)}, { configuration })
  assert.equal(run.status, 'Succeeded', run.log)
})
`
}

function ruleTest(spec: PluginSpec): string {
  const { name, provider } = spec
  return `import assert from 'node:assert/strict'
import { runPipelineWith, test, testRuleProvider } from '@penstock/core/testkit'
import { ${camel(name)} } from '../src/index.js'

const configuration = ${configuration(spec)}

testRuleProvider('${provider}', () => ${camel(name)}, {
  configuration,
  inputs: { Site: { 'index.html': 'hello' } },
  fails: { configuration: { File: 'nothing.html' } },
})

test('it judges a stage of a pipeline', async () => {
  const action = { inputArtifacts: [{ name: 'Code' }] }
  const run = await runPipelineWith(${camel(name)}, { configuration, action, files: { 'index.html': 'hello' } })
  assert.equal(run.status, 'Succeeded')
})
`
}
