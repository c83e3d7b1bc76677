/** As many links as Linux follows before it says ELOOP. */
const maxFollowed = 40

/**
 * Follows a link through a tree whose links are all in `links` (path -> target), as the kernel would, without
 * touching the disk. Answers why it may not be made, in words after "the link 'x' -> 'y'", or `undefined` when it stays
 * inside. A link to nothing is harmless as long as the nothing is inside.
 */
export function findEscape(path: string, links: ReadonlyMap<string, string>): string | undefined {
  const at = path.split('/').slice(0, -1)
  let rest = targetParts(links.get(path) ?? '')
  if (rest === undefined) return 'has an absolute target'
  for (let followed = 0; rest.length > 0; ) {
    const [name, ...after]: string[] = rest
    rest = after
    if (name === undefined || name === '' || name === '.') continue
    if (name === '..') {
      if (at.pop() === undefined) return 'leads out of the folder'
      continue
    }
    const next = links.get([...at, name].join('/'))
    if (next === undefined) {
      at.push(name)
      continue
    }
    followed += 1
    if (followed > maxFollowed) return 'leads in a circle'
    const parts = targetParts(next)
    if (parts === undefined) return `leads through '${[...at, name].join('/')}', which has an absolute target`
    rest = [...parts, ...rest]
  }
  return undefined
}

function targetParts(target: string): string[] | undefined {
  return target.startsWith('/') ? undefined : target.split('/')
}
