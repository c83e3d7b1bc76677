import type { FaultDetail } from '../../domain/faults.js'
import type { ActionState, PipelineState, StageState } from '../../engine/views.js'
import type { SourceStatus } from '../../host/services.js'
import { withClient } from '../api/connect.js'
import { print } from '../output.js'
import { clean } from '../terminal/clean.js'
import { paint } from '../terminal/paint.js'
import { shortId } from '../terminal/short-id.js'
import { status as shown } from '../terminal/status.js'
import { ago } from '../terminal/time.js'
import { cut, width } from '../terminal/width.js'
import type { VerbOptions } from './options.js'
import { stateOf } from './pick.js'
import { problemsOf } from './sources.js'

/** `penstock status PIPELINE`: stages, the doors between them, and actions, as the page shows them. */
export async function status(name: string, options: VerbOptions): Promise<void> {
  const { state, sources, dangers } = await withClient(options, async (client) => {
    const state = await stateOf(client, name)
    // What is wrong with polling is in the state as well; a server of an older version has no more than that.
    const sources = await client.listSources({ pipelineName: name }).then(
      (answer) => answer.sources,
      () => [],
    )
    const dangers = await client.getPipelineWarnings({ name: state.pipelineName }).then(
      ({ warnings }) => warnings,
      () => [],
    )
    return { state, sources, dangers }
  })
  print(options.output, state, () => [...drawing(state), ...sources.flatMap(warnings), ...dangers.map(danger)])
}

function warnings(source: SourceStatus): string[] {
  return problemsOf(source).map((problem) => paint.yellow(`Source ${source.actionName}: ${problem}`))
}

function danger({ path, message }: FaultDetail): string {
  return paint.yellow(`Warning${path === '' ? '' : ` ${path}`}: ${clean(message)}`)
}

function drawing(state: PipelineState): string[] {
  const { pipelineName, pipelineVersion, stageStates } = state
  const widest = Math.max(0, ...stageStates.flatMap((stage) => stage.actionStates.map((one) => width(one.actionName))))
  const columns = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY
  const now = Date.now()
  const head = `${paint.bold(pipelineName)} ${paint.dim(`version ${pipelineVersion}`)}`
  return [head, ...stageStates.flatMap((stage, index) => stageLines(stage, index, widest, now))].map((line) =>
    width(line) > columns ? cut(line, columns) : line,
  )
}

function stageLines(stage: StageState, index: number, widest: number, now: number): string[] {
  const { stageName, latestExecution: latest, inboundExecution, inboundExecutions } = stage
  const id = latest ? paint.dim(shortId(latest.pipelineExecutionId)) : ''
  const waiting = (inboundExecutions ?? (inboundExecution ? [inboundExecution] : [])).map(({ pipelineExecutionId }) =>
    paint.yellow(`  | ${shortId(pipelineExecutionId)} waits`),
  )
  return [
    ...(index === 0 ? [] : [doorLine(stage)]),
    ...waiting,
    `${paint.bold(stageName)}  ${shown(latest?.status)}  ${id}`.trimEnd(),
    ...conditionLines(stage),
    ...stage.actionStates.map((action) => actionLine(action, widest, now)),
  ]
}

function doorLine({ inboundTransitionState: door }: StageState): string {
  if (door.enabled) return paint.dim('  |')
  const by = door.lastChangedBy === undefined ? '' : ` by ${clean(door.lastChangedBy)}`
  return paint.yellow(`  x disabled${by}: ${clean(door.disabledReason ?? '')}`)
}

function conditionLines(stage: StageState): string[] {
  const conditions = {
    'before entry': stage.beforeEntryConditionState,
    'on success': stage.onSuccessConditionState,
    'on failure': stage.onFailureConditionState,
  }
  return Object.entries(conditions).flatMap(([name, state]) =>
    state
      ? [
          `  ${paint.dim(name)}  ${shown(state.latestExecution.status)}  ${clean(state.latestExecution.summary ?? '')}`.trimEnd(),
        ]
      : [],
  )
}

function actionLine(
  { actionName, latestExecution: latest, currentRevision }: ActionState,
  widest: number,
  now: number,
) {
  const said = latest?.errorDetails?.message ?? latest?.summary ?? currentRevision?.revisionId ?? ''
  const progress =
    latest?.status === 'InProgress' && latest.percentComplete !== undefined ? `${latest.percentComplete} %` : ''
  const asks = latest?.token === undefined ? '' : paint.yellow('waits for an approval')
  const parts = [shown(latest?.status), asks, progress, paint.dim(ago(latest?.lastStatusChange, now)), clean(said)]
  return `  ${actionName}${' '.repeat(widest - width(actionName))}  ${parts.filter((part) => part !== '').join('  ')}`
}
