/** A server that is attacked: with a git repository, secrets, and principals of several rights. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PolicyDocument, Principal } from '@penstock/core'
import { type RunningServer, startServer } from '@penstock/core/server'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'
import { ServerSecrets } from '../../core/src/app/server-secrets.js'
import { Catalogue } from '../../core/src/app/type-catalogue.js'
import { formsOf } from '../../core/src/worker/mask-variants.js'

/** Where a hole can be planted: each must turn a test red. */
export type Hole = 'scopes' | 'job plane'

/** Harmless, and as real ones are: with characters that every encoding changes. */
export const planted = 'pl4nted/s3cret+<&>"\'$x=='

export interface World {
  readonly folder: string
  readonly server: RunningServer
  readonly git: TestGitServer
  readonly log: readonly string[]
  readonly admin: Principal
  /** Somebody with just this policy. */
  who(name: string, ...Statement: PolicyDocument['Statement'][number][]): Principal
  stop(): Promise<void>
}

/** `configuration`: what penstock.yaml says. */
export async function startWorld(hole?: Hole, configuration?: object): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-attacks-'))
  if (configuration !== undefined) writeFileSync(join(folder, 'penstock.yaml'), JSON.stringify(configuration))
  const log: string[] = []
  const git = await startGitServer({})
  await git.createRepository('acme/site')
  await git.commit('acme/site', { README: 'x' }, 'First')
  const server = await startServer({
    dataDir: join(folder, 'data'),
    cwd: folder,
    port: 0,
    env: {},
    overrides: { 'worker.isolation': 'none', 'log.level': 'debug' },
    writeLog: (line) => void log.push(line),
  })
  if (hole !== undefined) plant(hole)
  const principal = (name: string, policies: Principal['policies']) => ({
    name,
    arn: `arn:aws:iam::000000000000:user/${name}`,
    policies,
  })
  return {
    folder,
    server,
    git,
    log,
    admin: principal('admin', [{ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }]),
    who: (name, ...Statement) => principal(name, [{ Statement }]),
    async stop() {
      jest.restoreAllMocks()
      await server.stop()
      await git.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Takes one check away, as a mistake would. */
function plant(hole: Hole): void {
  if (hole === 'scopes') {
    jest.spyOn(ServerSecrets.prototype, 'problem').mockImplementation(async () => undefined)
    const { at } = ServerSecrets.prototype
    jest.spyOn(ServerSecrets.prototype, 'at').mockImplementation(function (this: ServerSecrets) {
      return at.call(this, { pipelineName: 'prod', stageName: 'Build' })
    })
    return
  }
  const { facts } = Catalogue.prototype
  jest.spyOn(Catalogue.prototype, 'facts').mockImplementation(function (this: Catalogue, id) {
    const { pluginRun: _, ...known } = facts.call(this, id) ?? {}
    return known as ReturnType<typeof facts>
  })
}

/** A pipeline that fetches the repository and runs a shell script. */
export function pipelineOf(world: World, name: string, Command: string, more: Record<string, string> = {}) {
  const source = { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' } as const
  const build = { category: 'Build', owner: 'Custom', provider: 'Shell', version: '1' } as const
  return {
    name,
    pipelineType: 'V2' as const,
    roleArn: 'arn:aws:iam::000000000000:role/penstock',
    variables: [{ name: 'Said', defaultValue: 'nothing' }],
    stages: [
      {
        name: 'Source',
        actions: [
          {
            name: 'Fetch',
            actionTypeId: source,
            configuration: { Url: `${world.git.url}/acme/site.git`, PollForSourceChanges: 'false' },
            outputArtifacts: [{ name: 'Code' }],
          },
        ],
      },
      {
        name: 'Build',
        actions: [
          {
            name: 'Make',
            actionTypeId: build,
            configuration: { Command, ...more },
            inputArtifacts: [{ name: 'Code' }],
          },
        ],
      },
    ],
  }
}

/** Waits for real work to end; a minute and a half at most. */
export async function ended(world: World, pipelineName: string): Promise<string> {
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; ) {
    const { pipelineExecutionSummaries: all } = await world.server.services.operations.listPipelineExecutions(
      world.admin,
      { pipelineName },
    )
    const status = all[0]?.status
    if (status !== undefined && status !== 'InProgress') return status
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${pipelineName} did not end within 90 s`)
}

/** Every page that can be reached from the first one by links, `most` at the most, as the administrator sees them. */
export async function pages({ server, admin }: World, most = 80): Promise<ReadonlyMap<string, string>> {
  const cookie = `penstock_session=${await server.services.access.openSession(admin)}`
  const found = new Map<string, string>()
  const ahead = ['/']
  for (let path = ahead.shift(); path !== undefined && found.size < most; path = ahead.shift()) {
    const answer = await fetch(`${server.address}${path}`, { headers: { cookie } })
    if (!/^text\/(html|plain)|json/.test(answer.headers.get('content-type') ?? '')) continue
    const text = await answer.text()
    found.set(path, text)
    for (const [, link = ''] of text.matchAll(/href="(\/[^"#]*)"/g)) {
      const next = link.replaceAll('&amp;', '&')
      if (!found.has(next) && !ahead.includes(next)) ahead.push(next)
    }
  }
  return found
}

/** What lies on the disk of a server at rest, but for the folder of secrets: by path, byte for byte. */
export async function kept({ folder }: World): Promise<ReadonlyMap<string, string>> {
  const data = join(folder, 'data')
  for (const deadline = Date.now() + 20_000; readdirSync(join(data, 'work')).length > 0 && Date.now() < deadline; )
    await new Promise((resolve) => setTimeout(resolve, 50))
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  const open = paths.filter((path) => !path.startsWith(join(data, 'secrets')))
  return new Map(open.map((path) => [path, readFileSync(path, 'latin1')]))
}

/** Forms of the planted secret that stand in a text. */
export function leaks(text: string): string[] {
  const { exact, wrapped } = formsOf(planted)
  const flat = text.replace(/\n/g, '')
  return [...exact.filter((form) => text.includes(form)), ...wrapped.filter((form) => flat.includes(form))]
}

/** A script that prints the secret in $T as programs do, and fails. */
export const loud = [
  'set -x; : "$T"; set +x',
  'printf "%s" "$T"; echo',
  'printf "%s" "$T" | base64; printf "x%s" "$T" | base64 -w 12; printf "xy%s" "$T" | openssl base64',
  'printf "%s" "$T" | od -An -v -tx1 | tr -d " \\n"; echo',
  `python3 -c 'import os,json,html,urllib.parse as u; t=os.environ["T"]; print(repr(t), json.dumps([json.dumps(t)]), html.escape(t), u.quote(t), u.quote_plus(t))'`,
  `ruby -e 'p ENV["T"]'`,
  'exit 3',
].join('\n')

/** Everything that the server shows of a pipeline to anybody: answers, logs, pages. */
export async function shown(world: World, pipelineName: string): Promise<string> {
  const { operations, logs, access } = world.server.services
  const by = world.admin
  const { actionExecutionDetails: actions } = await operations.listActionExecutions(by, { pipelineName })
  const texts: unknown[] = [
    actions,
    await operations.getPipeline(by, { name: pipelineName }),
    await operations.getPipelineState(by, { name: pipelineName }),
    await operations.listPipelineExecutions(by, { pipelineName }),
    await operations.listSecrets(by, {}),
    await access.auditLog({ limit: 1000 }),
    world.log,
  ]
  for (const { actionExecutionId = '' } of actions) {
    texts.push((await logs.read(actionExecutionId, 0))?.text ?? '')
  }
  return texts.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')
}
