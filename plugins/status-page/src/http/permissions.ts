import { Fault, type Principal } from '@penstock/core'
import type { Site } from '../site.js'

/** `arn:aws:codepipeline:REGION:ACCOUNT:NAME[/STAGE[/ACTION]]`; `*` without a name, for what lists or concerns all. */
export function pipelineArn(site: Site, ...path: readonly string[]): string {
  const { region, accountId } = site.server.identity
  return `arn:aws:codepipeline:${region}:${accountId}:${path.length === 0 ? '*' : path.join('/')}`
}

/** True when the caller's policies allow `operation` (`codepipeline:` when it has no prefix) on a pipeline, stage or action. */
export function may(site: Site, by: Principal, operation: string, ...path: readonly string[]): boolean {
  return site.server.access.allows(by, prefixed(operation), pipelineArn(site, ...path))
}

function prefixed(operation: string): string {
  return operation.includes(':') ? operation : `codepipeline:${operation}`
}

/** Errors: AccessDeniedException, as the API would answer. */
export function demand(site: Site, by: Principal, operation: string, ...path: readonly string[]): void {
  if (may(site, by, operation, ...path)) return
  const resource = pipelineArn(site, ...path)
  throw new Fault(
    'AccessDeniedException',
    `User: ${by.arn} is not authorized to perform: ${prefixed(operation)} on resource: ${resource}`,
  )
}

/** What is Penstock's own administration: AWS has no name for it, and AWSCodePipeline_FullAccess does not cover it. */
export const administration = {
  plugins: 'penstock:ManagePlugins',
  keys: 'penstock:ManageAccessKeys',
  audit: 'penstock:ReadAuditLog',
} as const
