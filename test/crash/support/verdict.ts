/** What must be true afterwards, whenever the server was killed. Every deviation is one sentence. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ActionExecutionDetail, PipelineExecutionSummary } from '@aws-sdk/client-codepipeline'
import { openPostgres, openSqlite } from '../../../core/src/store/database.js'
import { environmentValue, listProcessIds } from '../../../core/src/worker/process-table.js'
import { type Build, logOf, readLedger, type Traces } from './builds.js'
import { type Client, insist } from './client.js'
import type { Installation } from './installation.js'
import type { Story } from './ordeal.js'
import type { Places, Plan } from './pipelines.js'

export interface Verdict {
  readonly problems: readonly string[]
  readonly executions: number
  readonly builds: number
  readonly lost: number
}

interface Case {
  /** One for each server. */
  readonly clients: readonly [Client, ...Client[]]
  readonly plans: readonly Plan[]
  readonly places: Places
  readonly story: Pick<Story, 'asked' | 'read' | 'mayBeLost'>
}

/** Judges executions, builds, logs, and what was left behind. The servers must run and have nothing to do. */
export async function judge(subject: Case): Promise<Verdict> {
  const { clients, plans, places, story } = subject
  const [client] = clients
  const ledger = readLedger(places.ledger)
  const problems: string[] = []
  let [executions, builds, lost] = [0, 0, 0]
  for (const plan of plans) {
    const all = await client.executions(plan.name)
    const actions = await client.actions(plan.name)
    executions += all.length
    problems.push(...judgeStarts(plan, all, story))
    for (const one of all) problems.push(...judgeExecution(plan, one, actions, story))
    for (const action of actions) {
      if (action.stageName === 'Source') continue
      builds++
      const id = action.actionExecutionId ?? ''
      const traces = ledger.get(id) ?? { begun: 0, ended: 0 }
      ledger.delete(id)
      const isLost = wasLost(action)
      if (isLost) lost++
      problems.push(...judgeBuild(plan, action, traces, story))
      const revision = revisionOf(all, action)
      problems.push(...judgeLog(plan, action, revision, await logFrom(clients, plan, id), story))
    }
  }
  for (const id of ledger.keys()) problems.push(`a build ran as ${id}, which no pipeline knows`)
  for (const { installation } of clients) problems.push(...(await judgeRemains(installation)))
  return { problems, executions, builds, lost }
}

/** The one that came with the pipeline (X1), and one for each start, however often it was asked for. */
function judgeStarts({ name }: Plan, every: readonly PipelineExecutionSummary[], { asked }: Case['story']): string[] {
  const all = every.filter(({ trigger }) => trigger?.triggerType !== 'PollForSourceChanges')
  const wanted = asked.filter(({ pipeline }) => pipeline === name).map(({ executionId }) => executionId)
  const known = new Set(all.map(({ pipelineExecutionId }) => pipelineExecutionId))
  return [
    ...wanted.filter((id) => !known.has(id)).map((id) => `${name}: the execution ${id} was promised and is not there`),
    ...(all.length === wanted.length + 1 ? [] : [`${name}: ${all.length} executions for ${wanted.length} starts`]),
  ]
}

function judgeExecution(
  plan: Plan,
  { pipelineExecutionId: id, status }: PipelineExecutionSummary,
  all: readonly ActionExecutionDetail[],
  { mayBeLost }: Case['story'],
): string[] {
  const mine = all.filter((action) => action.pipelineExecutionId === id)
  const names = mine.map(({ stageName, actionName }) => `${stageName}/${actionName}`)
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  const problems = twice.map((name) => `${plan.name} ${id}: ${name} has two action executions`)
  const hurt = mine.some((action) => mayBeLost.has(action.actionExecutionId ?? '') && wasLost(action))
  const allowed = hurt ? ['Failed'] : plan.mode === 'SUPERSEDED' ? [plan.ends, 'Superseded'] : [plan.ends]
  if (!allowed.includes(status ?? '')) {
    const failures = mine.map((action) => `${action.actionName}: ${action.status} ${messageOf(action)}`)
    problems.push(`${plan.name} ${id} is ${status} and not ${allowed.join(' or ')} (${failures.join('; ')})`)
  }
  return problems
}

function judgeBuild(
  plan: Plan,
  action: ActionExecutionDetail,
  { begun, ended }: Traces,
  { mayBeLost }: Case['story'],
): string[] {
  const id = action.actionExecutionId ?? ''
  const build = buildOf(plan, action)
  const name = `${plan.name}/${action.actionName} ${id}`
  if (wasLost(action)) {
    if (!mayBeLost.has(id)) return [`${name} is reported lost, and nobody killed it: ${messageOf(action)}`]
    return begun > 1 || ended > 1 ? [`${name} was lost and ran ${begun} times`] : []
  }
  const problems =
    begun === 1 && ended === 1 ? [] : [`${name} (${action.status}) began ${begun} times and ended ${ended} times`]
  const right = build.exit === 0 ? 'Succeeded' : 'Failed'
  if (action.status !== right) problems.push(`${name} is ${action.status} and not ${right}: ${messageOf(action)}`)
  if (build.exit !== 0 && !messageOf(action).includes(String(build.exit)))
    problems.push(`${name} does not tell its exit code ${build.exit}: ${messageOf(action)}`)
  return problems
}

