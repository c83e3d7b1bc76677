import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../domain/clock.js'
import { environmentValue, listProcesses, type ProcessStat } from './process-table.js'
import { untilAborted } from './until-aborted.js'

/** Whose processes to end. */
export interface Tree {
  /** The supervisor's pid, which is also its session's and its group's id; it is spared. `undefined` when it is gone. */
  readonly supervisor?: number
  /** What PENSTOCK_STEP begins with in every process of the tree: a step's folder, or an action's to mean all of its steps. */
  readonly mark: string
}

const SETTLE = 20
const ROUNDS = 50

/**
 * Ends a step's processes: TERM, `grace` milliseconds, then KILL, again and again until none is left.
 * Whoever left the group and the session (a daemon that forked twice) is found by the mark in its environment;
 * whoever cleared its environment, by its parent. Answers how many had to be killed the hard way.
 */
export async function killTree(tree: Tree, clock: Clock, grace: number): Promise<number> {
  if (signalAll(membersOf(tree), 'SIGTERM') === 0) return 0
  if (await endWithin(tree, clock, grace)) return 0
  return killNow(tree)
}

/** KILL at once, again and again until nothing of the tree is left; a sandbox goes as a whole. */
export async function killNow(tree: Tree): Promise<number> {
  let killed = 0
  for (let round = 0; round < ROUNDS; round++) {
    const processes = living()
    const left = [...findMembers(tree, processes), ...framesOf(tree, processes)]
    if (left.length === 0) break
    killed += signalAll(left, 'SIGKILL')
    await delay(SETTLE)
  }
  return killed
}

/** The living processes of a tree, without its supervisor and what holds its sandbox up. */
export function membersOf(tree: Tree): readonly number[] {
  return findMembers(tree, living())
}

function living(): readonly ProcessStat[] {
  return listProcesses().filter(({ state }) => state !== 'Z')
}

/**
 * bwrap itself, which waits for the sandbox, and its child, the first process in there: they end with the last of the
 * others. A TERM to either would end the whole sandbox at once, and leave the build no time.
 */
function framesOf({ supervisor }: Tree, processes: readonly ProcessStat[]): readonly number[] {
  const children = (parents: readonly number[]) =>
    processes.filter(({ name, parent }) => name === 'bwrap' && parents.includes(parent)).map(({ pid }) => pid)
  if (supervisor === undefined) return []
  const outer = children([supervisor])
  return [...outer, ...children(outer)]
}

function findMembers(tree: Tree, processes: readonly ProcessStat[]): readonly number[] {
  const members = new Set<number>()
  const frames = framesOf(tree, processes)
  for (const stat of processes) {
    if (stat.pid === process.pid || stat.pid === tree.supervisor) continue
    if (isOfSession(stat, tree) || isMarked(stat.pid, tree.mark)) members.add(stat.pid)
  }
  if (tree.supervisor !== undefined && frames.length > 0) members.add(tree.supervisor)
  addDescendants(members, processes)
  for (const pid of [...frames, tree.supervisor]) if (pid !== undefined) members.delete(pid)
  return [...members]
}

function isOfSession(stat: ProcessStat, { supervisor }: Tree): boolean {
  return supervisor !== undefined && (stat.session === supervisor || stat.group === supervisor)
}

function isMarked(pid: number, mark: string): boolean {
  const value = environmentValue(pid, 'PENSTOCK_STEP')
  return value !== undefined && (value === mark || value.startsWith(`${mark}/`))
}

function addDescendants(members: Set<number>, processes: readonly ProcessStat[]): void {
  let before: number
  do {
    before = members.size
    for (const { pid, parent } of processes) if (members.has(parent)) members.add(pid)
  } while (members.size > before)
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): number {
  let reached = 0
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
      reached++
    } catch (error) {
      // Gone in the meantime, or another user's (a step that used sudo): nothing we could do.
      if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
  return reached
}

/** Looks in growing distances: most builds end within a few milliseconds of a TERM. */
async function endWithin(tree: Tree, clock: Clock, grace: number): Promise<boolean> {
  const graceOver = new AbortController()
  const cancel = clock.after(grace, () => graceOver.abort())
  try {
    for (let pause = 5; !graceOver.signal.aborted; pause = Math.min(pause * 2, 250)) {
      await Promise.race([delay(pause), untilAborted(graceOver.signal)])
      if (membersOf(tree).length === 0) return true
    }
    return false
  } finally {
    cancel()
  }
}
