/**
 * The tables, as Kysely sees them. A noun's own shape is its `doc` (JSON); a column stands beside it only where a query
 * selects, orders or locks by it. Times are epoch milliseconds, truth values 0 and 1, on both databases.
 */
import type { Generated } from 'kysely'

export interface PipelineTable {
  name: string
  version: number
  /** The last number given out in this pipeline: executions, action and rule executions are ordered by it. */
  sequence: number
  doc: string
}
export interface PipelineVersionTable {
  pipeline_name: string
  version: number
  created: number
  created_by: string
  doc: string
}
export interface StageTable {
  pipeline_name: string
  stage_name: string
  doc: string
}
export interface ExecutionTable {
  id: string
  pipeline_name: string
  number: number
  pipeline_version: number
  live: number
  status: string
  started: number
  client_request_token: string | null
  doc: string
}
export interface StageExecutionTable {
  execution_id: string
  stage_name: string
  pipeline_name: string
  number: number
  pipeline_version: number
  status: string
  doc: string
}
export interface ActionExecutionTable {
  id: string
  execution_id: string
  pipeline_name: string
  stage_name: string
  number: number
  status: string
  started: number
  /** Set while it is in progress and can time out. */
  deadline: number | null
  doc: string
}
export interface RuleExecutionTable extends ActionExecutionTable {}
export interface JobTable {
  id: string
  number: Generated<number>
  kind: string
  pipeline_name: string
  /** The action or rule execution that it works for. */
  action_execution_id: string
  type_key: string
  query_value: string | null
  status: string
  nonce: string
  available_at: number
  worker_id: string | null
  lease_until: number | null
  fence: number
  continuation_token: string | null
  cancel_requested: string | null
  client_id: string | null
  created: number
  /** When it was first handed to a worker. */
  started: number | null
  ended: number | null
  doc: string
}
export interface RevisionTable {
  pipeline_name: string
  action_name: string
  revision_id: string
  execution_id: string
  created: number
}
export interface OutboxTable {
  id: Generated<number>
  pipeline_name: string
  created: number
  doc: string
}
export interface CustomActionTypeTable {
  type_key: string
  deleted: number
  doc: string
}
export interface WebhookTable {
  name: string
  pipeline_name: string
  doc: string
}
export interface SourceStateTable {
  pipeline_name: string
  action_name: string
  next_poll: number
  doc: string
}
export interface WebhookNewsTable {
  pipeline_name: string
  action_name: string
  branch: string
  revision_id: string
  at: number
}
/** The coordinator's periodic tasks: whoever moves `next_run` on, runs. */
export interface TaskTable {
  name: string
  next_run: number
  last_run: number | null
  running_until: number | null
}
export interface UserTable {
  name: string
  password_hash: string
  doc: string
}
export interface AccessKeyTable {
  access_key_id: string
  user_name: string
  status: string
  created: number
  last_used: number | null
  /** AES-256-GCM under the server's master key. */
  sealed_secret: string
  doc: string
}
export interface SessionTable {
  /** SHA-256 of the token, in hexadecimal. */
  token_hash: string
  user_name: string
  expires: number
  doc: string
}
export interface AuditTable {
  id: Generated<number>
  at: number
  principal: string
  operation: string
  target: string
  result: string
  detail: string | null
}
export interface PluginStateTable {
  name: string
  enabled: number
  doc: string
}
export interface PluginValueTable {
  plugin: string
  /** Ordered by its UTF-8 bytes. */
  key: string
  version: string
  modified: number
  /** JSON; null for a blob. */
  value: string | null
  blob_id: string | null
  /** Of the blob, bytes. */
  size: number | null
}
export interface PluginBlobTable {
  id: string
  plugin: string
  size: number
  parts: number
  /** Null while a name stands for it. */
  unused_since: number | null
  /** 1 once its parts are being removed. */
  doomed: number
}
export interface DeployTargetTable {
  action_execution_id: string
  target_id: string
  position: number
  status: string
  doc: string
}
export interface TestReportTable {
  action_execution_id: string
  /** Of the report group. */
  name: string
  pipeline_name: string
  stage_name: string
  action_name: string
  created: number
  /** The failed tests by key, JSON. */
  failed: string
  doc: string
}
export interface SharedLogTable {
  action_execution_id: string
  /** Bytes that can be read. */
  size: number
  finished: number
  /** When bytes were added last. */
  touched: number
  /** When a server that does not have it was asked for it last; 0 for never. */
  wanted: number
  doc: string
}
export interface LogPieceTable {
  action_execution_id: string
  /** The offset of its first byte. */
  at: number
  size: number
  bytes: Buffer
}
export interface SecretTable {
  name: string
  sealed_value: string
  last_used: number | null
  doc: string
}
export interface ForkPullRequestTable {
  pipeline_name: string
  action_name: string
  source: string
  revision_id: string
  asked: number
  doc: string
}
/** Notifications on their way to somebody. */
export interface DeliveryTable {
  number: Generated<number>
  id: string
  /** Those on one lane go one after another. */
  lane: string
  notifier: string
  status: string
  pipeline_name: string | null
  created: number
  due: number
  attempts: number
  in_flight: number
  ended: number | null
  doc: string
}
export interface MetaTable {
  key: string
  value: string
}

export interface Schema {
  meta: MetaTable
  pipelines: PipelineTable
  pipeline_versions: PipelineVersionTable
  stages: StageTable
  executions: ExecutionTable
  stage_executions: StageExecutionTable
  action_executions: ActionExecutionTable
  rule_executions: RuleExecutionTable
  jobs: JobTable
  revisions: RevisionTable
  outbox: OutboxTable
  custom_action_types: CustomActionTypeTable
  webhooks: WebhookTable
  source_states: SourceStateTable
  webhook_news: WebhookNewsTable
  tasks: TaskTable
  users: UserTable
  access_keys: AccessKeyTable
  sessions: SessionTable
  audit: AuditTable
  plugin_states: PluginStateTable
  plugin_values: PluginValueTable
  plugin_blobs: PluginBlobTable
  deploy_targets: DeployTargetTable
  test_reports: TestReportTable
  shared_logs: SharedLogTable
  log_pieces: LogPieceTable
  secrets: SecretTable
  fork_pull_requests: ForkPullRequestTable
  deliveries: DeliveryTable
}
