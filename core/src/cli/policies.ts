import { existsSync, readFileSync } from 'node:fs'
import { type ManagedPolicy, managedPolicies, type PolicyDocument } from '../domain/access.js'
import { CommandFailed } from './output.js'

/** Managed policies by name (or ARN), and JSON policies from files. Errors: CommandFailed. */
export function readPolicies(names: readonly string[]): (ManagedPolicy | PolicyDocument)[] {
  return names.map((name) => {
    const bare = name.replace(/^arn:aws:iam::aws:policy\//, '')
    const managed = managedPolicies.find((policy) => policy === bare)
    if (managed) return managed
    if (!existsSync(name))
      throw new CommandFailed(
        `--policy is '${name}', but must be one of ${managedPolicies.join(', ')}, or a file with a JSON policy`,
      )
    try {
      return JSON.parse(readFileSync(name, 'utf8')) as PolicyDocument
    } catch (error) {
      throw new CommandFailed(`${name} is not JSON: ${(error as Error).message}`)
    }
  })
}
