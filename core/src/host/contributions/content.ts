/** What plugins answer, before anybody is shown it: of the right shape, of bounded size, and with links that are safe to follow. */
import type { Block, Cell, Choice, Content } from './contributions.js'

/** A plugin answered what cannot be shown; the message says which part. */
export class ContentRefused extends Error {
  override readonly name = 'ContentRefused'
}

/** Items of each kind, and characters of a text. */
export const contentLimits = { blocks: 100, rows: 500, columns: 20, facts: 100, text: 20_000, choices: 1_000 } as const

/** The same content, and nothing else that may have come with it. Errors: ContentRefused. */
export function checkContent(value: unknown, forms: readonly string[]): Content {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw new ContentRefused('the answer must be a list of blocks, or undefined')
  return list(value, 'blocks', 'the answer').map((block, at) => checkBlock(block, `block ${at + 1}`, forms))
}

function checkBlock(value: unknown, at: string, forms: readonly string[]): Block {
  const block = value as Partial<Record<string, unknown>> | null
  switch (block?.kind) {
    case 'text':
      return { kind: 'text', text: text(block.text, at) }
    case 'state': {
      const { state } = block
      if (state === 'good' || state === 'bad' || state === 'waiting' || state === 'neutral')
        return { kind: 'state', state, text: text(block.text, at) }
      throw new ContentRefused(`${at}: state is ${JSON.stringify(state)}, but must be good, bad, waiting or neutral`)
    }
    case 'facts': {
      if (typeof block.facts !== 'object' || block.facts === null) throw new ContentRefused(`${at}: facts is missing`)
      const facts = list<[string, unknown]>(Object.entries(block.facts), 'facts', at)
      return {
        kind: 'facts',
        facts: Object.fromEntries(facts.map(([name, one]) => [name, cell(one, `${at}, ${name}`)])),
      }
    }
    case 'table': {
      const columns = list(block.columns, 'columns', `${at}: columns`).map((one) => text(one, at))
      const rows = list(block.rows, 'rows', `${at}: rows`).map((row) =>
        list(row, 'columns', `${at}: a row`).map((one) => cell(one, at)),
      )
      return { kind: 'table', columns, rows }
    }
    case 'form':
      if (typeof block.form === 'string' && forms.includes(block.form)) return { kind: 'form', form: block.form }
      throw new ContentRefused(
        `${at}: there is no form '${String(block.form)}'; there are ${forms.join(', ') || 'none'}`,
      )
    default:
      throw new ContentRefused(
        `${at}: kind is ${JSON.stringify(block?.kind)}, but must be text, facts, table, state or form`,
      )
  }
}

function list<T>(value: unknown, what: keyof typeof contentLimits, at: string): readonly T[] {
  if (!Array.isArray(value)) throw new ContentRefused(`${at} must be a list`)
  if (value.length > contentLimits[what])
    throw new ContentRefused(`${at} has ${value.length} ${what}: at most ${contentLimits[what]} are shown`)
  return value as readonly T[]
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string') throw new ContentRefused(`${at}: ${typeof value} stands where a text is right`)
  return value.length > contentLimits.text ? `${value.slice(0, contentLimits.text)}…` : value
}

function cell(value: unknown, at: string): Cell {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'object' || value === null) return text(value, at)
  const { text: words, href } = value as { readonly text?: unknown; readonly href?: unknown }
  const link = text(href, at)
  // `//host` and backslashes lead elsewhere, `javascript:` runs.
  if (/^https?:\/\/[^\s\\]+$/.test(link) || /^\/(?![/\\])[^\s\\]*$/.test(link))
    return { text: text(words, at), href: link }
  throw new ContentRefused(`${at}: the link ${JSON.stringify(link.slice(0, 100))} must begin with https:// or /`)
}

/** Errors: ContentRefused. */
export function checkChoices(value: unknown): readonly Choice[] {
  return list<Choice>(value, 'choices', 'the answer').map((one, at) => {
    const { value: chosen, label } = (typeof one === 'string' ? { value: one } : (one ?? {})) as Partial<Choice>
    const words = label === undefined ? {} : { label: text(label, `choice ${at + 1}`) }
    return { value: text(chosen, `choice ${at + 1}`), ...words }
  })
}
