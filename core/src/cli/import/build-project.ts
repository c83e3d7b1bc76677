/** A CodeBuild project of AWS's as one that builds here, with a line for whatever it would do otherwise. */
import type { BuildProject, BuildVariable } from '../../domain/build-project.js'
import { defined } from '../../domain/defined.js'
import { isTable, type Table, tablesOf } from './found.js'
import type { Report } from './report.js'

/** `given` is in the shape of CodeBuild's API, as batch-get-projects prints it; `id` is where it was found. */
export function buildProject(given: Table, id: string, report: Report): BuildProject {
  const { source, environment, cache, timeoutInMinutes } = given
  const name = String(given.name)
  const build = sourceOf(isTable(source) ? source : {}, id, report)
  noteDropped(given, id, report)
  return {
    name,
    ...defined({ description: given.description === undefined ? undefined : String(given.description) }),
    source: build,
    environment: environmentOf(isTable(environment) ? environment : {}, `${id}.environment`, report),
    ...(isTable(cache) && cache.type !== 'NO_CACHE' ? { cache: cacheOf(cache, id, report) } : {}),
    ...(isGiven(timeoutInMinutes) ? { timeoutInMinutes: Number(timeoutInMinutes) } : {}),
  }
}

function sourceOf(
  { type, buildspec, ...source }: Table,
  id: string,
  report: Report,
): NonNullable<BuildProject['source']> {
  if (isGiven(type) && type !== 'CODEPIPELINE')
    report.add('changed', `${id}.source`, `was ${type}: in a pipeline the action's input is what is built, as on AWS`)
  if (isGiven(source.buildStatusConfig) || source.reportBuildStatus === true)
    report.add('dropped', `${id}.source.reportBuildStatus`, 'builds are not told to the repository')
  const text = isGiven(buildspec) ? String(buildspec) : undefined
  if (text?.startsWith('arn:'))
    report.add('todo', `${id}.source.buildspec`, `is in S3 (${text}): put its text, or its path in the source`)
  if (text !== undefined && /\bcdk\b.* -a \. deploy\b|\bcdk -a \. deploy\b/.test(text)) {
    const what =
      "changes the pipeline's own stack on AWS, and nothing here: take its stage out, and import again when the definition changes"
    report.add('todo', `${id}.source.buildspec`, what)
  }
  return { type: 'CODEPIPELINE', ...defined({ buildspec: text }) }
}

function environmentOf(given: Table, path: string, report: Report): NonNullable<BuildProject['environment']> {
  const { type, image, computeType, privilegedMode } = given
  const variables = tablesOf(given.environmentVariables).map((one) => variableOf(one, path, report))
  if (isGiven(image)) {
    const what = `builds run on the worker itself: install what ${image} has, or give the pipeline isolation: container and, under codebuild: images, an image of this machine for it`
    report.add('todo', `${path}.image`, what)
  }
  if (/^WINDOWS|^MAC/.test(String(type)))
    report.add('todo', `${path}.type`, `was ${type}: builds run on Linux, or on a worker of that kind`)
  else if (/^ARM|LAMBDA|_GPU_|^LINUX_EC2/.test(String(type)))
    report.add('changed', `${path}.type`, `was ${type}: builds run on whatever the worker is`)
  if (isTrue(privilegedMode))
    report.add('changed', `${path}.privilegedMode`, 'is passed over: a build that runs docker needs one on the worker')
  for (const [member, why] of Object.entries({
    certificate: "put the certificate where the worker's programs look for it",
    registryCredential: 'log in to the registry on the worker',
    fleet: 'builds run on the workers of this server',
    dockerServer: "builds use the worker's own docker",
  }))
    if (isGiven(given[member])) report.add('dropped', `${path}.${member}`, why)
  return {
    ...defined({ type: text(type), image: text(image), computeType: text(computeType) }),
    ...(variables.length > 0 ? { environmentVariables: variables } : {}),
    ...(isGiven(privilegedMode) ? { privilegedMode: isTrue(privilegedMode) } : {}),
  }
}

