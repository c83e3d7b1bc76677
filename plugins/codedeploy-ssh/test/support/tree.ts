import { type BundleEntry, BundleTree } from '../../src/plan/bundle-tree.js'

/** `a/b` is a file, `a/` a directory, `a -> b` a link; directories above are made. */
export function treeOf(...paths: readonly string[]): BundleTree {
  const entries = new Map<string, BundleEntry>()
  const add = (path: string, kind: BundleEntry['kind'], target?: string) => {
    const parts = path.split('/')
    for (let length = 1; length < parts.length; length++) {
      const parent = parts.slice(0, length).join('/')
      if (!entries.has(parent)) entries.set(parent, { path: parent, kind: 'directory', mode: 0o755, size: 0, mtime: 0 })
    }
    entries.set(path, { path, kind, mode: 0o644, size: 0, mtime: 0, ...(target === undefined ? {} : { target }) })
  }
  for (const text of paths) {
    const [path = '', target] = text.split(' -> ')
    if (target !== undefined) add(path, 'symlink', target)
    else if (path.endsWith('/')) add(path.slice(0, -1), 'directory')
    else add(path, 'file')
  }
  return new BundleTree([...entries.values()])
}