function judgeLog(
  plan: Plan,
  action: ActionExecutionDetail,
  revision: string,
  text: string,
  { read }: Case['story'],
): string[] {
  const id = action.actionExecutionId ?? ''
  const build = buildOf(plan, action)
  const name = `the log of ${plan.name}/${action.actionName} ${id}`
  const wanted = logOf(build, id, revision)
  const problems: string[] = []
  if (wasLost(action)) {
    const said = text.split('\n').filter((line) => line.startsWith('line '))
    if (!wanted.includes(said.join('\n'))) problems.push(`${name} is not the beginning of what it should be`)
  } else {
    if (!text.startsWith(wanted)) problems.push(`${name} is not whole: ${difference(text, wanted)}`)
    const rest = text.slice(wanted.length)
    // Penstock's own last word of a build that failed; a kill between writing and noting that may say it twice.
    if (build.exit === 0 ? rest !== '' : !/^("[^\n]*" [^\n]*3[^\n]*\n){1,2}$/.test(rest))
      problems.push(`${name} ends in ${JSON.stringify(rest.slice(0, 300))}`)
  }
  if (!text.startsWith(read.get(id) ?? '')) problems.push(`${name} is not what was served of it while it ran`)
  return problems
}

/** From every server, which must all say the same; the last of it may come some seconds behind the result. */
async function logFrom(clients: readonly Client[], { name }: Plan, id: string): Promise<string> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const texts = await Promise.all(clients.map((client) => insist(() => client.log(name, id))))
    const [first = '', ...others] = texts.map((text) => text ?? '')
    if (others.every((text) => text === first)) return first
    if (Date.now() > deadline) return `the servers differ: ${texts.map((text) => text?.length).join(', ')} bytes`
    await delay(200)
  }
}

function revisionOf(
  all: readonly PipelineExecutionSummary[],
  { pipelineExecutionId: id }: ActionExecutionDetail,
): string {
  const execution = all.find(({ pipelineExecutionId }) => pipelineExecutionId === id)
  return execution?.sourceRevisions?.[0]?.revisionId ?? ''
}

function difference(text: string, wanted: string): string {
  let at = 0
  while (at < wanted.length && text[at] === wanted[at]) at++
  return `${text.length} of ${wanted.length} bytes, other from ${at} on: ${JSON.stringify(text.slice(at, at + 120))}`
}

function buildOf(plan: Plan, { actionName }: ActionExecutionDetail): Build {
  const build = plan.stages.flat(2).find(({ name }) => name === actionName)
  if (!build) throw new Error(`${plan.name} has no build ${actionName}`)
  return build
}

function messageOf({ output }: ActionExecutionDetail): string {
  const { errorDetails, externalExecutionSummary } = output?.executionResult ?? {}
  return errorDetails?.message ?? externalExecutionSummary ?? ''
}

function wasLost(action: ActionExecutionDetail): boolean {
  return action.status === 'Failed' && /was lost: |has not been heard of/.test(messageOf(action))
}

/** Clearing up goes on behind the result, so it has some seconds. */
async function judgeRemains(installation: Installation): Promise<string[]> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const problems = [...strays(installation), ...folders(installation), ...(await rows(installation))]
    if (problems.length === 0 || Date.now() > deadline) return problems
    await delay(200)
  }
}

/** Processes of steps that nobody waits for any more. */
export function strays({ dataFolder }: Installation): string[] {
  const pids = listProcessIds().filter((pid) => environmentValue(pid, 'PENSTOCK_STEP')?.startsWith(dataFolder))
  return pids.map((pid) => `the process ${pid} of a build still runs`)
}

function folders({ dataFolder }: Installation): string[] {
  const work = join(dataFolder, 'work') // a server that runs nothing itself has none
  return existsSync(work) ? readdirSync(work).map((id) => `work/${id} is left`) : []
}

async function rows({ options, dataFolder }: Installation): Promise<string[]> {
  const { databaseUrl } = options
  const database = await (databaseUrl === undefined
    ? openSqlite(join(dataFolder, 'penstock.db'))
    : openPostgres(databaseUrl))
  try {
    const jobs = await database.db.selectFrom('jobs').select(['id', 'status']).where('ended', 'is', null).execute()
    const outbox = await database.db.selectFrom('outbox').select('id').execute()
    return [
      ...jobs.map(({ id, status }) => `the job ${id} is left, ${status}`),
      ...(outbox.length > 0 ? [`${outbox.length} things were never told`] : []),
    ]
  } finally {
    await database.close()
  }
}
