/** What there is to read: guides, references, and the documents of the plugins on this machine. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Guide, guideOf, guides } from '@penstock/core/guide'
import MiniSearch from 'minisearch'

export interface Library {
  readonly guides: readonly Guide[]
  /** One for each plugin, by its name. */
  readonly plugins: readonly Guide[]
  find(topic: string): Guide | undefined
  search(words: string): readonly Found[]
}

/** A part of a document that holds the words. */
export interface Found {
  readonly topic: string
  readonly title: string
  /** The heading of the part; empty for what stands before the first one. */
  readonly heading: string
  /** Where the words stand, in plain text. */
  readonly excerpt: string
}

const mostFound = 30
const excerptLength = 220

/** Reads everything once: `folders` are places in which plugins' folders lie side by side. */
export function readLibrary(folders: readonly string[]): Library {
  const written = guides()
  const plugins = folders.flatMap(pluginDocuments)
  const all = [...written, ...plugins]
  const parts = all.flatMap(partsOf).map((part, id) => ({ id, ...part }))
  const index = new MiniSearch({
    fields: ['heading', 'title', 'text'],
    searchOptions: { combineWith: 'AND', prefix: true, fuzzy: 0.15, boost: { heading: 3, title: 2 } },
  })
  index.addAll(parts)
  return {
    guides: written,
    plugins,
    find: (topic) => all.find((one) => one.topic === topic),
    search: (words) =>
      index
        .search(words)
        .slice(0, mostFound)
        .flatMap(({ id, terms }) => {
          const part = parts[id as number]
          return part
            ? [{ topic: part.topic, title: part.title, heading: part.heading, excerpt: excerpt(part.text, terms) }]
            : []
        }),
  }
}

/** Where the plugins that come with Penstock lie: beside this one. */
export const besideThis = dirname(dirname(__dirname))

function pluginDocuments(folder: string): Guide[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const text = readIfThere(join(folder, name, 'README.md'))
      const described = readIfThere(join(folder, name, 'package.json'))
      if (text === undefined || described === undefined || !isPlugin(described)) return []
      const title = name.replace(/^penstock-plugin-/, '')
      return [{ ...guideOf(`plugin-${title}`, text), title }]
    })
}

function isPlugin(described: string): boolean {
  const { keywords } = JSON.parse(described) as { readonly keywords?: unknown }
  return Array.isArray(keywords) && keywords.includes('penstock-plugin')
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

interface Part {
  readonly topic: string
  readonly title: string
  readonly heading: string
  readonly text: string
}

/** A document by its headings; what a code block begins with `#` is no heading. */
function partsOf({ topic, title, text }: Guide): Part[] {
  const parts: { heading: string; lines: string[] }[] = [{ heading: '', lines: [] }]
  let inCode = false
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) inCode = !inCode
    const heading = inCode ? undefined : /^##+ (.+)$/.exec(line)?.[1]
    if (heading === undefined) parts.at(-1)?.lines.push(line)
    else parts.push({ heading: heading.replaceAll('`', ''), lines: [] })
  }
  return parts.map(({ heading, lines }) => ({ topic, title, heading, text: plain(lines.join('\n')) }))
}

/** Without Markdown's signs. */
function plain(text: string): string {
  return text
    .replaceAll(/^(```.*|[|\s-]+)$/gm, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*|#]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function excerpt(text: string, terms: readonly string[]): string {
  const lower = text.toLowerCase()
  const at = Math.max(0, ...terms.map((term) => lower.indexOf(term.toLowerCase())))
  const from = Math.max(0, at - excerptLength / 3)
  const piece = text.slice(from, from + excerptLength)
  return `${from > 0 ? '… ' : ''}${piece}${from + excerptLength < text.length ? ' …' : ''}`
}
