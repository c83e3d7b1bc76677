/** A pipeline's definition: created, changed, shown, deleted. */
import type { Principal } from '../domain/access.js'
import { type ActionTypeId, actionTypeKey } from '../domain/action-type.js'
import { Fault } from '../domain/faults.js'
import type { Pipeline, PipelineDeclaration } from '../domain/pipeline.js'
import { asFault } from '../domain/validation/problem.js'
import { validatePipeline } from '../domain/validation/structure.js'
import { applyIn } from './apply.js'
import type { Effect } from './changes.js'
import type { Engine } from './engine.js'
import { pipelineArn, pipelineNotFound } from './names.js'
import { normalize } from './normalize.js'
import type { PipelineOperations } from './operations.js'
import { positionOf, withToken } from './paging.js'
import type { Unit } from './ports.js'
import { refuseSecrets } from './secret-references.js'
import { hideAllSecrets, keepSecrets } from './secrets.js'
import { checkTags, tagList } from './tags.js'
import { typeWarnings } from './type-warnings.js'
import type { PipelineMetadata, PipelineSummary, Tag } from './views.js'

type Input<Name extends keyof PipelineOperations> = Parameters<PipelineOperations[Name]>[1]

/**
 * X1: a new pipeline starts at once. Errors: the Invalid...Exceptions of what is wrong with it, InvalidTagsException,
 * TooManyTagsException, LimitExceededException, PipelineNameInUseException.
 */
export async function createPipeline(
  engine: Engine,
  by: Principal,
  input: Input<'createPipeline'>,
): Promise<{ pipeline: PipelineDeclaration; tags: Tag[] }> {
  const tags = checkTags(engine, pipelineArn(engine, input.pipeline.name), input.tags ?? [])
  const pipeline = await storeNew(engine, input.pipeline, by.arn, tags)
  return { pipeline: hideAllSecrets(engine.types, pipeline.declaration), tags: tagList(tags) }
}

async function storeNew(
  engine: Engine,
  structure: PipelineDeclaration,
  by: string,
  tags: Record<string, string>,
): Promise<Pipeline> {
  refuseInvalid(engine, structure, await askElsewhere(engine, structure))
  await refuseSecrets(engine, structure)
  warnOfTypes(engine, structure)
  const declaration = normalize(structure, 1, engine)
  const keeper = engine.keeperOf?.(structure.name)
  const pipeline = await engine.store.transact(async (unit) => {
    if (await unit.lockPipeline(structure.name)) throw alreadyThere(engine, structure.name)
    if (keeper !== undefined) throw nameInUse(structure.name, keeper)
    await refuseTooMany(engine, unit)
    const now = await unit.now(engine.clock.now())
    const created = { name: structure.name, declaration, version: 1, created: now, updated: now, tags }
    await unit.createPipeline(created, by)
    await unit.tell(created.name, [changed(created, 'created', by)], now)
    await startFirst(engine, unit, created, by)
    return created
  })
  for (const kind of ['jobs', 'outbox'] as const) engine.store.signal({ kind })
  engine.store.signal({ kind: 'pipeline', pipelineName: pipeline.name })
  return pipeline
}

/**
 * A new pipeline starts (X1). One that cannot start by itself (a variable without a default) is created all the same.
 */
async function startFirst(engine: Engine, unit: Unit, { name, declaration }: Pipeline, by: string): Promise<void> {
  if (declaration.variables?.some((variable) => variable.defaultValue === undefined)) return
  await applyIn(engine, unit, name, {
    type: 'Start',
    trigger: { triggerType: 'CreatePipeline', triggerDetail: by },
    variables: {},
    sourceOverrides: [],
    sourceRevisions: [],
  })
}

function changed({ name, version }: Pipeline, change: 'created' | 'updated', by: string): Effect {
  return { kind: 'pipelineChanged', pipelineName: name, change, version, by }
}

/** Tells of actions that will fail, because nothing here runs their type. */
function warnOfTypes(engine: Engine, pipeline: PipelineDeclaration): void {
  for (const { path, message } of typeWarnings(engine.types, pipeline)) engine.warn?.(pipeline.name, path, message)
}

/** The name is taken, but no pipeline has it that anybody could see. */
function nameInUse(name: string, keeper: string): Fault {
  return new Fault('PipelineNameInUseException', `The name '${name}' belongs to ${keeper}`)
}

/** Only for those who set a limit: counting is not free. */
async function refuseTooMany({ pipelineLimit }: Engine, unit: Unit): Promise<void> {
  if (pipelineLimit === undefined || (await unit.countPipelines()) < pipelineLimit) return
  throw new Fault(
    'LimitExceededException',
    `There can be at most ${pipelineLimit} pipelines: limits.pipelines of the server's configuration says so`,
  )
}

/** S19: the service answers with this code, though its model has PipelineNameInUseException too. */
function alreadyThere({ accountId }: Engine, name: string): Fault {
  return new Fault(
    'InvalidStructureException',
    `A pipeline with the name '${name}' already exists in account '${accountId}'`,
  )
}

function refuseInvalid(engine: Engine, structure: PipelineDeclaration, elsewhere: Verdicts): void {
  const fault = asFault(validatePipeline(structure, { ...lookup(engine, elsewhere) }))
  if (fault) throw fault
}

/** What providers in processes of their own say of configurations. */
type Verdicts = ReadonlyMap<string, readonly string[]>

function verdictKey(id: ActionTypeId, configuration: Readonly<Record<string, string>>): string {
  return `${actionTypeKey(id)} ${JSON.stringify(configuration)}`
}

