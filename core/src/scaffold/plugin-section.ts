/** The `plugins` map of penstock.yaml, changed without touching the rest of the file and its comments. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Document } from 'yaml'

/** The keys under `plugins`. */
export function sectionKeys(file: string): readonly string[] {
  const plugins = (parse(file).toJS() as { plugins?: Record<string, unknown> } | null)?.plugins
  return Object.keys(plugins ?? {})
}

/** What a key holds: `null` for nothing, `undefined` when the key is not there. */
export function readSection(file: string, key: string): unknown {
  const plugins = (parse(file).toJS() as { plugins?: Record<string, unknown> } | null)?.plugins
  return plugins?.[key]
}

/** Sets a key, or takes it away (`undefined`). The file is made when it is missing, and replaced in one piece. */
export function writeSection(file: string, key: string, value: unknown): void {
  const document = parse(file)
  if (value === undefined) document.deleteIn(['plugins', key])
  else {
    if (document.get('plugins') === null) document.delete('plugins')
    document.setIn(['plugins', key], value)
  }
  replace(file, document)
}

function replace(file: string, document: Document): void {
  writeFileSync(`${file}.new`, document.toString({ lineWidth: 0 }))
  renameSync(`${file}.new`, file)
}

/** Sets a package's version; the rest of its section and its comments stay. */
export function writeVersion(file: string, key: string, version: string): void {
  const section = readSection(file, key)
  if (typeof section !== 'object' || section === null) {
    writeSection(file, key, { version })
    return
  }
  const document = parse(file)
  document.setIn(['plugins', key, 'version'], version)
  replace(file, document)
}

/** `penstock.yaml: plugins.NAME`, for messages. */
export function locateEntry(file: string, key: string): string {
  return `${file}: plugins.${key}`
}

function parse(file: string): Document {
  const yaml = require('yaml') as typeof import('yaml')
  const document = yaml.parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : '')
  const [error] = document.errors
  if (error) throw new Error(`${file} is not YAML: ${error.message}`)
  return document
}
