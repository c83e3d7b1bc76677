/** New plugins that are no provider of an action type: what they register, in source, with their test. */
import type { PluginKind, PluginSpec } from './spec.js'

/** What is written for a kind. */
export interface KindText {
  readonly source: string
  readonly test: string
  /** For the manifest. */
  readonly provides: readonly string[]
  /** The manifest's permissions, where it asks for any. */
  readonly permissions?: object
  /** How penstock.yaml names it, for the README. */
  readonly section: string
}

/** The texts of a plugin of this kind. */
export function kindText(kind: Exclude<PluginKind, 'provider'>, { name, description }: PluginSpec): KindText {
  return { notifier, hook, service, panel, 'secret-store': secretStore }[kind](name, description)
}

const head = (description: string) => `/** ${description}. */`

function notifier(name: string, description: string): KindText {
  const source = `import { definePlugin, type Notifier } from '@penstock/core'

${head(description)}
export function create(url: string): Notifier {
  return {
    name: '${name}',
    async notify({ kind, subject, message }) {
      const { host } = new URL(url)
      const body = JSON.stringify({ kind, subject, message })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) }).catch(() => {
        throw new Error(\`\${host} cannot be reached\`)
      })
      if (!answer.ok) throw new Error(\`\${host} answered HTTP \${answer.status}\`)
    },
  }
}

export default definePlugin<{ readonly url: string }>({
  name: '${name}',
  apiVersion: '^1.0',
  configSchema: { type: 'object', properties: { url: { type: 'string', pattern: '^https?://' } }, required: ['url'] },
  register: (api) => api.provideNotifier(create(api.config.url)),
})
`
  const test = `import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, testNotifier } from '@penstock/core/testkit'
import { create } from '../src/index.js'

const inbox: string[] = []
const server = createServer(async (request, response) => {
  let text = ''
  for await (const piece of request) text += piece
  const { subject, message } = JSON.parse(text) as { readonly subject: string; readonly message: string }
  inbox.push(\`\${subject}\\n\${message}\`)
  response.end()
})
const ready = once(server.listen(0, '127.0.0.1'), 'listening')
after(() => void server.close())

async function make() {
  await ready
  return create(\`http://127.0.0.1:\${(server.address() as AddressInfo).port}\`)
}

testNotifier('${name}', make, { received: () => inbox, unreachable: () => create('http://127.0.0.1:9') })
`
  const section = `penstock-plugin-${name}: { url: https://example.com/hook, permissions: { network: true } }`
  return { source, test, provides: [`notifier ${name}`], permissions: { network: true }, section }
}

function hook(name: string, description: string): KindText {
  const source = `import { definePlugin } from '@penstock/core'

${head(description)}
export default definePlugin<{ readonly stage: string }>({
  name: '${name}',
  apiVersion: '^1.0',
  configSchema: { type: 'object', properties: { stage: { type: 'string', default: 'Production' } } },
  register(api) {
    // The first text that is answered is why the action must not run; it stays closed while it cannot be asked.
    api.hooks.beforeAction(
      async ({ stageName }) => (stageName === api.config.stage ? \`\${stageName} is closed\` : undefined),
      { onFailure: 'closed' },
    )
    api.hooks.executionChanged(({ pipelineName, status }) => api.log.info('changed', { pipelineName, status }))
  },
})
`
  const test = `import assert from 'node:assert/strict'
import { defineAction } from '@penstock/core'
import { runPipelineWith, test } from '@penstock/core/testkit'
import plugin from '../src/index.js'

const noop = defineAction({ category: 'Test', provider: 'Noop', configuration: {}, run: async () => ({ summary: 'done' }) })

test('a stage that is not closed runs', async () => {
  const run = await runPipelineWith(noop, { plugins: [plugin] })
  assert.equal(run.status, 'Succeeded', run.log)
})

test('an action in the closed stage does not run', async () => {
  const run = await runPipelineWith(noop, { plugins: [plugin], config: { '${name}': { stage: 'Work' } } })
  assert.equal(run.status, 'Failed')
  assert.match(run.action?.output?.executionResult?.errorDetails?.message ?? '', /Work is closed/)
})
`
  return { source, test, provides: [], section: `penstock-plugin-${name}: { stage: Production }` }
}

