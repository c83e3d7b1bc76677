import { accessSync, constants, realpathSync } from 'node:fs'
import { delimiter, dirname, join, sep } from 'node:path'

/**
 * Version managers keep tool chains below a home folder, with other things beside them that are no build's business
 * (~/.cargo/credentials.toml). So these are opened by name: what to look for in a PATH entry, and what of it a build needs.
 */
const managers: readonly { readonly folder: string; readonly needs: readonly string[] }[] = [
  { folder: '.pyenv', needs: ['.pyenv'] },
  { folder: '.rbenv', needs: ['.rbenv'] },
  { folder: '.nodenv', needs: ['.nodenv'] },
  { folder: '.goenv', needs: ['.goenv'] },
  { folder: '.jenv', needs: ['.jenv'] },
  { folder: '.asdf', needs: ['.asdf'] },
  { folder: '.rvm', needs: ['.rvm'] },
  { folder: '.nvm', needs: ['.nvm/versions'] },
  { folder: '.volta', needs: ['.volta/bin', '.volta/tools'] },
  { folder: '.sdkman', needs: ['.sdkman/candidates'] },
  { folder: '.cargo', needs: ['.cargo/bin', '.rustup'] },
  { folder: '.bun', needs: ['.bun/bin'] },
  { folder: '.deno', needs: ['.deno/bin'] },
  { folder: '.dotnet', needs: ['.dotnet'] },
]

/** Programs that are often links into such a place. */
const interpreters = ['node', 'ruby', 'python3', 'java', 'go', 'php', 'perl', 'dotnet']

/** What every step sees anyway. */
const always = ['/usr', '/opt', '/bin', '/sbin', '/lib', '/lib64']

/** What of the tool chains on a PATH is opened for reading, and which entries of it stay shut. */
export interface ToolChains {
  readonly open: readonly string[]
  readonly shut: readonly string[]
}

/** Looks through a PATH, and where its interpreters' links lead. */
export function findToolChains(path: string): ToolChains {
  const folders = path.split(delimiter).filter((folder) => folder.startsWith(sep))
  const open = new Set<string>()
  const shut = new Set<string>()
  for (const folder of [...folders, ...linked(folders)]) {
    if (isBelow(folder, always) || !isReadable(folder)) continue
    const needs = managed(folder) ?? installed(folder)
    for (const each of needs.filter(isReadable)) open.add(each)
    if (needs.length === 0) shut.add(folder)
  }
  return { open: [...open], shut: [...shut] }
}

/** The folders that the interpreters' real files lie in. */
function linked(folders: readonly string[]): readonly string[] {
  return interpreters.flatMap((name) => {
    const found = folders.map((folder) => join(folder, name)).find(isReadable)
    return found === undefined ? [] : [dirname(realpathSync(found))]
  })
}

function managed(folder: string): readonly string[] | undefined {
  const parts = folder.split(sep)
  const manager = managers.find((each) => parts.includes(each.folder))
  if (manager === undefined) return undefined
  const home = parts.slice(0, parts.indexOf(manager.folder)).join(sep)
  return manager.needs.map((need) => join(home, need))
}

/**
 * A tool chain unpacked somewhere, as /srv/node-v20/bin: its folder. Of ~/bin and ~/.local/bin only the programs, since
 * everything else lies beside them; and of a folder that is none of this, nothing.
 */
function installed(folder: string): readonly string[] {
  if (!/\/s?bin$/.test(folder)) return []
  const parent = dirname(folder)
  const isHome = parent === '/root' || /^\/home\/[^/]+$/.test(parent) || parent === process.env.HOME
  return isHome || parent.endsWith('/.local') || parent === sep ? [folder] : [parent]
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** True for one of these folders, and for what is in them. */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`))
}
