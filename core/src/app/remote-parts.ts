/** What this server's side of workers elsewhere is made of. */
import type { InjectionToken } from 'tsyringe'
import { isSecretReference } from '../domain/secret-reference.js'
import { RemoteJobs } from './remote-jobs.js'
import { secretsOf } from './source-parts.js'
import { tokens } from './tokens.js'

type Get = <T>(token: InjectionToken<T>) => T

export function createRemoteJobs(get: Get): RemoteJobs {
  const { read, onSignal } = get(tokens.engine).store
  const catalogue = get(tokens.catalogue)
  return new RemoteJobs({
    clock: get(tokens.clock),
    jobs: get(tokens.localJobs),
    reads: read,
    onSignal,
    identity: get(tokens.identity),
    access: get(tokens.access),
    logs: get(tokens.remoteLogs),
    secrets: secretsOf(get),
    secretsIn: (id, configuration) =>
      (catalogue.facts(id)?.secretProperties ?? []).flatMap((name) => {
        const value = configuration[name]
        return value === undefined || isSecretReference(value) ? [] : [value]
      }),
    beforeAction: (event) => get(tokens.hooks).beforeAction.promise(event),
  })
}
