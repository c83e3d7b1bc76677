/** J13: action types of partners, and the tokens by which a partner's worker is known. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type ActionTypeId, actionTypeKey } from '../domain/action-type.js'
import { Fault, type FaultCode } from '../domain/faults.js'
import type { Job } from '../domain/job.js'
import { typeFrom } from './action-types.js'
import type { Engine } from './engine.js'
import type { EngineStore } from './ports.js'
import type { ActionTypeDeclaration } from './views.js'

/** The client of a partner's action types: all those of one provider have the same. */
export function clientIdOf({ provider }: Pick<ActionTypeId, 'provider'>): string {
  return `penstock-${provider}`
}

/**
 * What a partner's worker proves itself with in every call about a job. It learns it when it is set up, once, as AWS's
 * partners do; made from the installation's own key, so that it needs no table and no call gives it away.
 */
export function clientTokenOf(clientId: string, key: string): string {
  return createHash('sha256').update(`${key}/client/${clientId}`).digest('hex')
}

/** Errors: JobNotFoundException, InvalidClientTokenException, and `whenNotTheirs` for a job that is no partner's. */
export async function thirdPartyJob(
  engine: Engine,
  jobId: string,
  clientToken: string,
  key: string,
  whenNotTheirs: FaultCode = 'JobNotFoundException',
): Promise<Job> {
  const job = await engine.store.read.job(jobId)
  if (!job) throw new Fault('JobNotFoundException', `The job '${jobId}' was not found`)
  if (job.clientId === undefined) throw new Fault(whenNotTheirs, `The job '${jobId}' is not one of a partner's action`)
  const expected = Buffer.from(clientTokenOf(job.clientId, key))
  const given = Buffer.from(clientToken)
  if (given.length === expected.length && timingSafeEqual(given, expected)) return job
  throw new Fault('InvalidClientTokenException', `The client token is not that of the client of job '${jobId}'`)
}

/** Adds a partner's action type, or changes it. Errors: ValidationException for an owner other than ThirdParty. */
export async function putThirdPartyType(
  { actionTypes, signal }: Pick<EngineStore, 'actionTypes' | 'signal'>,
  declaration: ActionTypeDeclaration,
): Promise<'added' | 'changed'> {
  const { id } = declaration
  if (id.owner !== 'ThirdParty') {
    throw new Fault(
      'ValidationException',
      `id.owner is '${id.owner}', but must be ThirdParty: CreateCustomActionType makes types of owner Custom`,
    )
  }
  const key = actionTypeKey(id)
  let result: 'added' | 'changed' = 'added'
  await actionTypes.change(key, (known) => {
    result = known && !known.deleted ? 'changed' : 'added'
    return { tags: known?.tags ?? {}, type: typeFrom(declaration), deleted: false, declaration }
  })
  signal({ kind: 'action-types' })
  return result
}