function service(name: string, description: string): KindText {
  const source = `import { definePlugin, serviceOperation, Shapes } from '@penstock/core'

${head(description)}
export const getNote = serviceOperation({
  name: 'GetNote',
  input: Shapes.structure({ name: Shapes.text({ min: 1, max: 100 }) }),
  resource: ({ name }) => \`arn:aws:${name}:::\${name}\`,
  run: async (_by, { name }) => ({ text: \`a note called \${name}\` }),
})

export default definePlugin({
  name: '${name}',
  apiVersion: '^1.0',
  register(api) {
    api.provideService({
      name: '${name}',
      protocol: { kind: 'json', version: '1.1', targetPrefix: 'Notes_20240101' },
      operations: [getNote],
    })
  },
})
`
  const test = `import assert from 'node:assert/strict'
import { after, startTestServer, test } from '@penstock/core/testkit'
import plugin from '../src/index.js'

const starting = startTestServer({ plugins: [plugin], bundled: ['aws-api'] })
after(async () => (await starting).stop())

test('the service is there, and a call without a signature is refused', async () => {
  const server = await starting
  assert.ok(server.services.plugins.services?.().some((one) => one.name === '${name}'))
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Notes_20240101.GetNote' }
  const answer = await fetch(server.address, { method: 'POST', headers, body: '{"name": "first"}' })
  assert.ok(answer.status === 400 || answer.status === 403, \`it answered \${answer.status}\`)
})
`
  return { source, test, provides: [], section: `penstock-plugin-${name}: { isolation: none }` }
}

function panel(name: string, description: string): KindText {
  const source = `import { definePlugin } from '@penstock/core'

${head(description)}
export default definePlugin({
  name: '${name}',
  apiVersion: '^1.0',
  register(api) {
    api.contribute.panel({
      id: 'note',
      title: 'Note',
      place: 'pipeline',
      async show({ pipelineName }) {
        const note = await api.state.get<string>(pipelineName)
        return [...(note ? [{ kind: 'text', text: note.value } as const] : []), { kind: 'form', form: 'write' }]
      },
      forms: {
        write: {
          label: 'Write',
          fields: { Text: { description: 'What everybody should know', required: true } },
          async submit({ Text }, { pipelineName }, by) {
            await api.state.put(pipelineName, \`\${Text} (\${by.name})\`)
            return 'written'
          },
        },
      },
    })
  },
})
`
  const test = `import assert from 'node:assert/strict'
import { after, startTestServer, test } from '@penstock/core/testkit'
import plugin from '../src/index.js'

const starting = startTestServer({ plugins: [plugin] })
after(async () => (await starting).stop())

test('a note is shown once it was written', async () => {
  const { services, admin } = await starting
  const operations = services.operations.for(admin)
  const about = { plugin: '${name}', id: 'note', subject: { pipelineName: 'site' } }
  assert.deepEqual((await operations.getPanel(about)).content, [{ kind: 'form', form: 'write' }])
  const { said } = await operations.submitPanel({ ...about, form: 'write', values: { Text: 'frozen till Monday' } })
  assert.equal(said, 'written')
  const [note] = (await operations.getPanel(about)).content ?? []
  assert.match(JSON.stringify(note), /frozen till Monday/)
})
`
  return { source, test, provides: [], section: `penstock-plugin-${name}: {}` }
}

function secretStore(name: string, description: string): KindText {
  const source = `import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { definePlugin, type SecretStore } from '@penstock/core'

${head(description)}
export function create(folder: string): SecretStore {
  return {
    name: '${name}',
    async get(name) {
      if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(name)) return undefined
      return readFile(join(folder, name), 'utf8').then(
        (text) => text.trimEnd(),
        () => undefined,
      )
    },
  }
}

export default definePlugin<{ readonly folder: string }>({
  name: '${name}',
  apiVersion: '^1.0',
  configSchema: { type: 'object', properties: { folder: { type: 'string', pattern: '^/' } }, required: ['folder'] },
  register: (api) => api.provideSecretStore(create(api.config.folder)),
})
`
  const test = `import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, testSecretStore } from '@penstock/core/testkit'
import { create } from '../src/index.js'

const folder = mkdtempSync(join(tmpdir(), '${name}-'))
after(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'token'), 's3cret\\n')

testSecretStore('${name}', () => create(folder), { token: 's3cret' })
`
  const section = `penstock-plugin-${name}: { folder: /etc/secrets, permissions: { paths: { readOnly: [/etc/secrets] } } }`
  return { source, test, provides: [`secret store ${name}`], section }
}
