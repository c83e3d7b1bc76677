import { join, resolve } from 'node:path'
import { Fault } from '../domain/faults.js'

/** Where everything of one action execution lies while it runs: `<data>/work/<actionExecutionId>/`. */
export interface WorkFolder {
  readonly root: string
  /** What `ctx.workspace` names: the provider's own. */
  readonly files: string
  /** Unpacked input artifacts, a folder each. */
  readonly inputs: string
  /** Durable steps, a numbered folder each. */
  readonly steps: string
  /** A step's /tmp, where it runs in a sandbox or container. */
  readonly temporary: string
  /** Its home folder there. */
  readonly home: string
  /** Secrets that steps read as files. */
  readonly secrets: string
  /** Half-made zips. */
  readonly scratch: string
  /** The raw log: secrets in clear, so 0600 and gone with the action. */
  readonly spool: string
  /** Hashes of what the provider wrote into it. */
  readonly said: string
  /** What is to be masked in it, one JSON string per line; 0600. */
  readonly masks: string
  /** On a server: whose log is being received here, when its worker is on another machine. */
  readonly remote: string
  /** On such a worker: how much of the log was sent. */
  readonly sent: string
  /** Why the folder of an action that is over could not be removed. */
  readonly leftover: string
}

/** Names the places; makes nothing. Errors: Fault ValidationException for an id that is no id. */
export function workFolder(dataFolder: string, actionExecutionId: string): WorkFolder {
  const root = resolve(dataFolder, 'work', checkedId(actionExecutionId))
  return {
    root,
    files: join(root, 'files'),
    inputs: join(root, 'in'),
    steps: join(root, 'steps'),
    temporary: join(root, 'tmp'),
    home: join(root, 'home'),
    secrets: join(root, 'secrets'),
    scratch: join(root, 'out'),
    spool: join(root, 'log'),
    said: join(root, 'said'),
    masks: join(root, 'masks'),
    remote: join(root, 'remote'),
    sent: join(root, 'sent'),
    leftover: join(root, 'leftover'),
  }
}

/** Where an ended (or, masked already, a running) action's log lies: spread over 256 folders by the id's first two characters. */
export function logFile(dataFolder: string, actionExecutionId: string): string {
  const id = checkedId(actionExecutionId)
  return join(dataFolder, 'logs', id.slice(0, 2), `${id}.log`)
}

function checkedId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{1,99}$/.test(id)) return id
  throw new Fault('ValidationException', `action execution id "${id.slice(0, 100)}": letters, digits and - only`)
}
