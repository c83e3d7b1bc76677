import { JobFailed } from '@penstock/core'

/** Reads a map of a YAML document by key, and remembers which keys nobody asked for. */
export class Reader {
  private readonly content: Readonly<Record<string, unknown>>
  private readonly read = new Map<string, Reader | undefined>()

  constructor(
    content: unknown,
    private readonly file: string,
    private readonly path: string,
  ) {
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      throw fail(file, path === '' ? 'its content' : path, content, 'a map of keys')
    }
    this.content = content as Readonly<Record<string, unknown>>
  }

  keys(): readonly string[] {
    return Object.keys(this.content)
  }

  has(key: string): boolean {
    return this.content[key] !== undefined && this.content[key] !== null
  }

  /** `undefined` also for a key with nothing after it. */
  value(key: string): unknown {
    if (!this.read.has(key)) this.read.set(key, undefined)
    return this.content[key] ?? undefined
  }

  map(key: string): Reader | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    const known = this.read.get(key)
    const reader = known ?? new Reader(value, this.file, this.pathOf(key))
    this.read.set(key, reader)
    return reader
  }

  /** A list of texts, or a single one. */
  list(key: string): readonly string[] {
    const value = this.value(key)
    if (value === undefined) return []
    return (Array.isArray(value) ? value : [value]).map((item: unknown, index) => {
      if (isScalar(item)) return String(item)
      const right = 'a text: quote it if it holds a colon followed by a space'
      throw fail(this.file, `${this.pathOf(key)}[${index}]`, item, right)
    })
  }

  texts(key: string): Record<string, string> {
    const map = this.map(key)
    return Object.fromEntries(
      (map?.keys() ?? []).map((name) => {
        const value = map?.value(name) ?? ''
        if (!isScalar(value)) throw (map as Reader).wrong(name, value, 'a text')
        return [name, String(value)]
      }),
    )
  }

  keysOf(key: string): readonly string[] {
    const map = this.map(key)
    for (const name of map?.keys() ?? []) map?.value(name)
    return map?.keys() ?? []
  }

  /** yes and no are texts in today's YAML, and what buildspecs are written with. */
  flag(key: string): boolean {
    const value = this.value(key)
    if (value === undefined || value === false || value === 'no' || value === 'false') return false
    if (value === true || value === 'yes' || value === 'true') return true
    throw this.wrong(key, value, 'yes or no')
  }

  /** Paths of the keys that nobody asked for. */
  unread(): readonly string[] {
    return this.keys().flatMap((key) => {
      if (!this.read.has(key)) return [this.pathOf(key)]
      return this.read.get(key)?.unread() ?? []
    })
  }

  wrong(key: string, value: unknown, right: string): JobFailed {
    return fail(this.file, this.pathOf(key), value, right)
  }

  private pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

function fail(file: string, path: string, value: unknown, right: string): JobFailed {
  const shown = value === undefined ? 'missing' : JSON.stringify(value)
  return new JobFailed(`${file}: ${path} is ${shown}; right would be ${right}`, 'ConfigurationError')
}
