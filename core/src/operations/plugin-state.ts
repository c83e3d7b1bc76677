/** What plugins keep (`api.state`), for their copies on workers' machines. Who may claim a plugin's jobs may reach it. */
import type { Principal } from '../domain/access.js'
import { defined } from '../domain/defined.js'
import type { WorkerService } from '../host/services.js'
import type { StateDoor } from '../host/state/state-door.js'
import { boolean, type InputOf, integer, structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import { logBytes, logOffset, workerName } from './shapes/worker-job.js'

const about = { workerName, plugin: text({ min: 1, max: 214 }) }
const key = text({ min: 1, max: 1024 })
const uuid = text({ min: 36, max: 36 })
const part = integer({ min: 0 })
const condition = { absent: boolean, expected: uuid }

function stateOf(
  workers: WorkerService,
  by: Principal,
  { workerName, plugin }: { readonly workerName: string; readonly plugin: string },
): Promise<StateDoor> {
  return workers.state({ by, workerName }, plugin)
}

/** AWS's protocol has no null: `absent` says that nothing may be there. */
function changeOf({
  key,
  absent,
  expected,
}: {
  readonly key: string
  readonly absent?: boolean
  readonly expected?: string
}) {
  return { key, ...(absent ? { expected: null } : defined({ expected })) }
}

export const getPluginState = operation({
  name: 'GetPluginState',
  service: 'penstock',
  input: structure({ ...about, key }),
  resource: () => '*',
  run: async ({ workers }, by, input) => ({ entry: await (await stateOf(workers, by, input)).get(input.key) }),
})

export const listPluginState = operation({
  name: 'ListPluginState',
  service: 'penstock',
  input: structure(about, {
    prefix: text({ max: 1024 }),
    after: text({ max: 1024 }),
    limit: integer({ min: 1, max: 1000 }),
  }),
  resource: () => '*',
  run: async ({ workers }, by, { prefix, after, limit, ...input }) => ({
    entries: await (await stateOf(workers, by, input)).list(defined({ prefix, after, limit })),
  }),
})

const putInput = structure(
  { ...about, key, version: uuid },
  { ...condition, value: text(), blobId: uuid, blobSize: logOffset },
)

function contentOf({ value = 'null', blobId, blobSize }: InputOf<typeof putInput>) {
  return blobId === undefined ? { value } : { blob: { id: blobId, size: Number(blobSize ?? 0) } }
}

export const putPluginState = operation({
  name: 'PutPluginState',
  service: 'penstock',
  input: putInput,
  resource: () => '*',
  run: async ({ workers }, by, input) => {
    const state = await stateOf(workers, by, input)
    await state.put({ ...changeOf(input), version: input.version, content: contentOf(input) })
  },
})

export const deletePluginState = operation({
  name: 'DeletePluginState',
  service: 'penstock',
  input: structure({ ...about, key }, condition),
  resource: () => '*',
  run: async ({ workers }, by, input) => (await stateOf(workers, by, input)).delete(changeOf(input)),
})

export const beginPluginBlob = operation({
  name: 'BeginPluginBlob',
  service: 'penstock',
  input: structure({ ...about, blobId: uuid }),
  resource: () => '*',
  run: async ({ workers }, by, input) => (await stateOf(workers, by, input)).beginBlob(input.blobId),
})

export const writePluginBlobPart = operation({
  name: 'WritePluginBlobPart',
  service: 'penstock',
  input: structure({ ...about, blobId: uuid, part, bytes: logBytes }),
  resource: () => '*',
  run: async ({ workers }, by, input) => {
    const state = await stateOf(workers, by, input)
    await state.writePart(input.blobId, input.part, Buffer.from(input.bytes, 'base64'))
  },
})

export const readPluginBlobPart = operation({
  name: 'ReadPluginBlobPart',
  service: 'penstock',
  input: structure({ ...about, blobId: uuid, part }),
  resource: () => '*',
  run: async ({ workers }, by, input) => {
    const bytes = await (await stateOf(workers, by, input)).readPart(input.blobId, input.part)
    return { bytes: Buffer.from(bytes).toString('base64') }
  },
})
