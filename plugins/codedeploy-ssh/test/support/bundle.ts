/** Bundles for tests: written from a map of paths to contents. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A text, or a link, or a file with a mode. */
export type Content = string | { readonly link: string } | { readonly text: string; readonly mode: number }

/** Writes a bundle into `folder`, which is made. */
export function writeBundle(folder: string, files: Readonly<Record<string, Content>>): string {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    if (typeof content === 'string') writeFileSync(file, content)
    else if ('link' in content) symlinkSync(content.link, file)
    else {
      writeFileSync(file, content.text)
      chmodSync(file, content.mode)
    }
  }
  return folder
}

/** A script with a shebang, executable. */
export function script(body: string): Content {
  return { text: `#!/bin/sh\n${body}\n`, mode: 0o755 }
}
