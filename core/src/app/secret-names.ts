import type { JobData } from '../domain/job.js'

const reference = /\{\{\s*secret:([^{}\s]+)\s*\}\}/g

/** Whether a job's declaration asks for a secret by this name: in its configuration or its environment. */
export function namesSecret({ configuration, environmentVariables = [] }: JobData, name: string): boolean {
  const texts = [...Object.values(configuration), ...environmentVariables.map(({ value }) => value)]
  if (environmentVariables.some(({ type, value }) => type === 'SECRETS_MANAGER' && value === name)) return true
  return texts.some((text) => [...text.matchAll(reference)].some(([, found]) => found === name))
}

/** A value that only refers to a secret is none itself. */
export function isReference(text: string): boolean {
  return text.replace(reference, '').trim() === ''
}
