import { homedir, tmpdir, userInfo } from 'node:os'
import { defined } from '../domain/defined.js'
import type { EnvironmentVariable } from '../domain/pipeline.js'
import type { ActionJob } from '../host/action-job.js'
import { JobFailed } from '../host/job-failed.js'
import { findSecret, resolveSecrets, type SecretLookup } from './configuration.js'
import type { SecretFiles } from './secret-files.js'

/** The small, clean environment of every step: nothing of the server's own but where things are found. */
export function baseEnvironment(job: ActionJob<unknown>, workspace: string): Readonly<Record<string, string>> {
  machine ??= machineEnvironment()
  return {
    ...machine,
    PENSTOCK_PIPELINE: job.pipelineName,
    PENSTOCK_EXECUTION_ID: job.pipelineExecutionId,
    PENSTOCK_STAGE: job.stageName,
    PENSTOCK_ACTION: job.actionName,
    PENSTOCK_ACTION_EXECUTION_ID: job.actionExecutionId,
    PENSTOCK_WORKSPACE: workspace,
    ...(job.revision ? { PENSTOCK_REVISION: job.revision.revisionId } : {}),
  }
}

let machine: Readonly<Record<string, string>> | undefined

/** Read once: finding a user's name opens files. */
function machineEnvironment(): Readonly<Record<string, string>> {
  const { PATH, HOME, TZ } = process.env
  return {
    PATH: PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: HOME ?? homedir(),
    USER: userName(),
    TMPDIR: tmpdir(),
    LANG: 'C.UTF-8',
    CI: 'true',
    ...defined({ TZ }),
    PENSTOCK: 'true',
  }
}

/** In a container the user may have no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}

/** The variables of an action with their secrets in clear, and which values those are. */
export interface ResolvedVariables {
  readonly variables: readonly EnvironmentVariable[]
  readonly secrets: readonly string[]
}

/**
 * Looks up SECRETS_MANAGER variables by their value, and `{{secret:NAME}}` and `{{secretFile:NAME}}` in the others.
 * Errors: JobFailed ConfigurationError naming the variable and the secret.
 */
export async function resolveVariables(
  variables: readonly EnvironmentVariable[],
  lookup: SecretLookup,
  files?: SecretFiles,
): Promise<ResolvedVariables> {
  const secrets: string[] = []
  const resolved: EnvironmentVariable[] = []
  for (const { name, value, type } of variables) {
    try {
      const found =
        type === 'SECRETS_MANAGER'
          ? await findSecret(value, lookup).then((text) => ({ text, secrets: [text] }))
          : await resolveSecrets(value, lookup, files)
      secrets.push(...found.secrets)
      resolved.push({ name, value: found.text, ...(type ? { type } : {}) })
    } catch (error) {
      throw new JobFailed(`environment variable ${name} ${(error as Error).message}`, 'ConfigurationError')
    }
  }
  return { variables: resolved, secrets }
}
