import type { CodeCoverage } from '@penstock/core'
import { child, descendants, type Element } from './xml.js'

const number = (text: string | undefined) => Math.max(0, Number(text) || 0)

/** Cobertura: a class is a file, or a part of one. */
export function readCobertura(root: Element): readonly CodeCoverage[] {
  const lines = new Map<string, Map<string, Element>>()
  for (const owner of descendants(root, 'class')) {
    const file = owner.attributes.filename ?? owner.attributes.name ?? ''
    const known = lines.get(file) ?? new Map<string, Element>()
    lines.set(file, known)
    // Methods repeat their lines; a line counts once.
    for (const line of descendants(owner, 'line')) known.set(line.attributes.number ?? '', line)
  }
  return [...lines].map(([filePath, all]) => {
    const counted = [...all.values()]
    const hit = counted.filter((line) => number(line.attributes.hits) > 0).length
    const branches = counted.map((line) => /\((\d+)\/(\d+)\)/.exec(line.attributes['condition-coverage'] ?? ''))
    const covered = branches.reduce((sum, found) => sum + number(found?.[1]), 0)
    const total = branches.reduce((sum, found) => sum + number(found?.[2]), 0)
    return {
      filePath,
      linesCovered: hit,
      linesMissed: counted.length - hit,
      branchesCovered: covered,
      branchesMissed: total - covered,
    }
  })
}

/** JaCoCo: each source file has counters of its own. */
export function readJacoco(root: Element): readonly CodeCoverage[] {
  return descendants(root, 'package').flatMap((owner) =>
    owner.children
      .filter(({ name }) => name === 'sourcefile')
      .map((file) => {
        const counter = (type: string) =>
          file.children.find(({ name, attributes }) => name === 'counter' && attributes.type === type)?.attributes
        const [line, branch] = [counter('LINE'), counter('BRANCH')]
        return {
          filePath: [owner.attributes.name, file.attributes.name].filter(Boolean).join('/'),
          linesCovered: number(line?.covered),
          linesMissed: number(line?.missed),
          branchesCovered: number(branch?.covered),
          branchesMissed: number(branch?.missed),
        }
      }),
  )
}

/** Clover: each file has metrics of its own; statements stand for lines, conditionals for branches. */
export function readClover(root: Element): readonly CodeCoverage[] {
  return descendants(root, 'file').map((file) => {
    const metrics = child(file, 'metrics')?.attributes ?? {}
    const [lines, branches] = [number(metrics.coveredstatements), number(metrics.coveredconditionals)]
    return {
      filePath: file.attributes.path ?? file.attributes.name ?? '',
      linesCovered: lines,
      linesMissed: Math.max(0, number(metrics.statements) - lines),
      branchesCovered: branches,
      branchesMissed: Math.max(0, number(metrics.conditionals) - branches),
    }
  })
}

interface SimplecovFile {
  readonly filename?: string
  readonly lines?: readonly unknown[]
  readonly branches?: unknown
}

/**
 * SimpleCov's JSON: its .resultset.json (runs by name, their files by path), and simplecov-json's `files`.
 * Errors: Error when it is neither.
 */
export function readSimplecov(text: string): readonly CodeCoverage[] {
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error('it is no result of SimpleCov')
  const { files } = parsed as { readonly files?: readonly SimplecovFile[] }
  if (Array.isArray(files)) return files.map((file) => countLines(file.filename ?? '', file))
  const runs = Object.values(
    parsed as Readonly<Record<string, { readonly coverage?: Readonly<Record<string, unknown>> }>>,
  )
  const all = runs.flatMap((run) => Object.entries(run?.coverage ?? {}))
  return all.map(([path, found]) =>
    countLines(path, Array.isArray(found) ? { lines: found } : (found as SimplecovFile)),
  )
}

function countLines(filePath: string, { lines = [], branches }: SimplecovFile): CodeCoverage {
  const hits = lines.filter((line) => typeof line === 'number')
  const covered = hits.filter((line) => line > 0).length
  const counts = branchCounts(branches)
  const taken = counts.filter((count) => count > 0).length
  return {
    filePath,
    linesCovered: covered,
    linesMissed: hits.length - covered,
    branchesCovered: taken,
    branchesMissed: counts.length - taken,
  }
}

/** Conditions, each with its branches' counts. */
function branchCounts(branches: unknown): readonly number[] {
  if (typeof branches !== 'object' || branches === null) return []
  return Object.values(branches)
    .flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
    .filter((count): count is number => typeof count === 'number')
}
