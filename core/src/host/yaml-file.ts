/** Reads a YAML file so that every error can say its line: penstock.yaml, and plugins that are a YAML file. */
import { readFileSync } from 'node:fs'
import type { Document, LineCounter } from 'yaml'

export interface YamlFile {
  readonly file: string
  /** The parsed content; `{}` when the file holds nothing. */
  readonly data: Record<string, unknown>
  /** `penstock.yaml:7:3`, for the value (or the key) that a path leads to, or the nearest that is there. */
  where(path: readonly (string | number)[]): string
}

/** A file that cannot be used; one line a problem. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

/** Errors: YamlError when the file is not there or is not YAML. */
export function readYamlFile(file: string): YamlFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new YamlError([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`])
  }
  const nothing = text.split('\n').every((line) => /^\s*(#.*)?$/.test(line))
  if (nothing) return { file, data: {}, where: () => file } // spares loading the YAML parser
  return parseYaml(text, file)
}

/** As readYamlFile, of a text; `file` is what errors call it; with `uniqueKeys` false the last of equal keys counts. Errors: YamlError. */
export function parseYaml(text: string, file: string, uniqueKeys = true): YamlFile {
  const yaml = require('yaml') as typeof import('yaml')
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys })
  if (document.errors.length > 0) {
    throw new YamlError(document.errors.map((error) => `${at(file, lines, error.pos[0])}: ${error.message}`))
  }
  const data: unknown = document.toJS() ?? {}
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new YamlError([`${file}: must be a map`])
  }
  return { file, data: data as Record<string, unknown>, where: (path) => at(file, lines, offset(document, path)) }
}

function at(file: string, lines: LineCounter, position: number): string {
  const { line, col } = lines.linePos(position)
  return `${file}:${line}:${col}`
}

/** Where the key of the path's last part stands, or as much of the path as there is. */
function offset(document: Document, path: readonly (string | number)[]): number {
  const { isMap, isNode, isScalar, isSeq } = require('yaml') as typeof import('yaml')
  let node: unknown = document.contents
  let found = 0
  for (const part of path) {
    if (isSeq(node)) {
      node = node.items[Number(part)]
      if (!isNode(node)) break
      found = node.range?.[0] ?? found
      continue
    }
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
      : undefined
    if (!pair) break
    found = (isScalar(pair.key) && pair.key.range?.[0]) || found
    node = pair.value
  }
  return found
}
