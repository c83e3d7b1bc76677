import type { WorkFolder } from '../workspace.js'
import type { StepIsolation } from './isolation.js'

/** What stands between a step's command and the machine: a program with options, which runs a shell in the enclosure. */
export interface Enclosure {
  /** Ends in the shell that reads its script from the standard input. No secret: every user can read a command line. */
  readonly command: readonly string[]
  /** What the environment has in there instead of what it has outside. */
  readonly env: Readonly<Record<string, string>>
  /** The container's name, for what ends it. */
  readonly container?: string
}

/** Makes enclosures of one kind. */
export interface EnclosureMaker {
  /** Why no enclosure can be made on this machine, as a sentence that says what to do; `undefined` when it works. */
  problem(): Promise<string | undefined>
  /** Makes the folders that the step needs, and hands it what it may change. */
  enclose(folder: WorkFolder, isolation: StepIsolation): Promise<Enclosure>
}
