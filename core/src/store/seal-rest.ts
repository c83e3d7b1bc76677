/** Seals what lies in the tables in clear: written before secrets were sealed, or before a type called a property secret. */
import type { ActionExecution } from '../domain/action.js'
import type { RuleExecution } from '../domain/condition.js'
import type { PipelineDeclaration } from '../domain/pipeline.js'
import type { Shelf, StoredWebhook } from '../engine/ports.js'
import type { Database, Tx } from './database.js'
import { parse, toJob } from './rows.js'
import { Documents, typeOf } from './sealed-documents.js'
import { type Key, mark, Sealer, type Secrecy } from './sealer.js'

/** Rows looked at in one transaction. */
const batch = 100

export interface SealRestParts {
  readonly database: Database
  readonly key: Key
  readonly secrecy: Secrecy
  /** The webhooks, through their seal: what is written there is sealed. */
  readonly webhooks: Shelf<StoredWebhook>
  /** Between two batches: others are to have their turn. */
  pause(): Promise<void>
}

/** How far a table was gone through: the key of its last row, or that it is done. */
export interface SealedSoFar {
  readonly [table: string]: string | true
}

/**
 * Goes on from `so far` until everything is sealed, or the signal aborts; answers how far it came. May be repeated, and
 * run beside a server that writes: a row that changed meanwhile was sealed by whoever changed it.
 */
export async function sealRest(parts: SealRestParts, soFar: SealedSoFar, signal: AbortSignal): Promise<SealedSoFar> {
  const done: Record<string, string | true> = { ...soFar }
  const documents = new Documents(new Sealer(parts.key), parts.secrecy)
  for (const [table, sealBatch] of Object.entries(tables)) {
    while (done[table] !== true && !signal.aborted) {
      const after = done[table] ?? ''
      done[table] = await parts.database.write((tx) => sealBatch(tx, documents, after))
      await parts.pause()
    }
  }
  if (done.webhooks !== true && !signal.aborted) {
    for (const { definition } of await parts.webhooks.list()) await parts.webhooks.change(definition.name, (one) => one)
    done.webhooks = true
  }
  return done
}

/** True when every table was gone through. */
export function isAllSealed(soFar: SealedSoFar): boolean {
  return [...Object.keys(tables), 'webhooks'].every((table) => soFar[table] === true)
}

/** The next batch behind a key; answers the last key, or `true` at the end. */
type SealBatch = (tx: Tx, documents: Documents, after: string) => Promise<string | true>

const tables: Readonly<Record<string, SealBatch>> = {
  pipeline_versions: sealVersions,
  jobs: sealJobs,
  action_executions: (tx, documents, after) => sealRuns('action_executions', tx, documents, after),
  rule_executions: (tx, documents, after) => sealRuns('rule_executions', tx, documents, after),
}

async function sealVersions(tx: Tx, documents: Documents, after: string): Promise<string | true> {
  const rows = await tx
    .selectFrom('pipeline_versions')
    .select(['pipeline_name', 'version', 'doc'])
    .where('pipeline_name', '>', after)
    .orderBy('pipeline_name')
    .limit(batch)
    .execute()
  const last = rows.at(-1)?.pipeline_name
  if (last === undefined) return true
  // All versions of the last name: the next batch begins behind it.
  const rest = tx.selectFrom('pipeline_versions').select(['pipeline_name', 'version', 'doc'])
  const whole = [
    ...rows.filter((row) => row.pipeline_name !== last),
    ...(await rest.where('pipeline_name', '=', last).execute()),
  ]
  for (const { pipeline_name, version, doc } of whole) {
    const sealed = sealedText(doc, documents.sealDeclaration(documents.openDeclaration(parse({ doc }))))
    if (sealed === undefined) continue
    const row = tx.updateTable('pipeline_versions').set({ doc: sealed }).where('pipeline_name', '=', pipeline_name)
    await row.where('version', '=', version).where('doc', '=', doc).execute()
  }
  return last
}

async function sealJobs(tx: Tx, documents: Documents, after: string): Promise<string | true> {
  const rows = await tx.selectFrom('jobs').selectAll().where('id', '>', after).orderBy('id').limit(batch).execute()
  for (const row of rows) {
    const sealed = sealedText(row.doc, documents.sealJob(documents.openJob(toJob(row))).data)
    if (sealed !== undefined)
      await tx.updateTable('jobs').set({ doc: sealed }).where('id', '=', row.id).where('doc', '=', row.doc).execute()
  }
  return rows.at(-1)?.id ?? true
}

async function sealRuns(
  table: 'action_executions' | 'rule_executions',
  tx: Tx,
  documents: Documents,
  after: string,
): Promise<string | true> {
  const query = tx.selectFrom(table).select(['id', 'doc']).where('id', '>', after)
  const rows = await query.orderBy('id').limit(batch).execute()
  const definitions = new Map<string, PipelineDeclaration | undefined>()
  for (const { id, doc } of rows) {
    const run = documents.openRun(parse<ActionExecution | RuleExecution>({ doc }))
    const key = `${run.pipelineVersion} ${run.pipelineName}`
    if (!definitions.has(key)) definitions.set(key, await definitionOf(tx, run))
    const type = typeOf(run, definitions.get(key))
    const sealed = sealedText(doc, documents.sealRun(run, type ? documents.secrecy(type) : () => true))
    if (sealed !== undefined)
      await tx.updateTable(table).set({ doc: sealed }).where('id', '=', id).where('doc', '=', doc).execute()
  }
  return rows.at(-1)?.id ?? true
}

async function definitionOf(
  tx: Tx,
  { pipelineName, pipelineVersion }: ActionExecution | RuleExecution,
): Promise<PipelineDeclaration | undefined> {
  const row = await tx
    .selectFrom('pipeline_versions')
    .select('doc')
    .where('pipeline_name', '=', pipelineName)
    .where('version', '=', pipelineVersion)
    .executeTakeFirst()
  return row && parse<PipelineDeclaration>(row)
}

/** The text to write; `undefined` when as much was sealed before: sealing the same value again gives another text. */
function sealedText(before: string, sealed: object): string | undefined {
  const text = JSON.stringify(sealed)
  return count(text) > count(before) ? text : undefined
}

const written = JSON.stringify(mark).slice(1, -1)

function count(text: string): number {
  return text.split(written).length
}
