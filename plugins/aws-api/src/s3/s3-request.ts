/** What every verb of the artifact bucket gets, and what it answers. */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { ArtifactStore, Clock, Credentials, ObjectVersions, ServerIdentity } from '@penstock/core'
import type { Caller } from '../sigv4/verify.js'
import type { Route } from './route.js'
import { accessDenied } from './s3-error.js'
import type { Uploads } from './uploads.js'

export interface S3Request {
  readonly request: IncomingMessage
  readonly route: Route
  readonly query: URLSearchParams
  /** Lower-case names; repeated ones joined by commas. */
  readonly headers: ReadonlyMap<string, string>
  readonly caller: Caller
  readonly identity: ServerIdentity
  readonly artifacts: ArtifactStore
  /** The same store for buckets that were made and may keep versions: all but the server's own. */
  readonly versions: ObjectVersions
  readonly uploads: Uploads
  readonly clock: Clock
  /** How long a body may be silent, milliseconds. */
  readonly patience: number
  allows(action: string, resource: string): boolean
}

export interface S3Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: string | Readable
  /** What to note in the audit log; reading is not noted. */
  readonly changed?: string
}

/** Where an object is written to: the server's own bucket never keeps versions, and need not be asked. */
export function storing({ route, identity, artifacts, versions }: S3Request): Pick<ObjectVersions, 'put' | 'delete'> {
  if (route.bucket !== identity.bucket) return versions
  return {
    put: async (...args) => ({ ...(await artifacts.put(...args)), versionId: 'null' }),
    delete: (at) => artifacts.delete(at),
  }
}

export type S3Verb = (request: S3Request) => Promise<S3Answer>

const needs = { 's3:GetObject': 'readable', 's3:PutObject': 'writable' } as const

/**
 * Asks the policies; of a job's credentials, its list of objects too, which knows no wildcards.
 * Errors: AccessDenied.
 */
export function permit(request: S3Request, action: string): void {
  const { bucket, key } = request.route
  const path = key === undefined ? `${bucket}` : `${bucket}/${key}`
  const { job } = request.caller.credentials
  if (job && !jobMay(job, action, path)) throw accessDenied()
  // A bucket that holds a job's objects is the job's to look at, which no policy of its own says.
  if (job && key === undefined) return
  if (!request.allows(action, `arn:aws:s3:::${path}`)) throw accessDenied()
}

function jobMay(job: NonNullable<Credentials['job']>, action: string, path: string): boolean {
  if (action in needs) return job[needs[action as keyof typeof needs]].includes(path)
  if (action !== 's3:ListBucket') return false
  return [...job.readable, ...job.writable].some((object) => object.startsWith(`${path}/`))
}
