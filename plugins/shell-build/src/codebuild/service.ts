import { type BuildProject, defined, type PluginApi } from '@penstock/core'
import { type BuildNumbers, countedBuilds } from './build-numbers.js'
import { type CodeBuildSettings, defaultSettings } from './settings.js'

/** Where builds are, as their variables tell it. */
export interface BuildPlace {
  readonly region: string
  readonly accountId: string
  readonly publicUrl: string
}

/** What an action needs to know of the installation that it runs in, the same on each of its machines. */
export interface CodeBuildService {
  readonly numbers: BuildNumbers
  place(): Promise<BuildPlace>
  settings(): Promise<Omit<CodeBuildSettings, 'projects'>>
  project(name: string): Promise<BuildProject | undefined>
  projectNames(): Promise<readonly string[]>
}

/** As a server without a section `codebuild` has it, for trials. */
export function trialService(settings: Partial<CodeBuildSettings> = {}): CodeBuildService {
  const { projects, ...rest } = { ...defaultSettings, ...settings }
  return {
    numbers: countedBuilds(),
    place: async () => ({ region: 'us-east-1', accountId: '000000000000', publicUrl: 'http://127.0.0.1:8080' }),
    settings: async () => rest,
    project: async (name) => projects.find((one) => one.name === name),
    projectNames: async () => projects.map(({ name }) => name),
  }
}

/** What the server says of itself to workers elsewhere. */
interface ServerFacts extends Omit<CodeBuildSettings, 'projects'> {
  readonly accountId: string
}

const factsKey = 'server'
/** Projects of penstock.yaml, and those that were put: the operations on projects write the latter. */
const prefixes = ['declared/', 'projects/'] as const

type Api = Pick<PluginApi<{ readonly codebuild: CodeBuildSettings }>, 'config' | 'state' | 'server'>

/** The service on a server, or on a worker, which has it from its server through the plugin's state. */
export function sharedService({ config, state, server }: Api): CodeBuildService {
  const own = config.codebuild
  // A worker knows less of its server.
  const isServer = () => 'accountId' in server.identity
  const facts = async () => (isServer() ? undefined : (await state.get<ServerFacts>(factsKey))?.value)
  return {
    numbers: { next: (name) => state.update<number>(`build-numbers/${name}`, (count = 0) => count + 1) },
    async place() {
      const { region, publicUrl } = server.identity
      const accountId = isServer() ? server.identity.accountId : ((await facts())?.accountId ?? '000000000000')
      return { region, publicUrl, accountId }
    },
    async settings() {
      const known = await facts()
      if (known === undefined) return own
      const { parameterStore, secretsManager, images } = own
      return {
        unknownProject: own.unknownProject === 'fail' ? 'fail' : known.unknownProject,
        parameterStore: { ...known.parameterStore, ...parameterStore },
        secretsManager: { ...known.secretsManager, ...secretsManager },
        images: { ...known.images, ...images },
      }
    },
    async project(name) {
      const here = own.projects.find((one) => one.name === name)
      if (here !== undefined) return here
      for (const prefix of prefixes) {
        const found = await state.get<BuildProject>(prefix + name)
        if (found !== undefined) return found.value
      }
      return undefined
    },
    async projectNames() {
      const kept = await Promise.all(prefixes.map((prefix) => state.list({ prefix, limit: 1000 })))
      const names = kept.flat().map(({ key }) => key.slice(key.indexOf('/') + 1))
      return [...new Set([...own.projects.map(({ name }) => name), ...names])].sort()
    },
  }
}

/** At a server's start: what penstock.yaml declares becomes what all machines know. */
export async function declare({ config, state, server }: Api): Promise<void> {
  if (!('accountId' in server.identity)) return
  const { projects, ...settings } = config.codebuild
  const facts: ServerFacts = { ...settings, accountId: server.identity.accountId }
  await state.put(factsKey, facts)
  const [prefix] = prefixes
  const before = await state.list({ prefix, limit: 1000 })
  for (const project of projects) await state.put(prefix + project.name, defined({ ...project }))
  const names = new Set(projects.map(({ name }) => prefix + name))
  for (const { key } of before) if (!names.has(key)) await state.delete(key)
}
