import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const manifest = {
  name: 'penstock-plugin-tick',
  version: '1.0.0',
  penstock: { manifestVersion: 1, apiVersion: '^1.0', entry: './index.js' },
}

/** The revision is a file's text; fetching it is writing it down. What it does may be done twice. */
const code = `const { mkdir, readFile, writeFile } = require('node:fs/promises')
const { join } = require('node:path')
const { definePlugin, defineSource } = require('@penstock/core')

const newest = async ({ File }) => ({ revisionId: (await readFile(File, 'utf8')).trim() })
const tick = defineSource({
  provider: 'Tick',
  idempotent: true,
  outputArtifacts: [0, 1],
  configuration: {
    File: { description: 'Whose text is the revision', required: true, key: true },
    Poll: { description: 'Whether to look for a new one', type: 'boolean', default: false },
  },
  latestRevision: newest,
  polls: ({ Poll }) => Poll,
  async run(job, ctx) {
    const revision = job.revision ?? (await newest(job.configuration))
    const folder = join(ctx.workspace, 'code')
    if (job.outputs.length === 0) return { revision }
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'revision'), revision.revisionId)
    await ctx.output(folder)
    return { revision }
  },
})
exports.default = definePlugin({ name: 'tick', apiVersion: '^1.0', register: (api) => api.provideSource(tick) })
`

/** Installs the plugin penstock-plugin-tick, with the source Custom/Tick, into a data folder. */
export function writeTickSource(dataFolder: string): void {
  const folder = join(dataFolder, 'plugins', 'node_modules', manifest.name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'index.js'), code)
}
