import type { ActionExecution } from '../domain/action.js'
import type { RuleExecution } from '../domain/condition.js'
import { mapConfigurations } from '../domain/configurations.js'
import type { Job } from '../domain/job.js'
import type { Pipeline, PipelineDeclaration } from '../domain/pipeline.js'
import type { Decision } from '../engine/changes.js'
import type { PipelineState } from '../engine/state.js'
import type { Sealer, Secrecy } from './sealer.js'

/** Each kind of document, both ways. */
export class Documents {
  private readonly opened = new WeakMap<PipelineDeclaration, PipelineDeclaration>()

  constructor(
    private readonly sealer: Sealer,
    readonly secrecy: Secrecy,
  ) {}

  sealDeclaration(pipeline: PipelineDeclaration): PipelineDeclaration {
    return mapConfigurations(pipeline, (configuration, { type }) =>
      this.sealer.seal(configuration, pipeline.name, this.secrecy(type)),
    )
  }

  /** The store keeps parsed definitions, so an opened one is kept beside each. */
  openDeclaration(pipeline: PipelineDeclaration): PipelineDeclaration {
    const known = this.opened.get(pipeline)
    if (known) return known
    const opened = mapConfigurations(pipeline, (configuration) => this.sealer.open(configuration, pipeline.name))
    this.opened.set(pipeline, opened)
    return opened
  }

  sealPipeline = (pipeline: Pipeline): Pipeline => ({
    ...pipeline,
    declaration: this.sealDeclaration(pipeline.declaration),
  })

  openPipeline = (pipeline: Pipeline): Pipeline => ({
    ...pipeline,
    declaration: this.openDeclaration(pipeline.declaration),
  })

  /** An action or rule execution; `secret` judges the properties of its type. */
  sealRun<T extends ActionExecution | RuleExecution>(run: T, secret: (property: string) => boolean): T {
    const { pipelineName, configuration, resolvedConfiguration } = run
    return {
      ...run,
      configuration: this.sealer.seal(configuration, pipelineName, secret),
      resolvedConfiguration: this.sealer.seal(resolvedConfiguration, pipelineName, secret),
    }
  }

  openRun = <T extends ActionExecution | RuleExecution>(run: T): T => {
    const { pipelineName, configuration, resolvedConfiguration } = run
    return {
      ...run,
      configuration: this.sealer.open(configuration, pipelineName),
      resolvedConfiguration: this.sealer.open(resolvedConfiguration, pipelineName),
    }
  }

  sealJob(job: Job): Job {
    const { actionTypeId, configuration, pipelineName } = job.data
    const provider = /^Rule:(.+)$/.exec(actionTypeId.provider)?.[1]
    const { owner: _aws, version } = actionTypeId
    const secret = this.secrecy(
      job.kind === 'rule' && provider !== undefined ? { category: 'Rule', provider, version } : actionTypeId,
    )
    return { ...job, data: { ...job.data, configuration: this.sealer.seal(configuration, pipelineName, secret) } }
  }

  openJob = (job: Job): Job => {
    const { configuration, pipelineName } = job.data
    return { ...job, data: { ...job.data, configuration: this.sealer.open(configuration, pipelineName) } }
  }

  openState(state: PipelineState): PipelineState {
    const entries = <K, T>(map: ReadonlyMap<K, T>, open: (one: T) => T) =>
      new Map([...map].map(([key, one]) => [key, open(one)] as const))
    return {
      ...state,
      pipeline: this.openPipeline(state.pipeline),
      definitions: entries(state.definitions, (one) => this.openDeclaration(one)),
      actions: entries(state.actions, (one) => this.openRun(one)),
      rules: entries(state.rules, (one) => this.openRun(one)),
    }
  }

  /** `definitions` tell of what type each run is; of what is not in them, everything may be secret. */
  sealDecision(decision: Decision, definitions: PipelineState['definitions'] | undefined): Decision {
    const { changes } = decision
    const seal = <T extends ActionExecution | RuleExecution>(run: T): T => {
      const type = typeOf(run, definitions?.get(run.pipelineVersion))
      return this.sealRun(run, type ? this.secrecy(type) : () => true)
    }
    const newJobs = changes.newJobs.map((job) => this.sealJob(job))
    return {
      ...decision,
      changes: { ...changes, actions: changes.actions.map(seal), rules: changes.rules.map(seal), newJobs },
    }
  }
}

/** The declared type of a run; `undefined` when the definition has none such. */
export function typeOf(run: ActionExecution | RuleExecution, pipeline: PipelineDeclaration | undefined) {
  const stage = pipeline?.stages.find((one) => one.name === run.stageName)
  if ('actionName' in run) return stage?.actions.find((one) => one.name === run.actionName)?.actionTypeId
  const rules = stage?.[run.kind]?.conditions?.flatMap((condition) => condition.rules ?? [])
  return rules?.find((one) => one.name === run.ruleName)?.ruleTypeId
}
