/** What keeps a bundle's scripts from running, as far as their first lines tell: before any host is touched. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppSpec, Problem } from '../appspec/model.js'
import type { ScannedBundle } from '../bundle/scan.js'

/** Bytes that are looked at. */
const HEAD = 256

/** A warning for each script that is not there, is no script, or has Windows line ends. */
export async function lintScripts(appSpec: AppSpec, bundle: ScannedBundle): Promise<Problem[]> {
  const found: Problem[] = []
  for (const [event, scripts] of Object.entries(appSpec.hooks)) {
    for (const [index, { location }] of scripts.entries()) {
      const message = await lint(location, bundle)
      if (message !== undefined) found.push({ path: `hooks.${event}[${index}].location`, message })
    }
  }
  return found
}

async function lint(location: string, bundle: ScannedBundle): Promise<string | undefined> {
  const entry = bundle.tree.resolve(location)
  const name = JSON.stringify(location)
  // Not an error: a script of an earlier event may make it.
  if (entry?.kind !== 'file') return `${name} is not a file of the bundle`
  const head = await headOf(join(bundle.folder, entry.path))
  const [line = ''] = head.toString('latin1').split('\n')
  if (line.endsWith('\r'))
    return `the first line of ${name} ends with Windows's line end: save the file with LF line ends`
  if (head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])))
    return `${name} begins with a byte order mark, so that the host does not see its #!: save it as UTF-8 without one`
  const isProgram = line.startsWith('#!') || head.subarray(1, 4).toString('latin1') === 'ELF'
  return isProgram || head.length === 0
    ? undefined
    : `${name} has no first line that says what runs it, such as #!/bin/sh`
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