/** Asks all of them at once, and before any transaction: a plugin's slowness is not to hold the database. */
export async function askElsewhere(
  engine: Pick<Engine, 'region' | 'types'>,
  structure: PipelineDeclaration,
): Promise<Verdicts> {
  const asked: Promise<readonly [string, readonly string[]]>[] = []
  const judge: ReturnType<typeof lookup>['judge'] = (id, configuration) => {
    const answer = engine.types.judgeElsewhere?.(id, configuration)
    if (answer !== undefined) asked.push(answer.then((says) => [verdictKey(id, configuration), says]))
    return []
  }
  if (engine.types.judgeElsewhere) validatePipeline(structure, { ...lookup(engine), judge })
  return new Map(await Promise.all(asked))
}

/** What validation needs, from what the engine has. */
export function lookup(
  engine: Pick<Engine, 'region' | 'types'>,
  elsewhere?: Verdicts,
): Parameters<typeof validatePipeline>[1] {
  return {
    region: engine.region,
    describe: (id) => engine.types.describe(id),
    instead: (id) => engine.types.instead?.(id),
    judge: (id, configuration) =>
      elsewhere?.get(verdictKey(id, configuration)) ?? engine.types.judge(id, configuration),
    describeRule: (id) => engine.types.describeRule(id),
    judgeRule: (id, configuration) => engine.types.judgeRule(id, configuration),
    ruleNames: () => engine.types.listRules().map(({ id }) => id.provider),
    similar: (id) =>
      engine.types
        .list()
        .filter(
          (type) => type.id.category === id.category && type.id.provider.toLowerCase() === id.provider.toLowerCase(),
        )
        .map(
          ({ id: { owner, provider, version } }) => `Owner '${owner}', Provider '${provider}', Version '${version}'`,
        ),
  }
}

/**
 * One version more (S11, X10, J3); starts nothing (X1). Errors: PipelineNotFoundException, the Invalid...Exceptions.
 */
export async function updatePipeline(
  engine: Engine,
  by: Principal,
  input: Input<'updatePipeline'>,
): Promise<{ pipeline: PipelineDeclaration }> {
  const { name } = input.pipeline
  const elsewhere = await askElsewhere(engine, input.pipeline)
  await refuseSecrets(engine, input.pipeline)
  warnOfTypes(engine, input.pipeline)
  const updated = await engine.store.transact(async (unit) => {
    const before = await unit.lockPipeline(name)
    if (!before) throw pipelineNotFound(engine, name)
    const structure = keepSecrets(engine.types, input.pipeline, before.declaration)
    refuseInvalid(engine, structure, elsewhere)
    const version = before.version + 1
    const after = {
      ...before,
      version,
      declaration: normalize(structure, version, engine),
      updated: await unit.now(engine.clock.now()),
    }
    await applyIn(engine, unit, name, { type: 'Redefine', pipeline: after })
    await unit.savePipeline(after, by.arn)
    await unit.tell(name, [changed(after, 'updated', by.arn)], after.updated)
    return after
  })
  engine.store.signal({ kind: 'outbox' })
  engine.store.signal({ kind: 'pipeline', pipelineName: name })
  return { pipeline: hideAllSecrets(engine.types, updated.declaration) }
}

/** D1: whether or not there is such a pipeline. */
export async function deletePipeline(engine: Engine, by: Principal, input: Input<'deletePipeline'>): Promise<void> {
  const { name: pipelineName } = input
  await engine.store.transact(async (unit) => {
    if (!(await unit.deletePipeline(pipelineName))) return
    const effect = { kind: 'pipelineChanged', pipelineName, change: 'deleted', by: by.arn } as const
    await unit.tell(pipelineName, [effect], await unit.now(engine.clock.now()))
  })
  engine.store.signal({ kind: 'outbox' })
  engine.store.signal({ kind: 'cancels' })
  engine.store.signal({ kind: 'pipeline', pipelineName: input.name })
}

/** Errors: PipelineNotFoundException, PipelineVersionNotFoundException. */
export async function getPipeline(
  engine: Engine,
  _by: Principal,
  input: Input<'getPipeline'>,
): Promise<{ pipeline: PipelineDeclaration; metadata: PipelineMetadata }> {
  const pipeline = await engine.store.read.pipeline(input.name, input.version)
  if (!pipeline) {
    const exists = input.version !== undefined && (await engine.store.read.pipeline(input.name))
    if (!exists) throw pipelineNotFound(engine, input.name)
    throw new Fault(
      'PipelineVersionNotFoundException',
      `The pipeline '${input.name}' does not have a version ${input.version}; its newest is ${exists.version}`,
    )
  }
  const metadata = {
    pipelineArn: pipelineArn(engine, pipeline.name),
    created: new Date(pipeline.created),
    updated: new Date(pipeline.updated),
  }
  return { pipeline: hideAllSecrets(engine.types, pipeline.declaration), metadata }
}

/** Errors: InvalidNextTokenException. */
export async function listPipelines(
  engine: Engine,
  _by: Principal,
  input: Input<'listPipelines'>,
): Promise<{ pipelines: PipelineSummary[]; nextToken?: string }> {
  const limit = input.maxResults ?? 1000
  const found = await engine.store.read.pipelines(positionOf<string>('pipelines', input.nextToken, 'string'), limit + 1)
  const shown = found.slice(0, limit)
  return withToken(
    { pipelines: shown.map(summary) },
    'pipelines',
    found.length > limit ? shown.at(-1)?.name : undefined,
  )
}

function summary({ name, version, declaration, created, updated }: Pipeline): PipelineSummary {
  return {
    name,
    version,
    pipelineType: declaration.pipelineType ?? 'V1',
    executionMode: declaration.executionMode ?? 'SUPERSEDED',
    created: new Date(created),
    updated: new Date(updated),
  }
}
