import { type Clock, defined } from '@penstock/core'
import type { ClientChannel } from 'ssh2'
import type { Connection } from './connection.js'
import { ConnectionLost, type Exit } from './shell.js'

/** A command that was started. */
export interface Session {
  readonly channel: ClientChannel
  /** How it ended, once all its output was read; `undefined` when nothing was said of it: the connection was lost. */
  readonly ended: Promise<Omit<Exit, 'stderr'> | undefined>
}

/** Milliseconds within which a connection that waited must take a command. */
const WAKE_UP = 5000

/**
 * Starts a command on a session of its own. With `unproven`, a clock, it must be taken within five seconds: the
 * connection waited, and the other side may be long gone.
 * Errors: ConnectionLost; what ssh2 says when the server refuses the session.
 */
export function exec(connection: Connection, command: string, name: string, unproven?: Clock): Promise<Session> {
  return new Promise((resolve, reject) => {
    const { client } = connection
    const settle = () => {
      cancel?.()
      client.off('close', lost)
    }
    const fail = (error: Error) => {
      settle()
      reject(error)
    }
    const lost = () => fail(new ConnectionLost(`the connection to ${name} was lost`, true))
    const cancel = unproven?.after(WAKE_UP, () => fail(new ConnectionLost(`${name} does not answer`, true)))
    client.once('close', lost)
    try {
      client.exec(command, (error, channel) => {
        if (error !== undefined) return fail(error)
        tolerate(channel)
        settle()
        resolve({ channel, ended: endOf(channel) })
      })
    } catch (error) {
      fail(new ConnectionLost(`the connection to ${name} is closed: ${(error as Error).message}`, true))
    }
  })
}

/**
 * Some servers (tinysshd) go on with standard error after they said that nothing more comes. ssh2 makes an error of it on
 * a stream that nobody need listen to, and an error that nobody hears ends the process. What counts, the exit, still comes.
 */
export function tolerate(channel: ClientChannel): void {
  for (const stream of [channel, channel.stderr]) stream.on('error', () => undefined)
}

/** Listens at once: the end of a short command may have come with the news of its start, in one piece from the socket. */
function endOf(channel: ClientChannel): Session['ended'] {
  return new Promise((resolve) => {
    let exit: Omit<Exit, 'stderr'> | undefined
    channel.once('exit', (code: number | null, signal?: string) => {
      exit = { code: code ?? undefined, ...defined({ signal }) }
    })
    channel.once('close', () => resolve(exit))
  })
}
