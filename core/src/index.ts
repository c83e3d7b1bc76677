/** `@penstock/core`: all that a plugin may import. */

export { listFiles, listFolders } from './artifacts/list-files.js'
export {
  type ListedVersion,
  ObjectVersions,
  type VersionedObject,
  versionsPrefix,
} from './artifacts/object-versions.js'
export { type PackOptions, type PackResult, packFolder } from './artifacts/pack.js'
export { type UnpackOptions, type UnpackResult, unpack } from './artifacts/unpack.js'
export type * from './domain/access.js'
export { managedPolicies } from './domain/access.js'
export type * from './domain/action-type.js'
export { actionCategories, actionTypeKey } from './domain/action-type.js'
export type * from './domain/artifact.js'
export { artifactKey } from './domain/artifact.js'
export { ArtifactError, type ArtifactErrorCode, isArtifactError } from './domain/artifact-error.js'
export { type BuildProject, type BuildVariable, buildProjectSchema } from './domain/build-project.js'
export * from './domain/clock.js'
export { type Defined, defined } from './domain/defined.js'
export { Fault, type FaultCode, type FaultDetail, isFault } from './domain/faults.js'
export type * from './domain/git-event.js'
export { forkOf, type GithubEvent, githubEvent } from './domain/github-event.js'
export type {
  ActionChangedEvent,
  ApprovalNeededEvent,
  ArtifactStoredEvent,
  BeforeActionEvent,
  ExecutionChangedEvent,
  RevisionFoundEvent,
} from './domain/hook-events.js'
export type {
  ExecutionDetails,
  FailureType,
  Job,
  JobData,
  JobFailure,
  JobKind,
  JobStatus,
  JobSuccess,
} from './domain/job.js'
export { failureTypes } from './domain/job.js'
export { jsonLines, jsonPlace } from './domain/json-place.js'
export type * from './domain/pipeline.js'
export { readJson, readJsonTexts } from './domain/read-json.js'
export type * from './domain/revision.js'
export type { MissedWebhook, PollRecord } from './domain/source-state.js'
export type {
  CodeCoverage,
  TestCase,
  TestReport,
  TestReportInput,
  TestStatus,
  TestSummary,
} from './domain/test-report.js'
export { transitionReason } from './domain/transition.js'
export * from './domain/webhook.js'
export type * as Views from './engine/views.js'
export type * from './host/action-job.js'
export * from './host/action-provider.js'
export type * from './host/action-type-declaration.js'
export { commandProperties } from './host/command-properties.js'
export type { CommandAnswer, ContributionInfo, ContributionKey } from './host/contributions/contribution-service.js'
export type * from './host/contributions/contributions.js'
export type * from './host/deployment-service.js'
export { outboundLookup, refuseOutbound } from './host/guarded-lookup.js'
export type { Observer, PluginHooks } from './host/hooks.js'
export type * from './host/http-client.js'
export type * from './host/job-api-access.js'
export * from './host/job-failed.js'
export { checkSchema, pathText, type SchemaAnswer, type SchemaProblem } from './host/json-schema.js'
export { outboundFetch } from './host/outbound-fetch.js'
export * from './host/plugin.js'
export type { PollExecOptions, PollExecResult } from './host/poll-exec.js'
export { type Post, type PostAnswer, postOnce } from './host/post-once.js'
export type * from './host/provider-context.js'
export { readInside } from './host/read-inside.js'
export * from './host/rule-provider.js'
export * from './host/service-provider.js'
export type * from './host/services.js'
export * from './host/source-provider.js'
export {
  type BlobContent,
  isStateConflict,
  type PluginState,
  type StateBlob,
  type StateCondition,
  type StateEntry,
  type StatePage,
  type StateValue,
} from './host/state/plugin-state.js'
export type { DoorChange, DoorPage, StateDoor } from './host/state/state-door.js'
export type { GateOptions, TapOptions } from './host/tap-options.js'
export { clientAddress } from './http/client-address.js'
export { senderKnown, strangerLimits } from './http/strangers.js'
export * from './http/webhook-authentication.js'
export { loadJsonQuery } from './operations/json-query.js'
export type { CallContext } from './operations/operation.js'
export type {
  About,
  OperationCaller,
  OperationService,
  PrincipalOperations,
  ServedOperation,
} from './operations/serve.js'
export type { OperationInput, OperationName, OperationOutput, Operations } from './operations/table.js'
export type { InputOf, Shape, StructureShape } from './shape/shape.js'
export * as Shapes from './shape/shape.js'
