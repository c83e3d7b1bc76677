import { JobFailed } from '@penstock/core'

/** What a YAML document holds when every scalar is a text, as it is written. */
type Written = string | readonly Written[] | { readonly [key: string]: Written }

/** Reads a map of a YAML document by key, and remembers which keys nobody asked for. */
export class Reader {
  private readonly content: Readonly<Record<string, Written>>
  private readonly read = new Map<string, Reader | undefined>()

  constructor(
    content: unknown,
    private readonly file: string,
    private readonly path: string,
  ) {
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      throw fail(file, path === '' ? 'its content' : path, content, 'a map of keys')
    }
    this.content = content as Readonly<Record<string, Written>>
  }

  keys(): readonly string[] {
    return Object.keys(this.content)
  }

  /** `undefined` also for a key with nothing, `~` or `null` after it. */
  value(key: string): unknown {
    if (!this.read.has(key)) this.read.set(key, undefined)
    const value = Object.hasOwn(this.content, key) ? this.content[key] : undefined
    return value === '' || value === '~' || value === 'null' ? undefined : value
  }

  /** A single text. */
  text(key: string): string | undefined {
    const value = this.value(key)
    if (value === undefined || typeof value === 'string') return value
    throw this.wrong(key, value, 'a text')
  }

  map(key: string): Reader | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    const reader = this.read.get(key) ?? new Reader(value, this.file, this.pathOf(key))
    this.read.set(key, reader)
    return reader
  }

  /** The maps of a map, by name. */
  maps(key: string): readonly (readonly [name: string, map: Reader])[] {
    const all = this.map(key)
    return (all?.keys() ?? []).map((name) => {
      const map = all?.map(name)
      if (map === undefined) throw (all as Reader).wrong(name, undefined, 'a map of keys')
      return [name, map] as const
    })
  }

  /** The maps of a list. */
  list(key: string): readonly Reader[] {
    const value = this.value(key)
    if (value === undefined) return []
    if (!Array.isArray(value)) throw this.wrong(key, value, 'a list')
    return value.map((item: unknown, index) => new Reader(item, this.file, `${this.pathOf(key)}[${index}]`))
  }

  /** A list of texts, or a single one. */
  texts(key: string): readonly string[] {
    const value = this.value(key)
    if (value === undefined) return []
    return (Array.isArray(value) ? value : [value]).map((item: unknown, index) => {
      if (typeof item === 'string') return item
      const right = 'a text: quote it if it holds a colon followed by a space'
      throw fail(this.file, `${this.pathOf(key)}[${index}]`, item, right)
    })
  }

  /** A map of texts, each as it is written: `1.10` stays `1.10`, and nothing at all is an empty text. */
  variables(key: string): Record<string, string> {
    const map = this.map(key)
    return Object.fromEntries(
      (map?.keys() ?? []).map((name) => {
        map?.value(name)
        const value = map?.content[name] ?? ''
        if (typeof value !== 'string') throw (map as Reader).wrong(name, value, 'a text')
        return [name, value]
      }),
    )
  }

  /** As buildspecs write it: yes and no, true and false. */
  flag(key: string): boolean | undefined {
    const value = this.text(key)
    if (value === undefined) return undefined
    if (/^(no|false|off)$/i.test(value)) return false
    if (/^(yes|true|on)$/i.test(value)) return true
    throw this.wrong(key, value, 'yes or no')
  }

  /** One of several words. */
  oneOf<const W extends string>(key: string, words: readonly W[]): W | undefined {
    const value = this.text(key)
    if (value === undefined) return undefined
    const found = words.find((word) => word === value)
    if (found === undefined) throw this.wrong(key, value, `one of ${words.join(', ')}`)
    return found
  }

  number(key: string): number | undefined {
    const value = this.text(key)
    if (value === undefined) return undefined
    if (!/^[1-9][0-9]*$/.test(value)) throw this.wrong(key, value, 'a number from 1 on')
    return Number(value)
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

function fail(file: string, path: string, value: unknown, right: string): JobFailed {
  const shown = value === undefined ? 'missing' : typeof value === 'string' ? value : JSON.stringify(value)
  return new JobFailed(`${file}: ${path} is ${shown}; right would be ${right}`, 'ConfigurationError')
}