function variableOf({ name, value, type }: Table, path: string, report: Report): BuildVariable {
  const given = String(value ?? '')
  const place = `${path}.environmentVariables.${name}`
  if (type === 'SECRETS_MANAGER' || type === 'PARAMETER_STORE') {
    const map = type === 'SECRETS_MANAGER' ? 'secretsManager' : 'parameterStore'
    const what = `put the secret at the server (penstock secret set NAME, with its value on standard input), and name it in penstock.yaml: codebuild: ${map}: { '${secretIdOf(given, type)}': NAME }`
    report.add('todo', place, what)
    return { name: String(name), value: given, type }
  }
  if (given.includes('{{resolve:')) report.add('todo', place, `put the value of ${given} itself: only AWS looks it up`)
  return { name: String(name), value: given, ...(isGiven(type) ? { type: 'PLAINTEXT' as const } : {}) }
}

/** What the mapping is looked up by: of Secrets Manager's `id:key:stage:version` the secret alone. */
function secretIdOf(value: string, type: string): string {
  if (type === 'PARAMETER_STORE') return value
  const [arn] = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+/.exec(value) ?? []
  return arn ?? value.split(':')[0] ?? value
}

function cacheOf({ type, modes }: Table, id: string, report: Report): NonNullable<BuildProject['cache']> {
  if (type === 'S3') report.add('changed', `${id}.cache`, 'was in S3: it is kept on the worker')
  const kept = Array.isArray(modes) ? modes.map(String) : []
  return { type: type === 'S3' ? 'S3' : 'LOCAL', ...(kept.length > 0 ? { modes: kept } : {}) }
}

/** What stands in a project and does nothing here, each with what that means. */
const dropped: Readonly<Record<string, string>> = {
  autoRetryLimit:
    "a failed build is not repeated by itself: onFailure RETRY of the stage does it, or the buildspec's on-failure",
  concurrentBuildLimit: 'worker.concurrency limits how many actions run at a time',
  fileSystemLocations: 'no file system is mounted: open a folder of the worker with worker.sandbox.writable',
  queuedTimeoutInMinutes: 'a build waits for a worker without a limit of its own',
  secondaryArtifacts: "a pipeline's outputs are those of its action",
  secondarySources: "a pipeline's sources are the inputs of its action",
  triggers: 'builds that its own webhook starts belong to no pipeline: make a pipeline for them',
  webhook: 'builds that its own webhook starts belong to no pipeline: make a pipeline for them',
  vpcConfig: "builds are in the worker's network",
}

function noteDropped(given: Table, id: string, report: Report): void {
  for (const [member, why] of Object.entries(dropped))
    if (isGiven(given[member]) && !isEmpty(given[member])) report.add('dropped', `${id}.${member}`, why)
  if (isGiven(given.serviceRole)) {
    const what = `was ${String(given.serviceRole)}: a build has no role here; commands that call AWS need credentials, from a named secret`
    report.add('changed', `${id}.serviceRole`, what)
  }
  const { buildBatchConfig: batch } = given
  if (isTable(batch) && isGiven(batch.restrictions))
    report.add('dropped', `${id}.buildBatchConfig.restrictions`, 'a batch runs one build after the other')
  const { logsConfig: logs } = given
  const enabled = isTable(logs) ? Object.values(logs).some((one) => isTable(one) && one.status === 'ENABLED') : false
  if (enabled) report.add('changed', `${id}.logsConfig`, 'logs are kept at the server')
}

const isTrue = (value: unknown) => String(value) === 'true'
const isGiven = (value: unknown) => value !== undefined && value !== null && value !== ''
const isEmpty = (value: unknown) =>
  (Array.isArray(value) && value.length === 0) || (isTable(value) && Object.keys(value).length === 0)
const text = (value: unknown) => (isGiven(value) ? String(value) : undefined)
