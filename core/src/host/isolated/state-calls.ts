/** A plugin's state over the channel between its process and the host; bytes as base64, for all is JSON there. */
import { type StateDoor, stateMethods } from '../state/state-door.js'
import type { Channel } from './channel.js'

interface StateCall {
  readonly method: keyof StateDoor
  readonly args: readonly unknown[]
}

/** At the plugin: every deed is the host's. */
export function channelState(channel: Channel): StateDoor {
  const ask = async (method: keyof StateDoor, ...args: readonly unknown[]) =>
    (await channel.call('state', { method, args } satisfies StateCall)) as never
  return {
    get: (key) => ask('get', key),
    list: (page) => ask('list', page),
    put: (change) => ask('put', change),
    delete: (change) => ask('delete', change),
    beginBlob: (id) => ask('beginBlob', id),
    writePart: (id, part, bytes) => ask('writePart', id, part, Buffer.from(bytes).toString('base64')),
    readPart: async (id, part) => Buffer.from(await ask('readPart', id, part), 'base64'),
  }
}

/** At the host: what the plugin's process asks for. */
export function serveState(state: () => StateDoor): (call: StateCall) => Promise<unknown> {
  return async ({ method, args }) => {
    if (!stateMethods.includes(method)) throw new Error(`there is no '${String(method)}' in a plugin's state`)
    const door = state()
    if (method === 'writePart') {
      const [id, part, bytes] = args as [string, number, string]
      return door.writePart(id, part, Buffer.from(bytes, 'base64'))
    }
    if (method === 'readPart') {
      const [id, part] = args as [string, number]
      return Buffer.from(await door.readPart(id, part)).toString('base64')
    }
    const call = door[method] as (arg: unknown) => Promise<unknown>
    return call(args[0])
  }
}
