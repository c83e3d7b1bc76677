/** The static half of a plugin's tests: manifest, declarations, README. Its code is loaded and registered, and nothing started. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../domain/clock.js'
import type { ActionProvider } from '../host/action-provider.js'
import type { PropertyDeclarations } from '../host/action-type-declaration.js'
import { contain, reason } from '../host/contain.js'
import { createHooks } from '../host/hooks.js'
import { checkSchema, withDefaults } from '../host/json-schema.js'
import { loadPlugin } from '../host/load.js'
import { type Manifest, PluginRefused, packagePrefix, readManifest } from '../host/manifest.js'
import { nearest, suggestion } from '../host/nearest.js'
import type { Logger, Plugin } from '../host/plugin.js'
import { createPluginApi } from '../host/plugin-api.js'
import { PluginLife } from '../host/plugin-entry.js'
import { ProviderRegistry } from '../host/registry.js'
import type { RuleProvider } from '../host/rule-provider.js'
import { stateElsewhere } from '../host/services-elsewhere.js'

export interface PluginCheck {
  readonly name: string
  readonly provides: readonly string[]
  /** Each names the file, the value and what would be right. */
  readonly problems: readonly string[]
}

/** Checks a folder with a plugin's package. Never rejects for the plugin's sake. */
export async function checkPluginFolder(folder: string): Promise<PluginCheck> {
  let name = folder
  try {
    const manifest = await readManifest(folder)
    name = manifest.name
    const problems = packageProblems(folder, manifest)
    const plugin = await loadPlugin({ kind: 'folder', path: folder, bundled: false }, manifest)
    const registry = await registered(plugin, folder)
    const provides = registry.providedBy(name)
    problems.push(
      ...providesProblems(manifest.provides, provides),
      ...[...registry.actions(), ...registry.rules()].flatMap(({ provider }) => providerProblems(folder, provider)),
    )
    return { name, provides, problems }
  } catch (error) {
    return { name, provides: [], problems: [reason(error)] }
  }
}

function packageProblems(folder: string, manifest: Manifest): string[] {
  const pkg = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    keywords?: unknown
    peerDependencies?: Record<string, string>
    dependencies?: Record<string, string>
  }
  const problems: string[] = []
  const keywords = Array.isArray(pkg.keywords) ? pkg.keywords.map(String) : []
  if (!keywords.includes('penstock-plugin')) {
    const near = nearest('penstock-plugin', keywords)
    problems.push(`package.json: keywords must have "penstock-plugin"${near ? `, not "${near}"` : ''}`)
  }
  if (!manifest.packageName.replace(/^@[^/]+\//, '').startsWith(packagePrefix))
    problems.push(`package.json: name is "${manifest.packageName}", but must begin with "${packagePrefix}"`)
  if (pkg.peerDependencies?.['@penstock/core'] === undefined)
    problems.push('package.json: peerDependencies must have "@penstock/core", such as "^0.2.0": the host lends its own')
  if (pkg.dependencies?.['@penstock/core'] !== undefined)
    problems.push('package.json: "@penstock/core" belongs to peerDependencies only: a copy of its own would be heavy')
  const tests = existsSync(join(folder, 'test'))
    ? readdirSync(join(folder, 'test'), { recursive: true }).map(String)
    : []
  if (!tests.some((file) => /\.test\.[cm]?[jt]sx?$/.test(file)))
    problems.push('test: there is no *.test.ts: begin with testActionProvider of @penstock/core/testkit')
  return problems
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Registers it with an empty configuration, or with what its schema's defaults make of that. */
async function registered(plugin: Plugin, folder: string): Promise<ProviderRegistry> {
  const registry = new ProviderRegistry()
  const problems: string[] = []
  const life = new PluginLife({ name: plugin.name, problem: (text: string) => void problems.push(text) } as never)
  if (plugin.configSchema) checkSchema(plugin.configSchema, {}) // throws when the schema is none
  const api = createPluginApi({
    life,
    config: plugin.configSchema ? withDefaults(plugin.configSchema, {}) : {},
    log: silent,
    dataFolder: join(folder, 'node_modules', '.penstock-check'),
    clock: systemClock,
    hooks: createHooks(),
    registry,
    services: noServices(plugin.name),
    principal: () => {
      throw new PluginRefused(askedTooSoon(plugin.name, 'api.principal'))
    },
    state: stateElsewhere('while the plugin is checked'),
  })
  life.registering = true
  await contain(systemClock, plugin.name, 'register()', 2_000, () => plugin.register(api as never))
  life.registering = false
  if (problems.length > 0) throw new PluginRefused(problems.join('; '))
  return registry
}

/** Registering declares, and asks the server nothing. */
function noServices(name: string): never {
  const get = (_: object, key: string | symbol) => {
    throw new PluginRefused(askedTooSoon(name, `api.server.${String(key)}`))
  }
  return new Proxy({}, { get }) as never
}

function askedTooSoon(name: string, what: string): string {
  return `register() of ${name} uses ${what}: do that in onStart, or when a job runs`
}

function providesProblems(said: readonly string[], is: readonly string[]): string[] {
  const file = 'package.json: penstock.provides'
  const extra = said.filter((each) => !is.map(bare).includes(bare(each)))
  const missing = is.filter((each) => !said.map(bare).includes(bare(each)))
  return [
    ...extra.map((each) => `${file} says '${each}', which is not registered${suggestion(each, is)}`),
    ...(extra.length > 0 ? [] : missing.map((each) => `${file} lacks '${each}', which is registered`)),
  ]
}

/** The owner is not part of what manifests say: `action Build/AWS/X/1` is `action Build/X/1` there. */
function bare(provided: string): string {
  return provided.replace(/^(action [^/]+)\/(?:AWS|ThirdParty|Custom)\//, '$1/')
}

const declarationKeys = [
  'type',
  'description',
  'required',
  'key',
  'secret',
  'queryable',
  'default',
  'enum',
  'pattern',
  'example',
]

function providerProblems(folder: string, provider: ActionProvider | RuleProvider): string[] {
  const readme = existsSync(join(folder, 'README.md')) ? readFileSync(join(folder, 'README.md'), 'utf8') : undefined
  if (readme === undefined) return ['README.md is missing: say what it does, with a table of its properties']
  const problems = readme.includes(provider.provider)
    ? []
    : [`README.md does not name the provider ${provider.provider}`]
  for (const [name, property] of Object.entries(provider.configuration as PropertyDeclarations)) {
    for (const key of Object.keys(property)) {
      if (!declarationKeys.includes(key))
        problems.push(
          `${provider.provider}: configuration.${name} has the unknown key '${key}'${suggestion(key, declarationKeys)}`,
        )
    }
    if (!readme.includes(`\`${name}\``))
      problems.push(
        `README.md does not describe the property \`${name}\` of ${provider.provider}: ${property.description}`,
      )
  }
  return problems
}
