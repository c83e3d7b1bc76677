import { withPlugins } from '../app/offline.js'
import { reason } from '../host/contain.js'
import type { AppSpecFinding, AppSpecReport, DeploymentService } from '../host/deployment-service.js'
import type { WhereOptions } from './main.js'
import { CommandFailed, exitStatus, print } from './output.js'
import { clean } from './terminal/clean.js'
import { paint } from './terminal/paint.js'
import { configOf } from './where.js'

export interface AppSpecCheckOptions extends WhereOptions {
  readonly output?: string
  /** `APPLICATION/GROUP`. */
  readonly group?: string
}

/**
 * `penstock appspec check PATH...`: every problem of every AppSpec file, with line and column, and what the folder of a bundle
 * would do on which host; status 1 when there is an error. Errors: CommandFailed when no plugin deploys to servers.
 */
export async function checkAppSpecs(paths: readonly string[], options: AppSpecCheckOptions): Promise<void> {
  const reports = await withService(options, async (service) => {
    const all: AppSpecReport[] = []
    for (const path of paths) {
      all.push(await service.checkAppSpec({ path, group: options.group }).catch((error) => unreadable(path, error)))
    }
    return all
  })
  print(options.output, reports.length === 1 ? reports[0] : reports, () => reports.flatMap(linesOf))
  if (reports.some(({ findings }) => findings.some(({ severity }) => severity === 'error')))
    process.exitCode = exitStatus.failed
}

/** `penstock appspec schema`: the JSON Schema by which editors check AppSpec files. */
export async function printAppSpecSchema(options: WhereOptions): Promise<void> {
  const schema = await withService(options, async (service) => service.appSpecSchema())
  process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`)
}

function withService<T>(options: WhereOptions, work: (service: DeploymentService) => Promise<T>): Promise<T> {
  return withPlugins(configOf(options), async ({ registry }) => {
    const service = registry.deployments()
    if (service !== undefined) return work(service)
    throw new CommandFailed('no plugin that deploys to servers is on: see penstock plugin list')
  })
}

function unreadable(file: string, error: unknown): AppSpecReport {
  return { file, findings: [{ severity: 'error', path: '', message: reason(error) }], hosts: [], steps: [] }
}

function linesOf({ file, findings, hosts, steps }: AppSpecReport): string[] {
  const isGood = findings.every(({ severity }) => severity !== 'error')
  const plan =
    steps.length === 0
      ? []
      : [hosts.length === 0 ? 'On each host:' : `On ${hosts.join(', ')}:`, ...steps.map((step) => `  ${step}`)]
  return [
    ...findings.map((finding) => findingLine(file, finding)),
    ...(isGood ? [`${file}: ${paint.green('valid')}`] : []),
    ...plan.map(clean),
  ]
}

/** `appspec.yml:7:5: error: hooks.AfterInstall[0].timeout: ...`, as editors find their way by. */
function findingLine(file: string, { severity, path, message, line, column }: AppSpecFinding): string {
  const at = line === undefined ? file : `${file}:${line}:${column ?? 1}`
  const word = severity === 'error' ? paint.red(severity) : paint.yellow(severity)
  return `${paint.bold(at)}: ${word}: ${path === '' ? '' : `${path}: `}${clean(message)}`
}
