/** What is wrong with a group or a host that is put: its shape, and whether what it names is there. */
import { checkSchema, defined, type JsonSchema, pathText } from '@penstock/core'
import { hostProblems, problemsOf } from '../check/group-findings.js'
import type { CodeDeployConfig, GroupConfig, HostConfig } from '../config.js'
import { resolveGroup } from '../group/resolve-group.js'
import { HostResolver } from '../group/resolve-hosts.js'
import { groupSchema, hostSchema } from '../schema.js'
import { fromCodeDeploy, isCodeDeployGroup } from './code-deploy-group.js'
import { plainSecrets, type SecretLookup } from './secrets.js'

interface Given {
  readonly config: CodeDeployConfig
  /** What it names need not be there yet. */
  readonly force: boolean
  readonly secret: SecretLookup | undefined
}

/** Errors: an Error with everything that is wrong. */
export async function checkGroup(
  document: unknown,
  given: Given & { readonly name: { readonly applicationName: string; readonly deploymentGroupName: string } },
): Promise<GroupConfig> {
  const { applicationName, deploymentGroupName } = given.name
  const what = `deployment group ${applicationName}/${deploymentGroupName} is not kept`
  const read = readGroup(document)
  refuseProblems([...read.problems, ...shapeProblems(groupSchema, read.group), ...secretProblems(read.group)], what)
  const group = read.group as GroupConfig
  if (typeof group.loadBalancer === 'object')
    refuseProblems(
      ['loadBalancer must be the name of one of loadBalancers, which penstock.yaml declares: it may hold commands'],
      what,
    )
  if (given.force) return group
  const config = withGroup(given.config, given.name, group)
  const problems = await problemsOf(
    () => resolveGroup(config, { ApplicationName: applicationName, DeploymentGroupName: deploymentGroupName }),
    given.secret,
  )
  refuseProblems(problems, what, ' (--force keeps it all the same)')
  return group
}

/** Errors: as checkGroup. */
export async function checkHost(document: unknown, given: Given & { readonly name: string }): Promise<HostConfig> {
  const { name, config } = given
  const what = `host ${name} is not kept`
  refuseProblems([...shapeProblems(hostSchema, document), ...secretProblems(document)], what)
  const host = document as HostConfig
  if (given.force) return host
  const resolver = new HostResolver(
    { ...config.hosts, [name]: host },
    defined({ user: config.user, identityFile: config.identityFile, become: config.become }),
  )
  const hosts = resolver.list([name])
  refuseProblems(resolver.problems, what)
  const found = await hostProblems({ hosts, ...defined({ knownHosts: config.knownHosts }) }, given.secret)
  refuseProblems(found, what, ' (--force keeps it all the same)')
  return host
}

/** Nothing, when nothing is wrong. */
export function refuseProblems(problems: readonly string[], what: string, more = ''): void {
  if (problems.length > 0) throw new Error(`${what}: ${problems.join('; ')}${more}`)
}

function readGroup(document: unknown): { readonly group: unknown; readonly problems: readonly string[] } {
  if (typeof document !== 'object' || document === null || !isCodeDeployGroup(document))
    return { group: document, problems: [] }
  return fromCodeDeploy(document)
}

function shapeProblems(schema: JsonSchema, document: unknown): string[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return ['it must be a map']
  return checkSchema(schema, document).problems.map(({ path, message }) => `${pathText(path)} ${message}`.trim())
}

function secretProblems(document: unknown): string[] {
  return plainSecrets(document).map(
    (place) =>
      `${place} must name a secret, as {{secret:NAME}}: penstock secret set NAME keeps its value sealed, which here it would not be`,
  )
}

function withGroup(
  config: CodeDeployConfig,
  { applicationName, deploymentGroupName }: { readonly applicationName: string; readonly deploymentGroupName: string },
  group: GroupConfig,
): CodeDeployConfig {
  const groups = { ...config.applications?.[applicationName]?.groups, [deploymentGroupName]: group }
  return { ...config, applications: { ...config.applications, [applicationName]: { groups } } }
}
