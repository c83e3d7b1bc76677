/** As many links as Linux follows before it says ELOOP. */
const maxFollowed = 40

/** The paths of those links that lead out of their tree, by themselves or through others. */
export function outwardLinks(links: ReadonlyMap<string, string>): readonly string[] {
  return [...links.keys()].filter((path) => leadsOut(path, links))
}

/**
 * Follows a link through a tree whose links are all in `links` (path -> target), as the kernel would, without
 * touching the disk. A link to nothing stays inside as long as the nothing is inside; one in a circle leads nowhere.
 */
function leadsOut(path: string, links: ReadonlyMap<string, string>): boolean {
  const at = path.split('/').slice(0, -1)
  let rest = targetParts(links.get(path) ?? '')
  if (rest === undefined) return true
  for (let followed = 0; rest.length > 0; ) {
    const [name, ...after]: string[] = rest
    rest = after
    if (name === undefined || name === '' || name === '.') continue
    if (name === '..') {
      if (at.pop() === undefined) return true
      continue
    }
    const next = links.get([...at, name].join('/'))
    if (next === undefined) {
      at.push(name)
      continue
    }
    followed += 1
    if (followed > maxFollowed) return false
    const parts = targetParts(next)
    if (parts === undefined) return true
    rest = [...parts, ...rest]
  }
  return false
}

function targetParts(target: string): string[] | undefined {
  return target.startsWith('/') ? undefined : target.split('/')
}
