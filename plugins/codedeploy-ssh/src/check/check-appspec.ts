/** `penstock appspec check`: everything that is wrong with an AppSpec file, and what it would do on which host. */
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { type AppSpecFinding, type AppSpecReport, defined } from '@penstock/core'
import { AppSpecError, type Problem } from '../appspec/model.js'
import { parseAppSpec } from '../appspec/parse.js'
import { problemsOutside } from '../bluegreen/release-plan.js'
import { readAppSpec, scanBundle } from '../bundle/scan.js'
import type { CodeDeployConfig } from '../config.js'
import { planLines } from '../deployment/dry-run.js'
import { resolveGroup } from '../group/resolve-group.js'
import { planRevision } from '../plan/revision-plan.js'
import { lintScripts } from './script-lint.js'

/** `path`: the file alone, or the folder of a bundle. `group`: `application/group`, whose hosts are then named. */
export async function checkAppSpec(
  config: CodeDeployConfig,
  { path, group }: { readonly path: string; readonly group?: string | undefined },
): Promise<AppSpecReport> {
  const isFolder = (await stat(path)).isDirectory()
  return isFolder ? checkBundle(config, path, group) : checkFile(path)
}

async function checkFile(path: string): Promise<AppSpecReport> {
  const text = await readFile(path, 'utf8')
  try {
    const { warnings } = parseAppSpec(text, basename(path))
    return { file: path, findings: warnings.map((problem) => finding(problem, 'warning')), hosts: [], steps: [] }
  } catch (error) {
    return refused(path, error)
  }
}

async function checkBundle(
  config: CodeDeployConfig,
  path: string,
  groupName: string | undefined,
): Promise<AppSpecReport> {
  const bundle = await scanBundle(resolve(path))
  const { name, text } = await readAppSpec(bundle)
  const file = `${path.replace(/\/$/, '')}/${name}`
  try {
    const group = groupName === undefined ? undefined : findGroup(config, groupName)
    const plan = planRevision(name, text, bundle.tree, group?.fileExistsBehavior ?? 'DISALLOW')
    const outside = group?.blueGreen === undefined ? [] : problemsOutside(plan, group.blueGreen)
    if (outside.length > 0)
      throw new AppSpecError(
        name,
        outside.map((problem) => plan.locate(problem)),
      )
    const lints = (await lintScripts(plan.appSpec, bundle)).map((problem) => plan.locate(problem))
    const findings = [...plan.problems, ...lints].map((problem) => finding(problem, 'warning'))
    const hosts = group?.hosts.map(({ id }) => id) ?? []
    return { file, findings, hosts, steps: planLines(plan, group) }
  } catch (error) {
    return refused(file, error)
  }
}

function findGroup(config: CodeDeployConfig, name: string) {
  const slash = name.indexOf('/')
  return resolveGroup(config, {
    ApplicationName: slash === -1 ? name : name.slice(0, slash),
    DeploymentGroupName: slash === -1 ? '' : name.slice(slash + 1),
  })
}

function refused(file: string, error: unknown): AppSpecReport {
  if (!(error instanceof AppSpecError)) throw error
  return { file, findings: error.problems.map((problem) => finding(problem, 'error')), hosts: [], steps: [] }
}

function finding({ path, message, at }: Problem, severity: AppSpecFinding['severity']): AppSpecFinding {
  return { severity, path, message, ...defined({ line: at?.line, column: at?.column }) }
}
