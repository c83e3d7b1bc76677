/** `penstock application`, `penstock group` and `penstock host`: what is deployed to, as objects. */
import { stringify } from 'yaml'
import { defined } from '../../domain/defined.js'
import type { ApplicationInfo, DeploymentGroupInfo, InventoryHost } from '../../host/deployment-service.js'
import { withClient } from '../api/connect.js'
import { CommandFailed, print, table, UsageError } from '../output.js'
import { clean } from '../terminal/clean.js'
import { paint } from '../terminal/paint.js'
import { status as shown } from '../terminal/status.js'
import { ago } from '../terminal/time.js'
import type { VerbOptions } from './options.js'
import { readDocument } from './read-document.js'

interface PutOptions extends VerbOptions {
  /** Keeps it although what it names is not there yet. */
  readonly force?: boolean
}

interface Listed {
  readonly declared: boolean
  readonly modified?: number
}

export async function listApplications(options: VerbOptions): Promise<void> {
  await withClient(options, async (client) => {
    const answer = await client.listApplications({})
    const row = (application: ApplicationInfo) => [
      clean(application.applicationName),
      clean(application.deploymentGroups.join(', ') || '-'),
      fromOf(application),
    ]
    print(options.output, answer, () =>
      answer.applications.length === 0
        ? ['There are no applications: penstock application put NAME makes one, or penstock.yaml declares it.']
        : table([['APPLICATION', 'GROUPS', 'FROM'].map(paint.dim), ...answer.applications.map(row)]),
    )
  })
}

export async function showApplication(applicationName: string, options: VerbOptions): Promise<void> {
  await withClient(options, async (client) => {
    const answer = await client.getApplication({ applicationName })
    print(options.output, answer, () => [
      ...facts([
        ['Application', answer.application.applicationName],
        ['From', fromOf(answer.application)],
      ]),
      '',
      ...groupTable(answer.groups),
    ])
  })
}

export async function putApplication(applicationName: string, options: VerbOptions): Promise<void> {
  await withClient(options, async (client) => {
    const answer = await client.putApplication({ applicationName })
    print(options.output, answer, () => [`${clean(applicationName)} is ${answer.result}`])
  })
}

export async function removeApplication(applicationName: string, options: VerbOptions): Promise<void> {
  await withClient(options, (client) => client.deleteApplication({ applicationName }))
  print(options.output, { applicationName }, () => [`${clean(applicationName)} and its groups are removed`])
}

export async function listGroups(options: VerbOptions & { readonly application?: string }): Promise<void> {
  await withClient(options, async (client) => {
    const answer = await client.listDeploymentGroups(defined({ applicationName: options.application }))
    print(options.output, answer, () => groupTable(answer.groups))
  })
}

export async function showGroup(group: string, options: VerbOptions): Promise<void> {
  await withClient(options, async (client) => {
    const { deploymentGroup } = await client.getDeploymentGroup(namesOf(group))
    const { lastSuccessfulDeployment: good, lastAttemptedDeployment: last } = deploymentGroup
    print(options.output, deploymentGroup, () => [
      ...facts([
        ['Group', `${deploymentGroup.applicationName}/${deploymentGroup.deploymentGroupName}`],
        ['From', fromOf(deploymentGroup)],
        ['Hosts', deploymentGroup.hosts.join(', ')],
        ['Problem', deploymentGroup.problem],
        ['Last success', good && `${good.deploymentId}  ${ago(new Date(good.createTime), Date.now())}`],
        ['Last deployment', last && `${last.deploymentId}  ${shown(last.status)}`],
      ]),
      '',
      stringify(deploymentGroup.group, { lineWidth: 0 }).trimEnd(),
    ])
  })
}

/** `group` may be left out where the file is what `aws deploy get-deployment-group` printed: that names it. */
export async function putGroup(given: string, file: string | undefined, options: PutOptions): Promise<void> {
  const document = readDocument(file ?? given)
  const names = file === undefined ? namesIn(document, given) : namesOf(given)
  await withClient(options, async (client) => {
    const answer = await client.putDeploymentGroup({
      ...names,
      deploymentGroup: JSON.stringify(document),
      ...defined({ force: options.force }),
    })
    print(options.output, { ...names, ...answer }, () => [
      `${clean(names.applicationName)}/${clean(names.deploymentGroupName)} is ${answer.result}`,
    ])
  })
}

export async function removeGroup(group: string, options: VerbOptions): Promise<void> {
  await withClient(options, (client) => client.deleteDeploymentGroup(namesOf(group)))
  print(options.output, { group }, () => [`${clean(group)} is removed`])
}

