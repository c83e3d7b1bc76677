import type { ActionDeclaration } from '../../domain/pipeline.js'
import type { Folder } from './folder.js'

/** How a repository is built: one action, but for its artifacts. */
export interface Build {
  /** What `--build` calls it. */
  readonly id: string
  /** `rake, by Rakefile`. */
  readonly title: string
  readonly action: Pick<ActionDeclaration, 'name' | 'actionTypeId' | 'configuration'>
  /** The build project that the action names, for who has to put it. */
  readonly project?: { readonly name: string; readonly buildspec: string }
}

/** What an action is told besides the folder. */
export interface BuildNames {
  readonly pipeline: string
}

/** Looks for one tool's files; `undefined` when the repository has none. */
export type Recipe = (folder: Folder, names: BuildNames) => Build | undefined

/** Commands of a shell, one a line; the first that fails ends the build. */
export function shellBuild(id: string, title: string, commands: readonly string[]): Build {
  return {
    id,
    title,
    action: {
      name: 'Build',
      actionTypeId: { category: 'Build', owner: 'Custom', provider: 'Shell', version: '1' },
      // Test runners that watch files, and colours for people, are not for builds.
      configuration: { Command: commands.join('\n'), Environment: '{"CI": "true"}' },
    },
  }
}
