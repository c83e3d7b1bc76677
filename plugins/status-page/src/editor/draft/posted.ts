/**
 * A posted form whose fields are named by their place in a declaration (`stages[2].actions[1].configuration.Branch`).
 * The places are found once: a pipeline of a thousand actions is a form of twenty thousand fields.
 */
export class Posted {
  private readonly fields = new Map<string, string>()
  private readonly lists = new Map<string, Set<string>>()
  private readonly maps = new Map<string, [key: string, value: string][]>()

  constructor(form: URLSearchParams) {
    for (const [name, value] of form) this.add(name, value.replaceAll('\r\n', '\n'))
  }

  private add(name: string, value: string): void {
    this.fields.set(name, value)
    const map = name.indexOf('.configuration.')
    const path = map < 0 ? name : name.slice(0, map)
    for (const { index, 0: place } of path.matchAll(/\[\d+\]/g)) {
      const list = path.slice(0, index)
      const places = this.lists.get(list) ?? new Set()
      this.lists.set(list, places.add(list + place))
    }
    if (map < 0 || value === '') return
    const prefix = name.slice(0, map + '.configuration'.length)
    const entries = this.maps.get(prefix) ?? []
    entries.push([name.slice(prefix.length + 1), value])
    this.maps.set(prefix, entries)
  }

  /** A field's text, trimmed; undefined when absent or empty. */
  text(name: string): string | undefined {
    const value = this.fields.get(name)?.trim()
    return value === '' ? undefined : value
  }

  /** The lines of a text that hold something; undefined when none does. */
  lines(name: string): string[] | undefined {
    const lines = (this.fields.get(name) ?? '').split('\n').filter((line) => line.trim() !== '')
    return lines.length > 0 ? lines : undefined
  }

  /** Names with commas or spaces between them. */
  names(name: string): string[] {
    return (this.fields.get(name) ?? '').split(/[\s,]+/).filter((each) => each !== '')
  }

  /** What is no number stays as it was typed: the validation names it. */
  number(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const number = Number(text)
    return Number.isFinite(number) ? number : (text as unknown as number)
  }

  /** `stages[0]`, `stages[1]`, ... as far as the form has fields of them, in the form's order. */
  places(list: string): string[] {
    return [...(this.lists.get(list) ?? [])]
  }

  /** A configuration: the fields below `name` that were filled. */
  configuration(name: string): Record<string, string> {
    return Object.fromEntries(this.maps.get(name) ?? [])
  }

  /** What the form does not draw and carries along as JSON. */
  rest(at: string): Record<string, unknown> {
    try {
      const value: unknown = JSON.parse(this.fields.get(at === '' ? 'rest' : `${at}.rest`) || '{}')
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
    } catch {
      return {}
    }
  }
}

/** `{ key: value }`, or nothing when there is no value: an optional member. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: V }
}