export async function listHosts(options: VerbOptions): Promise<void> {
  await withClient(options, async (client) => {
    const answer = await client.listHosts({})
    const row = (host: InventoryHost) => [
      clean(host.name),
      clean(host.address),
      clean(
        Object.entries(host.tags)
          .map(([key, value]) => `${key}=${value}`)
          .join(' ') || '-',
      ),
      clean(host.groups.join(', ') || '-'),
      fromOf(host),
    ]
    print(options.output, answer, () =>
      answer.hosts.length === 0
        ? ['There are no hosts: penstock host put NAME user@address makes one, or penstock.yaml declares it.']
        : table([['HOST', 'ADDRESS', 'TAGS', 'GROUPS', 'FROM'].map(paint.dim), ...answer.hosts.map(row)]),
    )
  })
}

export async function showHost(name: string, options: VerbOptions): Promise<void> {
  await withClient(options, async (client) => {
    const { host } = await client.getHost({ name })
    print(options.output, host, () => [
      ...facts([
        ['Host', host.name],
        ['Address', host.address],
        ['From', fromOf(host)],
        ['Groups', host.groups.join(', ')],
      ]),
      '',
      stringify(host.host, { lineWidth: 0 }).trimEnd(),
    ])
  })
}

interface HostOptions extends PutOptions {
  readonly tag?: readonly string[]
  readonly identityFile?: string
  readonly proxyJump?: string
  readonly become?: string
}

/** `where`: `user@host:port`, or a YAML or JSON file with a host as in penstock.yaml. */
export async function putHost(name: string, where: string, options: HostOptions): Promise<void> {
  const host = /^-$|\.(ya?ml|json)$/.test(where) ? readDocument(where) : hostOf(where, options)
  await withClient(options, async (client) => {
    const answer = await client.putHost({ name, host: JSON.stringify(host), ...defined({ force: options.force }) })
    print(options.output, { name, ...answer }, () => [`${clean(name)} is ${answer.result}`])
  })
}

export async function removeHost(name: string, options: VerbOptions): Promise<void> {
  await withClient(options, (client) => client.deleteHost({ name }))
  print(options.output, { name }, () => [`${clean(name)} is removed`])
}

/** Errors: UsageError. */
function hostOf(where: string, { tag = [], identityFile, proxyJump, become }: HostOptions): object {
  const [, user, host, port] =
    /^(?:([^@]+)@)?(\[[^\]]+\]|[^:@]+|[0-9A-Fa-f:]+:[0-9A-Fa-f:]*)(?::(\d+))?$/.exec(where) ?? []
  if (host === undefined)
    throw new UsageError(`'${where}' must be user@host:port, or a file that ends with .yaml or .json`)
  const tags = Object.fromEntries(
    tag.map((text) => {
      const equals = text.indexOf('=')
      if (equals < 1) throw new UsageError(`--tag '${text}' must be KEY=VALUE`)
      return [text.slice(0, equals), text.slice(equals + 1)]
    }),
  )
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    ...defined({ user, port: port === undefined ? undefined : Number(port), identityFile, proxyJump, become }),
    ...(tag.length === 0 ? {} : { tags }),
  }
}

function groupTable(groups: readonly DeploymentGroupInfo[]): string[] {
  if (groups.length === 0)
    return ['There are no deployment groups: penstock group put APPLICATION/GROUP FILE makes one.']
  const row = (group: DeploymentGroupInfo) => [
    `${clean(group.applicationName)}/${clean(group.deploymentGroupName)}`,
    group.problem === undefined ? `${group.hosts.length}` : paint.red('problem'),
    clean(group.deploymentConfigName),
    group.lastAttemptedDeployment === undefined ? '-' : shown(group.lastAttemptedDeployment.status),
    fromOf(group),
  ]
  return [
    ...table([['GROUP', 'HOSTS', 'CONFIGURATION', 'LAST DEPLOYMENT', 'FROM'].map(paint.dim), ...groups.map(row)]),
    ...groups.flatMap(({ problem }) => (problem === undefined ? [] : [clean(problem)])),
  ]
}

function facts(rows: readonly (readonly [string, string | undefined])[]): string[] {
  return table(rows.flatMap(([title, value]) => (value ? [[paint.dim(title), clean(value)]] : [])))
}

function fromOf({ declared, modified }: Listed): string {
  return declared ? 'penstock.yaml' : modified === undefined ? '-' : ago(new Date(modified), Date.now())
}

/** Errors: UsageError. */
function namesOf(group: string) {
  const [applicationName = '', deploymentGroupName = '', ...more] = group.split('/')
  if (applicationName !== '' && deploymentGroupName !== '' && more.length === 0)
    return { applicationName, deploymentGroupName }
  throw new UsageError(`'${group}' must be APPLICATION/GROUP`)
}

/** Errors: CommandFailed. */
function namesIn(document: unknown, file: string) {
  const whole = (document ?? {}) as { readonly deploymentGroupInfo?: object }
  const info = (whole.deploymentGroupInfo ?? whole) as Record<string, unknown>
  const { applicationName, deploymentGroupName } = info
  if (typeof applicationName === 'string' && typeof deploymentGroupName === 'string')
    return { applicationName, deploymentGroupName }
  throw new CommandFailed(
    `${file} names no applicationName and deploymentGroupName: penstock group put APPLICATION/GROUP ${file} says which`,
  )
}
