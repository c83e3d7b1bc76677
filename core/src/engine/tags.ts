import type { Principal } from '../domain/access.js'
import { Fault } from '../domain/faults.js'
import type { Engine } from './engine.js'
import type { PipelineOperations } from './operations.js'
import { pageSize, positionOf, withToken } from './paging.js'
import type { Shelf } from './ports.js'
import type { Tag } from './views.js'

/** How many tags one resource can have (S21). */
export const tagLimit = 50

type Tags = Readonly<Record<string, string>>

/** Errors: InvalidTagsException, also for a value that is a setting and cannot be used; TooManyTagsException. */
export function checkTags(
  engine: Pick<Engine, 'tagProblem'>,
  arn: string,
  tags: readonly Tag[],
  before: Tags = {},
): Record<string, string> {
  for (const { key, value } of tags) {
    if (key.length < 1 || key.length > 128)
      throw new Fault('InvalidTagsException', `The tag key '${key}' must have 1 to 128 characters`)
    refuseReserved(key)
    if (value.length > 256)
      throw new Fault('InvalidTagsException', `The value of tag '${key}' must have at most 256 characters`)
    const problem = engine.tagProblem?.(key, value)
    if (problem !== undefined) throw new Fault('InvalidTagsException', `The value of tag '${key}': ${problem}`)
  }
  const after = { ...before, ...Object.fromEntries(tags.map(({ key, value }) => [key, value])) }
  if (Object.keys(after).length > tagLimit)
    throw new Fault('TooManyTagsException', `Tag limit exceeded for resource [${arn}].`)
  return after
}

function refuseReserved(key: string): void {
  if (key.toLowerCase().startsWith('aws:'))
    throw new Fault('InvalidTagsException', `The tag key '${key}' must not start with aws:`)
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
  await holderOf(engine, input.resourceArn).change((tags) => checkTags(engine, input.resourceArn, input.tags, tags))
}

/** Errors: InvalidArnException, ResourceNotFoundException, InvalidTagsException. */
export async function removeTags(
  engine: Engine,
  _by: Principal,
  input: Parameters<PipelineOperations['removeTags']>[1],
): Promise<void> {
  for (const key of input.tagKeys) refuseReserved(key)
  await holderOf(engine, input.resourceArn).change((tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !input.tagKeys.includes(key))),
  )
}

/** Errors: InvalidArnException, ResourceNotFoundException, InvalidNextTokenException. */
export async function listTags(
  engine: Engine,
  _by: Principal,
  input: Parameters<PipelineOperations['listTags']>[1],
): Promise<{ tags: Tag[]; nextToken?: string }> {
  const list = `tags ${input.resourceArn}`
  const from = positionOf<number>(list, input.nextToken, 'number') ?? 0
  const all = tagList(await holderOf(engine, input.resourceArn).read())
  const end = from + (input.maxResults ?? pageSize)
  return withToken({ tags: all.slice(from, end) }, list, end < all.length ? end : undefined)
}

/** Something that carries tags. Both throw ResourceNotFoundException when it is not there. */
interface TagHolder {
  read(): Promise<Tags>
  change(next: (tags: Tags) => Tags): Promise<void>
}

const nouns: Readonly<Record<string, string>> = { webhook: 'webhook', actiontype: 'custom action type' }

function holderOf(engine: Engine, arn: string): TagHolder {
  const match = /^arn:aws[\w-]*:codepipeline:([^:]+):(\d{12}):(.+)$/.exec(arn)
  const [, region, account, name] = match ?? []
  if (name === undefined || region !== engine.region || account !== engine.accountId) {
    throw new Fault(
      'InvalidArnException',
      `The ARN '${arn}' must be one of region ${engine.region} and account ${engine.accountId}`,
    )
  }
  const [kind = '', ...rest] = name.split(':')
  const id = rest.join(':')
  const what = rest.length === 0 ? 'pipeline' : (nouns[kind] ?? kind)
  const notFound = () =>
    new Fault(
      'ResourceNotFoundException',
      `The resource '${arn}' was not found: account '${account}' does not have a ${what} with name '${rest.length === 0 ? name : id}'`,
    )
  if (rest.length === 0) return pipelineHolder(engine, name, notFound)
  if (kind === 'webhook') return onShelf(engine.store.webhooks, id, notFound)
  if (kind !== 'actiontype') throw notFound()
  const [owner, category, provider, version] = id.split('/')
  return onShelf(engine.store.actionTypes, `${category}/${owner}/${provider}/${version}`, notFound)
}

function onShelf<T extends { readonly tags: Tags; readonly deleted?: boolean }>(
  shelf: Shelf<T>,
  key: string,
  notFound: () => Fault,
): TagHolder {
  const there = (found: T | undefined): T => {
    if (!found || found.deleted) throw notFound()
    return found
  }
  return {
    read: async () => there(await shelf.get(key)).tags,
    change: async (next) =>
      void (await shelf.change(key, (found) => ({ ...there(found), tags: next(there(found).tags) }))),
  }
}

/** A tag can be a setting (`penstock:schedule`), so whoever watches pipelines is told. */
function pipelineHolder({ store }: Engine, name: string, notFound: () => Fault): TagHolder {
  return {
    async read() {
      const pipeline = await store.read.pipeline(name)
      if (!pipeline) throw notFound()
      return pipeline.tags
    },
    async change(next) {
      await store.transact(async (unit) => {
        const present = await unit.lockPipeline(name)
        if (!present) throw notFound()
        await unit.savePipeline({ ...present, tags: next(present.tags) }, 'tags')
      })
      store.signal({ kind: 'pipeline', pipelineName: name })
    },
  }
}
