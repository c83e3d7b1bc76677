import type { FileMapping } from './model.js'
import { normalizeAbsolute, normalizeRelative } from './paths.js'
import type { Reader } from './reader.js'

/** `files`: pairs of source (in the bundle) and destination (a directory on the host). */
export function parseFiles(files: Reader): FileMapping[] {
  const mappings: FileMapping[] = []
  for (const item of files.items()) {
    if (!item.isMap) {
      item.problem(`must be a map with source and destination, but is ${item.kind}`)
      continue
    }
    warnOfOtherKeys(item)
    const source = parseSource(item.get('source'))
    const destination = parseDestination(item.get('destination'))
    if (source !== undefined && destination !== undefined) mappings.push({ source, destination })
  }
  return mappings
}

function parseSource(value: Reader): string | undefined {
  const text = value.requiredText('name a file or directory of the bundle, / for all of it')
  if (text === undefined) return undefined
  const source = normalizeRelative(text)
  if (source === undefined) value.problem(`${JSON.stringify(text)} leads out of the bundle`)
  else if (/[*?]/.test(source))
    value.warn('is taken literally: AppSpec has no wildcards; name the directory to copy its contents')
  return source
}

function parseDestination(value: Reader): string | undefined {
  const text = value.requiredText('name the directory on the host')
  if (text === undefined) return undefined
  const destination = normalizeAbsolute(text)
  if (destination === undefined) value.problem(`must be an absolute path, but is ${JSON.stringify(text)}`)
  return destination
}

function warnOfOtherKeys(item: Reader): void {
  for (const key of item.keys()) {
    if (key === 'source' || key === 'destination') continue
    const advice = key === 'overwrite' ? ': write file_exists_behavior: OVERWRITE at the top of the file instead' : ''
    item.warnOfKey(key, `is unknown and ignored${advice}`)
  }
}
