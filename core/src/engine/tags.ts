import type { Principal } from '../domain/access.js'
import { Fault } from '../domain/faults.js'
import type { Pipeline } from '../domain/pipeline.js'
import type { Engine } from './engine.js'
import type { PipelineOperations } from './operations.js'
import type { Shelf } from './ports.js'
import type { Tag } from './views.js'

/** S21. */
export const tagLimit = 50

type Tags = Readonly<Record<string, string>>

/** Errors: InvalidTagsException, TooManyTagsException. */
export function checkTags(arn: string, tags: readonly Tag[], before: Tags = {}): Record<string, string> {
  for (const { key, value } of tags) {
    if (key.length < 1 || key.length > 128)
      throw new Fault('InvalidTagsException', `The tag key '${key}' must have 1 to 128 characters`)
    if (key.toLowerCase().startsWith('aws:'))
      throw new Fault('InvalidTagsException', `The tag key '${key}' must not start with aws:`)
    if (value.length > 256)
      throw new Fault('InvalidTagsException', `The value of tag '${key}' must have at most 256 characters`)
  }
  const after = { ...before, ...Object.fromEntries(tags.map(({ key, value }) => [key, value])) }
  if (Object.keys(after).length > tagLimit)
    throw new Fault('TooManyTagsException', `Tag limit exceeded for resource [${arn}].`)
  return after
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }))
}

/** Errors: InvalidArnException, ResourceNotFoundException, InvalidTagsException, TooManyTagsException. */
export async function putTags(
  engine: Engine,
  _by: Principal,
  input: Parameters<PipelineOperations['putTags']>[1],
): Promise<void> {
  await change(engine, input.resourceArn, (tags) => checkTags(input.resourceArn, input.tags, tags))
}

/** Errors: InvalidArnException, ResourceNotFoundException. */
export async function removeTags(
  engine: Engine,
  _by: Principal,
  input: Parameters<PipelineOperations['removeTags']>[1],
): Promise<void> {
  await change(engine, input.resourceArn, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !input.tagKeys.includes(key))),
  )
}

/** Errors: InvalidArnException, ResourceNotFoundException. */
export async function listTags(
  engine: Engine,
  _by: Principal,
  input: Parameters<PipelineOperations['listTags']>[1],
): Promise<{ tags: Tag[] }> {
  const holder = await tagHolder(engine, input.resourceArn)
  return { tags: tagList(holder.tags) }
}

/** Something that carries tags. */
interface TagHolder {
  readonly tags: Tags
  save(tags: Tags): Promise<void>
}

async function change(engine: Engine, arn: string, next: (tags: Tags) => Tags): Promise<void> {
  const holder = await tagHolder(engine, arn)
  await holder.save(next(holder.tags))
}

async function tagHolder(engine: Engine, arn: string): Promise<TagHolder> {
  const match = /^arn:aws[\w-]*:codepipeline:([^:]+):(\d{12}):(.+)$/.exec(arn)
  const [, region, account, name] = match ?? []
  if (name === undefined || region !== engine.region || account !== engine.accountId) {
    throw new Fault(
      'InvalidArnException',
      `The ARN '${arn}' must be one of region ${engine.region} and account ${engine.accountId}`,
    )
  }
  const found = name.includes(':') ? await otherHolder(engine, name) : await pipelineHolder(engine, name)
  if (found) return found
  throw new Fault('ResourceNotFoundException', `The resource '${arn}' was not found`)
}

async function otherHolder(engine: Engine, name: string): Promise<TagHolder | undefined> {
  const [kind, ...rest] = name.split(':')
  const id = rest.join(':')
  if (kind === 'webhook') return onShelf(engine.store.webhooks, id)
  if (kind !== 'actiontype') return undefined
  const [owner, category, provider, version] = id.split('/')
  return onShelf(engine.store.actionTypes, `${category}/${owner}/${provider}/${version}`)
}

async function onShelf<T extends { readonly tags: Tags }>(
  shelf: Shelf<T>,
  key: string,
): Promise<TagHolder | undefined> {
  const found = await shelf.get(key)
  return found && { tags: found.tags, save: (tags) => shelf.put(key, { ...found, tags }) }
}

async function pipelineHolder(engine: Engine, name: string): Promise<TagHolder | undefined> {
  const pipeline = await engine.store.read.pipeline(name)
  return pipeline && { tags: pipeline.tags, save: (tags) => saveTags(engine, pipeline, tags) }
}

/** A tag can be a setting (`penstock:schedule`), so whoever watches pipelines is told. */
async function saveTags(engine: Engine, { name }: Pipeline, tags: Tags): Promise<void> {
  await engine.store.transact(async (unit) => {
    const present = await unit.lockPipeline(name)
    if (present) await unit.savePipeline({ ...present, tags }, 'tags')
  })
  engine.store.signal(JSON.stringify({ pipelineName: name }))
}
