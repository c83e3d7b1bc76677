import type { JobData } from '../domain/job.js'
import { secretNames } from '../domain/secret-reference.js'

/** Whether a job's declaration asks for a secret by this name: in its configuration or its environment. */
export function namesSecret({ configuration, environmentVariables = [] }: JobData, name: string): boolean {
  const texts = [...Object.values(configuration), ...environmentVariables.map(({ value }) => value)]
  if (environmentVariables.some(({ type, value }) => type === 'SECRETS_MANAGER' && value === name)) return true
  return texts.some((text) => secretNames(text).includes(name))
}
