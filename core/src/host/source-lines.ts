/** Stacks of plugins in the lines of their sources, however they were compiled. */
import { readFileSync, statSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reason } from './contain.js'

/** Compiled files by their name, each with its map; `undefined` for one that has none. */
const maps = new Map<string, { readonly map: SourceMap; readonly base: string } | undefined>()

/** The place in one line of a stack, with what stands before it: `at run (/srv/a b/index.ts:5:9)`, `at async /srv/x.js:1:2`. */
const frame = /(\(|at (?:async )?)((?:file:\/\/)?\/[^()\n]*?):(\d+):(\d+)/g

/** What a source that was compiled in memory is called: never as its source is, so that no line is translated twice. */
export function compiledName(entry: string): string {
  return `${entry}?compiled`
}

/** Remembers the map of what was compiled in memory, from the comment at its end. */
export function rememberMap(file: string, code: string, base: string): void {
  maps.set(file, readMap(code, base))
}

/** The same stack with each place of compiled code as the author wrote it. */
export function inSourceLines(stack: string): string {
  return stack.replace(frame, (whole, before: string, file: string, line: string, column: string) => {
    const found = original(file, Number(line), Number(column))
    return found === undefined ? whole : `${before}${found}`
  })
}

/**
 * Where below a folder (or in a file) an error came to be: `index.ts:5:9`; `undefined` when its stack passes nothing there.
 * The stack is translated first.
 */
export function placeIn(error: unknown, path: string): string | undefined {
  const stack = (error as { readonly stack?: unknown } | null | undefined)?.stack
  if (typeof stack !== 'string') return undefined
  const folder = isFile(path) ? dirname(path) : path
  for (const [, , place = '', line, column] of inSourceLines(stack).matchAll(frame)) {
    const file = place.replace(/^file:\/\//, '')
    const isOwn = file.startsWith(`${folder}/`) && !file.slice(folder.length).includes('/node_modules/')
    if (isOwn) return `${relative(folder, file)}:${line}:${column}`
  }
  return undefined
}

/** An error in words, with where in the plugin it came to be, when its stack tells. */
export function reasonAt(error: unknown, path: string | undefined): string {
  const place = path === undefined ? undefined : placeIn(error, path)
  return place === undefined ? reason(error) : `${reason(error)} (${place})`
}

function original(file: string, line: number, column: number): string | undefined {
  const path = file.startsWith('file://') ? fileURLToPath(file) : file
  const known = mapOf(path)
  if (known === undefined) return undefined
  const entry = known.map.findEntry(line - 1, column - 1)
  if (!('originalSource' in entry)) return undefined
  const source = resolve(known.base, entry.originalSource.replace(/^file:\/\//, ''))
  return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
}

function mapOf(path: string): { readonly map: SourceMap; readonly base: string } | undefined {
  if (maps.has(path)) return maps.get(path)
  const found = /\.[cm]?js$/.test(path) ? readMap(readIfAllowed(path), dirname(path)) : undefined
  maps.set(path, found)
  return found
}

/** Errors of the map's own make it none: a stack is never lost for want of one. */
function readMap(code: string, base: string): { readonly map: SourceMap; readonly base: string } | undefined {
  const url = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(code)?.[1]
  if (url === undefined) return undefined
  try {
    const text = url.startsWith('data:')
      ? Buffer.from(url.slice(url.indexOf(',') + 1), 'base64').toString()
      : readFileSync(resolve(base, url), 'utf8')
    return { map: new SourceMap(JSON.parse(text) as SourceMapPayload), base }
  } catch {
    return undefined
  }
}

function readIfAllowed(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
