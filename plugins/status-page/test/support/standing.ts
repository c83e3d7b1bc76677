import type { LiveExecution, PastExecution, PipelineStanding, ServerServices } from '@penstock/core'
import * as data from './data.js'

type Overview = Pick<ServerServices['overview'], 'standing' | 'recent' | 'activity' | 'deployed' | 'runs'>

/** How the sample's pipelines stand, drawn from what the API says of them. */
export function sampleStanding(now: number, names: () => readonly string[], over: () => boolean): Overview {
  const past = (): PastExecution[] =>
    data.executions(now).map((one) => ({
      pipelineName: data.shop.name,
      pipelineExecutionId: one.pipelineExecutionId,
      status: one.status,
      started: Number(one.startTime),
      updated: Number(one.lastUpdateTime),
      trigger: one.trigger,
      sourceRevisions: one.sourceRevisions.map((revision) => ({
        ...revision,
        revisionId: revision.revisionId ?? '',
        author: 'Mia <b>Wong</b>',
      })),
      type: one.executionType,
    }))
  const own = (name: string): PipelineStanding => {
    if (name !== data.shop.name) return { name, tags: {}, live: [] }
    const [latest] = past()
    return {
      name,
      tags: { team: 'web' },
      ...(latest && { latest }),
      live: over() ? [] : past().filter(isLive).map(living),
    }
  }
  const living = (execution: PastExecution): LiveExecution => ({
    ...execution,
    variables: { Channel: 'stable' },
    at: {
      stage: execution.pipelineExecutionId === data.ids.running ? 'Approve' : 'Build',
      waiting: false,
      since: execution.started,
    },
    actions: data
      .runs(now)
      .filter((run) => run.status === 'InProgress' && run.pipelineExecutionId === execution.pipelineExecutionId)
      .map((run) => ({
        actionExecutionId: run.actionExecutionId,
        stageName: run.stageName,
        actionName: run.actionName,
        attempt: 1,
        started: Number(run.startTime),
        ...(run.actionName === 'Release'
          ? {
              approval: {
                token: data.ids.token,
                deadline: now + 86_400_000,
                configuration: run.input.resolvedConfiguration,
                standing: {
                  needed: 2,
                  of: ['mia', 'admin', 'eve'],
                  given: [
                    { by: 'arn:aws:iam::123456789012:user/mia', at: now - 60_000, summary: 'Checked the basket' },
                  ],
                  artifacts: [{ name: 'Site', location: data.siteArtifact, revisionId: '3f9c2e1d8b7a' }],
                },
              },
            }
          : { workStarted: Number(run.startTime) + 20_000, percentComplete: 62 }),
      })),
  })
  return {
    standing: async (wanted) => (wanted ?? names()).filter((name) => names().includes(name)).map(own),
    recent: async (wanted) => (wanted.includes(data.shop.name) ? past() : []),
    activity: async ({ before }) => (before ? [] : past()),
    deployed: async (name) => {
      const done = past().find(({ pipelineExecutionId }) => pipelineExecutionId === data.ids.done)
      return name === data.shop.name && done ? [{ stageName: 'Deploy', at: done.updated, execution: done }] : []
    },
    runs: async (id) =>
      data
        .runs(now)
        .filter(({ pipelineExecutionId }) => pipelineExecutionId === id)
        .map((run) => ({
          actionExecutionId: run.actionExecutionId,
          stageName: run.stageName,
          actionName: run.actionName,
          attempt: 1,
          status: run.status,
          started: Number(run.startTime),
          updated: Number(run.lastUpdateTime),
        }))
        .reverse(),
  }
}

function isLive({ status }: PastExecution): boolean {
  return status === 'InProgress'
}
