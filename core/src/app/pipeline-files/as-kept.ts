import { isDeepStrictEqual } from 'node:util'
import { defined } from '../../domain/defined.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
import { normalize } from '../../engine/normalize.js'

/** The API wants a role of everybody, as AWS does; here nobody assumes one, so files need not name any. */
export const unusedRole = 'arn:aws:iam::000000000000:role/penstock'

/**
 * A pipeline file's definition as the server that has `known` would keep it (S11): what the file does not say is filled in.
 * `undefined` when it is too broken for that.
 */
export function asKept(given: PipelineDeclaration, known: PipelineDeclaration): PipelineDeclaration | undefined {
  if (!Array.isArray(given.stages) || !given.stages.every((stage) => Array.isArray(stage?.actions))) return undefined
  const { roleArn = known.roleArn, artifactStore, artifactStores, ...rest } = given
  const own = artifactStore ?? artifactStores
  const stores = own === undefined ? known : given
  const { artifactStore: store, artifactStores: byRegion } = stores
  const whole = {
    ...rest,
    ...defined({ artifactStore: store, artifactStores: byRegion }),
    roleArn,
  } as PipelineDeclaration
  const filled = normalize(whole, known.version ?? 0, { bucket: '', accountId: '' })
  return JSON.parse(JSON.stringify(filled)) as PipelineDeclaration
}

/** The file says nothing that the server does not have already: an update would only end executions (X10). */
export function isKept(given: PipelineDeclaration, known: PipelineDeclaration): boolean {
  return isDeepStrictEqual(asKept(given, known), JSON.parse(JSON.stringify(known)))
}
