import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { CommitFiles } from '@penstock/core/testkit'

const sample = join(__dirname, '..', '..', '..', 'config', 'sample')

/** Where a copy of the sample application is deployed to. */
export interface Site {
  /** The folder that holds the site, its log and its server's process id. */
  readonly base: string
  readonly port: number
  readonly url: string
}

/** config/sample as a commit, its folder and port replaced by the site's. */
export function sampleFiles(site: Site): CommitFiles {
  const files: Record<string, CommitFiles[string]> = {}
  for (const path of filesBelow(sample)) {
    const executable = (statSync(path).mode & 0o100) !== 0
    files[relative(sample, path)] = { content: placed(readFileSync(path, 'utf8'), site), executable }
  }
  return files
}

/** The page of the sample's next revision. */
export function pageSaying(revision: string): CommitFiles {
  const path = 'src/index.html.haml'
  return { [path]: readFileSync(join(sample, path), 'utf8').replace('First revision', revision) }
}

function placed(text: string, site: Site): string {
  return text.replaceAll('/var/tmp/penstock-sample', site.base).replaceAll('8088', String(site.port))
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  )
}
