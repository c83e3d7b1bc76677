/** What runs in a zip thread: takes a task by its name, answers with its result. Nothing here touches the server. */

import { parentPort } from 'node:worker_threads'
import { isArtifactError } from '../../domain/artifact-error.js'
import { defined } from '../../domain/defined.js'
import { deflateFiles, deflatePiece } from './deflate.js'
import { checkArchive, extractFiles, finishFolder, openArchive } from './extract.js'
import { extractLarge } from './extract-large.js'
import { planFolder } from './plan-folder.js'

const tasks = {
  planFolder,
  deflateFiles,
  deflatePiece,
  checkArchive,
  openArchive,
  extractFiles,
  extractLarge,
  finishFolder,
}

/** The tasks by name, for the pool's types. */
export type ZipTasks = typeof tasks

export interface TaskMessage {
  readonly name: keyof ZipTasks
  readonly input: unknown
}

/** An error keeps its code on its way between threads. */
export type AnswerMessage =
  | { readonly result: unknown }
  | { readonly problem: { readonly message: string; readonly code?: string; readonly isArtifactError: boolean } }

async function answer({ name, input }: TaskMessage): Promise<void> {
  try {
    const result: unknown = await (tasks[name] as (input: unknown) => unknown)(input)
    const bytes = (result as { bytes?: Uint8Array } | undefined)?.bytes
    parentPort?.postMessage({ result }, bytes === undefined ? [] : [bytes.buffer as ArrayBuffer])
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    const problem = { message, isArtifactError: isArtifactError(error), ...defined({ code }) }
    parentPort?.postMessage({ problem })
  }
}

parentPort?.on('message', (message: TaskMessage) => {
  void answer(message)
})
