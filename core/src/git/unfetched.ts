/** What a checkout does not hold though a repository names it: said in its log, one line for each kind. */
export interface Unfetched {
  /** Folders that stand for commits of other repositories. */
  readonly submodules: number
  /** Files whose content lies in a large-file store; what is checked out is the pointer. */
  readonly lfs: number
  /** Files by the name of another filter that would have made them. */
  readonly filters: Readonly<Record<string, number>>
  /** Files by an encoding that they should have in a working tree, and have not. */
  readonly encodings: Readonly<Record<string, number>>
}

/** The lines, none when all is there. */
export function describeUnfetched({ submodules, lfs, filters, encodings }: Unfetched): string[] {
  return [
    ...(submodules > 0 ? [`${counted(submodules, 'submodule')} not fetched: each is an empty folder`] : []),
    ...(lfs > 0 ? [`${counted(lfs, 'file')} not fetched from Git LFS: what is there is the pointer`] : []),
    ...Object.entries(filters).map(
      ([name, count]) =>
        `${counted(count, 'file')} left as stored: the filter '${name}' of .gitattributes is not run here`,
    ),
    ...Object.entries(encodings).map(
      ([name, count]) =>
        `${counted(count, 'file')} left in UTF-8: the working-tree-encoding ${name} needs the git program`,
    ),
  ]
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? ' is' : 's are'}`
}
