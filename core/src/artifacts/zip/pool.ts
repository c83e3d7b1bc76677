import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { ArtifactError, type ArtifactErrorCode } from '../../domain/artifact-error.js'
import type { AnswerMessage, ZipTasks } from './thread.js'

type Input<K extends keyof ZipTasks> = Parameters<ZipTasks[K]>[0]
type Result<K extends keyof ZipTasks> = Awaited<ReturnType<ZipTasks[K]>>

interface Waiting {
  readonly name: keyof ZipTasks
  readonly input: unknown
  resolve(result: unknown): void
  reject(error: Error): void
}

/** How many tasks run at a time: deflating is all there is to gain, and the server wants a core too. */
export const threadCount = Math.max(1, Math.min(4, availableParallelism()))

/** An idle thread is let go after this long, in milliseconds, so that a resting server is small. */
const idleAfter = 5000

const queue: Waiting[] = []
const threads = new Set<Thread>()

/**
 * Runs a task in a thread of its own; threads are started when needed and shared by all packing and unpacking.
 * Errors: the task's, ArtifactErrors with their code.
 */
export function runTask<K extends keyof ZipTasks>(name: K, input: Input<K>): Promise<Result<K>> {
  return new Promise<Result<K>>((resolve, reject) => {
    queue.push({ name, input, resolve: resolve as (result: unknown) => void, reject })
    const idle = [...threads].find((thread) => thread.isIdle)
    if (idle !== undefined) idle.next()
    else if (threads.size < threadCount) threads.add(new Thread())
  })
}

/** From source (tests, tsx) the thread needs a loader for TypeScript; a build needs none. */
function startWorker(): Worker {
  const file = require.resolve(__filename.endsWith('.ts') ? './thread.ts' : './thread.js')
  if (file.endsWith('.js')) return new Worker(file)
  const code = `const load = require('node:module').createRequire(${JSON.stringify(file)}); load('tsx/cjs'); load(${JSON.stringify(file)})`
  return new Worker(code, { eval: true })
}

class Thread {
  private readonly worker = startWorker()
  private current: Waiting | undefined
  private timer: NodeJS.Timeout | undefined

  constructor() {
    this.worker.on('message', (answer: AnswerMessage) => this.settle(answer))
    this.worker.on('error', (error) => this.end(error))
    this.worker.on('exit', (code) => this.end(new Error(`a zip thread ended with code ${code}`)))
    this.next()
  }

  get isIdle(): boolean {
    return this.current === undefined
  }

  next(): void {
    clearTimeout(this.timer)
    this.current = queue.shift()
    if (this.current === undefined) this.rest()
    else {
      this.worker.ref()
      this.worker.postMessage({ name: this.current.name, input: this.current.input })
    }
  }

  private rest(): void {
    this.worker.unref()
    this.timer = setTimeout(() => {
      threads.delete(this)
      void this.worker.terminate()
    }, idleAfter).unref()
  }

  private settle(answer: AnswerMessage): void {
    const task = this.current
    this.next()
    if ('result' in answer) task?.resolve(answer.result)
    else task?.reject(revive(answer.problem))
  }

  /** A thread that died (out of memory, say) fails its task; the next task gets a new thread. */
  private end(error: Error): void {
    clearTimeout(this.timer)
    threads.delete(this)
    this.current?.reject(error)
    this.current = undefined
    if (queue.length > 0 && threads.size < threadCount) threads.add(new Thread())
  }
}

function revive(problem: { message: string; code?: string; isArtifactError: boolean }): Error {
  if (problem.isArtifactError) return new ArtifactError(problem.code as ArtifactErrorCode, problem.message)
  if (problem.code === 'ENOSPC') return new ArtifactError('ArtifactStoreFull', 'no space is left on the disk')
  return Object.assign(new Error(problem.message), problem.code === undefined ? {} : { code: problem.code })
}
