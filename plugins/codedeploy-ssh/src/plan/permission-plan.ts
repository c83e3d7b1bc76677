/** From `permissions` to what is set on each deployed path. */
import { defined } from '@penstock/core'
import type { AclEntry, Permission, Problem, SelinuxContext } from '../appspec/model.js'
import { ancestorsOf, isBelow } from '../appspec/paths.js'
import type { CopyPlan } from './copy-plan.js'

/** What one path gets, applied in this order: mode, acls, context, owner and group. */
export interface PathPermission {
  readonly path: string
  readonly kind: 'file' | 'symlink' | 'directory'
  readonly mode?: string
  readonly acls?: readonly AclEntry[]
  readonly context?: SelinuxContext
  readonly owner?: string
  readonly group?: string
}

export interface PermissionPlan {
  readonly permissions: readonly PathPermission[]
  readonly problems: readonly Problem[]
}

/**
 * Plans permissions; pure. Only paths of this deployment are hit, never the object itself when it is a directory; a
 * directory that is already on the host is left alone, which the host sees to.
 */
export function planPermissions(permissions: readonly Permission[], copies: CopyPlan): PermissionPlan {
  const draft = new PermissionDraft(copies)
  permissions.forEach((permission, index) => {
    draft.add(permission, `permissions[${index}]`)
  })
  return draft.plan()
}

class PermissionDraft {
  private readonly files: ReadonlyMap<string, 'file' | 'symlink'>
  private readonly directories: ReadonlySet<string>
  /** Above every destination: most likely there before, so that two entries may name it. */
  private readonly above: ReadonlySet<string>
  private readonly set = new Map<string, { readonly value: PathPermission; readonly from: string }>()
  private readonly problems: Problem[] = []

  constructor(copies: CopyPlan) {
    this.files = new Map(copies.copies.map((copy) => [copy.destination, copy.kind]))
    this.directories = new Set(copies.directories)
    const holders = new Set(
      copies.copies.map((copy) => copy.destination.slice(0, copy.destination.lastIndexOf('/')) || '/'),
    )
    const outermost = [...holders].filter((holder) => !ancestorsOf(holder).some((ancestor) => holders.has(ancestor)))
    this.above = new Set(outermost.flatMap(ancestorsOf))
  }

  add(permission: Permission, path: string): void {
    if (this.files.has(permission.object)) this.addFile(permission, path)
    else this.addBelow(permission, path)
  }

  plan(): PermissionPlan {
    return { permissions: [...this.set.values()].map(({ value }) => value), problems: this.problems }
  }

  private addFile(permission: Permission, path: string): void {
    if (!permission.type.includes('file')) return
    if (permission.pattern !== '**') {
      this.problems.push({
        path: `${path}.pattern`,
        message: `must be ** or absent, because ${permission.object} is a file`,
      })
    }
    if (permission.except.length > 0) {
      this.problems.push({ path: `${path}.except`, message: `must be empty, because ${permission.object} is a file` })
    }
    this.apply(permission.object, permission, path)
  }

  private addBelow(permission: Permission, path: string): void {
    if (permission.type.includes('file')) {
      for (const file of this.files.keys()) if (matches(permission, file)) this.apply(file, permission, path)
    }
    if (permission.type.includes('directory')) {
      for (const directory of this.directories)
        if (matches(permission, directory)) this.apply(directory, permission, path)
    }
  }

  private apply(target: string, permission: Permission, path: string): void {
    const other = this.set.get(target)
    if (other !== undefined && !this.above.has(target)) {
      const message = `permissions setting for ${target} is specified more than once: here and in ${other.from}`
      this.problems.push({ path, message })
      return
    }
    const kind = this.files.get(target) ?? 'directory'
    const { mode, acls, context, owner, group } = permission
    if (kind === 'file' && acls?.some((acl) => acl.default) === true) {
      this.problems.push({
        path: `${path}.acls`,
        message: `a default entry cannot be set on the file ${target}: use type [directory]`,
      })
      return
    }
    const value: PathPermission = {
      path: target,
      kind,
      ...defined({ mode, acls, context, owner, group }),
    }
    this.set.set(target, { value, from: path })
  }
}

/** `**` is everything below the object; any other pattern only meets names directly in it, as do the exceptions. */
function matches(permission: Permission, path: string): boolean {
  if (!isBelow(path, permission.object)) return false
  const rest = path.slice(permission.object === '/' ? 1 : permission.object.length + 1)
  if (permission.except.some((glob) => matchesSimpleGlob(rest, glob))) return false
  return permission.pattern === '**' || matchesSimpleGlob(rest, permission.pattern)
}

/** Only `*` is special, and a name with a slash never matches. */
export function matchesSimpleGlob(name: string, glob: string): boolean {
  if (name.includes('/')) return false
  const [first = '', ...rest] = glob.split('*')
  if (rest.length === 0) return name === first
  const last = rest.pop() ?? ''
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const found = name.indexOf(part, at)
    if (found === -1 || found + part.length > name.length - last.length) return false
    at = found + part.length
  }
  return true
}
