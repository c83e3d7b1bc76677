/** A source that hands on a folder of this machine as it is now, changes that are not committed among them. */
import { execFile } from 'node:child_process'
import { cp, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { defineSource } from '../../host/source-provider.js'

const execute = promisify(execFile)

/** What `penstock run --source` puts in a source action's place. */
export const workingCopyId = { category: 'Source', owner: 'Custom', provider: 'WorkingCopy', version: '1' } as const

export const workingCopy = defineSource({
  provider: workingCopyId.provider,
  outputArtifacts: 1,
  configuration: { Folder: { description: 'the folder', required: true } },
  polls: () => false,
  latestRevision: async ({ Folder }) => ({ revisionId: (await describeFolder(Folder)).CommitId }),
  async run({ configuration: { Folder } }, ctx) {
    const copy = join(ctx.workspace, 'copy')
    const files = await filesOf(Folder)
    for (const file of files) await copyFile(join(Folder, file), join(copy, file))
    ctx.log.line(`${Folder}: ${files.length} files`)
    await ctx.output(copy)
    const outputVariables = await describeFolder(Folder)
    const { CommitId, CommitMessage } = outputVariables
    return {
      summary: `working copy of ${basename(Folder)}`,
      outputVariables,
      revision: { revisionId: CommitId, revisionSummary: `working copy: ${CommitMessage}` },
    }
  },
})

/** What git knows or would add; all there is where there is no git. */
async function filesOf(folder: string): Promise<string[]> {
  const listed = await git(folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate')
  if (listed !== undefined) return listed.split('\0').filter((name) => name !== '')
  return (await readdir(folder)).filter((name) => name !== '.git')
}

/** A file that git knows and that was deleted is not part of the working copy. */
async function copyFile(from: string, to: string): Promise<void> {
  try {
    await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** The variables that git sources put out, of the commit that the working copy began with. */
async function describeFolder(folder: string) {
  const [id, message, author, branch] = await Promise.all([
    git(folder, 'rev-parse', 'HEAD'),
    git(folder, 'log', '-1', '--format=%s'),
    git(folder, 'log', '-1', '--format=%aI'),
    git(folder, 'rev-parse', '--abbrev-ref', 'HEAD'),
  ])
  const said = (text: string | undefined, otherwise: string) => text?.trim() || otherwise
  return {
    CommitId: said(id, 'working-copy'),
    CommitMessage: said(message, 'not committed'),
    AuthorDate: said(author, new Date(0).toISOString()),
    BranchName: said(branch, 'working-copy'),
    RepositoryName: basename(folder),
  }
}

async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  try {
    return (await execute('git', ['-C', folder, ...args], { maxBuffer: 256 * 1024 * 1024 })).stdout
  } catch {
    return undefined // no git, no repository, or no commit yet
  }
}
