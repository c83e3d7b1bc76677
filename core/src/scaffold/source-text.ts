/** The TypeScript of a new plugin: one file of at most thirty lines for a handful of properties. */
import { kindText } from './kinds.js'
import { camel, type PluginSpec, type PropertySpec } from './spec.js'

/** `src/index.ts`. */
export function sourceText(spec: PluginSpec): string {
  const { category, kind } = spec
  if (kind !== 'provider') return kindText(kind, spec).source
  if (category === 'Source') return folderSource(spec)
  return category === 'Rule' ? fileRule(spec) : command(spec)
}

function properties(spec: PluginSpec): string {
  return spec.properties.map((property) => `    ${property.name}: ${declaration(property)},`).join('\n')
}

function declaration({ name, type, required, key, secret }: PropertySpec): string {
  const parts = [
    ...(type === 'string' ? [] : [`type: '${type}'`]),
    `description: '${describe(name)}'`,
    ...(required ? ['required: true'] : []),
    ...(key ? ['key: true'] : []),
    ...(secret ? ['secret: true'] : []),
  ]
  return `{ ${parts.join(', ')} }`
}

/** `UserName` as `User name`. */
export function describe(name: string): string {
  if (name === 'Folder') return 'The folder on the server that is watched, an absolute path'
  if (name === 'File') return 'The file that the input artifact must have'
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

function plugin({ name }: PluginSpec, provide: string): string {
  return `export default definePlugin({
  name: '${name}',
  apiVersion: '^1.0',
  register: (api) => api.${provide}(${camel(name)}),
})
`
}

function command(spec: PluginSpec): string {
  const { category, provider, name, description } = spec
  const shown = spec.properties.filter(({ secret }) => !secret)
  const names = shown.map((property) => property.name)
  const read = names.length > 0 ? `    const { ${names.join(', ')} } = job.configuration\n` : ''
  const said = names.map((each) => `${each}=\${${each}}`).join(' ')
  const words = said === '' ? "'hello'" : `\`${said}\``
  return `import { defineAction, definePlugin } from '@penstock/core'

/** ${category}/Custom/${provider}/1: ${description}. */
export const ${camel(name)} = defineAction({
  category: '${category}',
  provider: '${provider}',
  description: '${description}',
  inputArtifacts: [0, 5],
  outputArtifacts: [0, 5],
  configuration: {
${properties(spec)}
  },
  async run(job, ctx) {
${read}    const cwd = job.inputNames.length > 0 ? (await ctx.input()).folder : ctx.workspace
    await ctx.exec(['echo', ${words}], { cwd })
    for (const { name } of job.outputs) await ctx.output(cwd, { name })
    return { summary: 'done' }
  },
})

${plugin(spec, 'provideAction')}`
}

function folderSource(spec: PluginSpec): string {
  const { provider, name, description } = spec
  return `import { readdir, stat } from 'node:fs/promises'
import { definePlugin, defineSource } from '@penstock/core'

/** Source/Custom/${provider}/1: ${description}. */
export const ${camel(name)} = defineSource({
  provider: '${provider}',
  description: '${description}',
  outputArtifacts: 1,
  idempotent: true,
  configuration: {
${properties(spec)}
  },
  latestRevision: ({ Folder }) => newest(Folder),
  async run(job, ctx) {
    await ctx.output(job.configuration.Folder)
    return { revision: job.revision ?? (await newest(job.configuration.Folder)) }
  },
})

async function newest(folder: string) {
  const names = await readdir(folder)
  const times = await Promise.all(names.map(async (name) => (await stat(\`\${folder}/\${name}\`)).mtimeMs))
  return { revisionId: \`\${names.length}-\${Math.max(0, ...times)}\` }
}

${plugin(spec, 'provideSource')}`
}

function fileRule(spec: PluginSpec): string {
  const { provider, name, description } = spec
  return `import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { definePlugin, defineRule, JobFailed } from '@penstock/core'

/** Rule/${provider}/1: ${description}. */
export const ${camel(name)} = defineRule({
  provider: '${provider}',
  description: '${description}',
  inputArtifacts: 1,
  configuration: {
${properties(spec)}
  },
  async run(job, ctx) {
    const { File } = job.configuration
    const { folder, name } = await ctx.input()
    if (!existsSync(join(folder, File))) throw new JobFailed(\`\${name} has no \${File}\`)
    return { summary: \`\${name} has \${File}\` }
  },
})

${plugin(spec, 'provideRule')}`
}
