/** A plugin's state from a worker on another machine: the server keeps it. */
import type { PluginValue } from '../domain/plugin-values.js'
import type { DoorChange, StateDoor } from '../host/state/state-door.js'
import type { HttpJobClient } from './http-job-client.js'

/** A server that is away for a moment is waited for. Errors: Faults, the server's refusal as AccessDeniedException too. */
export function httpState(client: Pick<HttpJobClient, 'insist'>, plugin: string): StateDoor {
  const ask = <T = object>(operation: string, input: object) => client.insist<T>(operation, { plugin, ...input })
  return {
    get: async (key) => (await ask<{ entry?: PluginValue }>('GetPluginState', { key })).entry,
    list: async (page) => (await ask<{ entries: PluginValue[] }>('ListPluginState', page)).entries,
    put: async ({ version, content, ...change }) => {
      const what = 'blob' in content ? { blobId: content.blob.id, blobSize: String(content.blob.size) } : content
      await ask('PutPluginState', { ...onWire(change), version, ...what })
    },
    delete: async (change) => void (await ask('DeletePluginState', onWire(change))),
    beginBlob: async (blobId) => void (await ask('BeginPluginBlob', { blobId })),
    writePart: async (blobId, part, bytes) =>
      void (await ask('WritePluginBlobPart', { blobId, part, bytes: Buffer.from(bytes).toString('base64') })),
    readPart: async (blobId, part) =>
      Buffer.from((await ask<{ bytes: string }>('ReadPluginBlobPart', { blobId, part })).bytes, 'base64'),
  }
}

/** AWS's protocol has no null. */
function onWire({ key, expected }: DoorChange): object {
  return { key, ...(expected === null ? { absent: true } : {}), ...(typeof expected === 'string' ? { expected } : {}) }
}
