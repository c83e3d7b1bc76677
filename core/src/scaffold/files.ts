/** All files of a new plugin. */
import { kindText } from './kinds.js'
import { propertyTable } from './property-table.js'
import { describe, sourceText } from './source-text.js'
import type { PluginSpec } from './spec.js'
import { exampleOf, testText } from './test-text.js'

/** Path to text. `coreVersion` is that of the `@penstock/core` that the plugin is written for. */
export function pluginFiles(spec: PluginSpec, coreVersion: string): Readonly<Record<string, string>> {
  return {
    ...common(spec),
    'package.json': json(packageJson(spec, coreVersion)),
    'tsconfig.json': compact(json(tsconfig)),
    '.github/workflows/test.yml': workflow,
    '.gitignore': 'dist/\nnode_modules/\n',
  }
}

/** As pluginFiles, for a plugin that comes with Penstock: it is built and tested with the rest of the repository. */
export function bundledFiles(spec: PluginSpec, coreVersion: string): Readonly<Record<string, string>> {
  const { scripts: _, ...rest } = packageJson(spec, coreVersion)
  const main = { '@penstock/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' }
  const exported = { types: './dist/index.d.ts', exports: { '.': main, './package.json': './package.json' } }
  return {
    ...common(spec),
    'package.json': json({ ...rest, license: 'Apache-2.0', ...exported }),
    'tsconfig.json': compact(json(bundledTsconfig)),
  }
}

function common(spec: PluginSpec): Readonly<Record<string, string>> {
  return {
    'src/index.ts': sourceText(spec),
    [`test/${spec.name}.test.ts`]: testText(spec),
    'README.md': readme(spec),
  }
}

const bundledTsconfig = {
  extends: '../../tsconfig.json',
  compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' },
  files: [],
  include: ['src/**/*.ts', 'src/**/*.json'],
  references: [{ path: '../../core' }],
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** Lists of texts on one line, as formatters write them. */
function compact(text: string): string {
  return text.replace(/\[\s+("[^\]{}]*")\s+\]/g, (_, list: string) => `[${list.replace(/,\s+/g, ', ')}]`)
}

function packageJson(spec: PluginSpec, coreVersion: string) {
  const { name, description } = spec
  return {
    name: `penstock-plugin-${name}`,
    version: '0.1.0',
    description,
    license: 'UNLICENSED',
    keywords: ['penstock-plugin'],
    main: './dist/index.js',
    files: ['dist', 'src', 'test'],
    scripts: {
      build: 'penstock plugin build',
      check: 'penstock plugin check',
      test: 'penstock plugin test',
      prepack: 'penstock plugin build && penstock plugin check',
    },
    penstock: { manifestVersion: 1, apiVersion: '^1.0', entry: './dist/index.js', ...asked(spec) },
    peerDependencies: { '@penstock/core': `^${coreVersion}` },
  }
}

/** What its manifest says that it provides, and asks for. */
function asked(spec: PluginSpec): object {
  const { kind, category, provider } = spec
  if (kind === 'provider')
    return { provides: [category === 'Rule' ? `rule ${provider}/1` : `action ${category}/${provider}/1`] }
  const { provides, permissions } = kindText(kind, spec)
  return { provides, ...(permissions ? { permissions } : {}) }
}

/** For editors, and for whoever runs tsc: the host itself needs none. */
const tsconfig = {
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['src', 'test'],
}

/** The name of an action type as pipelines have it. */
function typeId({ category, provider }: PluginSpec): string {
  const owner = category === 'Rule' ? 'AWS' : 'Custom'
  return `{ "category": "${category}", "owner": "${owner}", "provider": "${provider}", "version": "1" }`
}

/** Of a plugin that provides no type. */
function kindReadme(spec: PluginSpec, section: string): string {
  const { name, description } = spec
  return `# ${name}

A plugin for Penstock. ${description}.

\`\`\`yaml
plugins:
  ${section}
\`\`\`

Install it: \`penstock plugin add penstock-plugin-${name}\`. Work on it: \`npm test\`, \`npm run check\`, \`npm pack\`.
`
}

function readme(spec: PluginSpec): string {
  if (spec.kind !== 'provider') return kindReadme(spec, kindText(spec.kind, spec).section)
  const { name, category, provider, description, properties } = spec
  const configuration = Object.fromEntries(properties.map((property) => [property.name, exampleOf(property)]))
  const member = category === 'Rule' ? 'ruleTypeId' : 'actionTypeId'
  const artifacts =
    category === 'Source'
      ? ',\n  "outputArtifacts": [{ "name": "Code" }]'
      : ',\n  "inputArtifacts": [{ "name": "Code" }]'
  const shape = category === 'Rule' ? `Rule/${provider}/1` : `${category}/Custom/${provider}/1`
  const declared = properties.map(({ name: property, ...rest }) => [
    property,
    { ...rest, description: describe(property) },
  ])
  return `# ${name}

A plugin for Penstock. \`${shape}\`: ${description}.

\`\`\`json
{
  "name": "${provider}",
  "${member}": ${typeId(spec)},
  "configuration": ${JSON.stringify(configuration)}${artifacts}
}
\`\`\`

${propertyTable(Object.fromEntries(declared))}
${seesFolders(category)}Install it: \`penstock plugin add penstock-plugin-${name}\`. Work on it: \`npm test\`, \`npm run check\`, \`npm pack\`.
`
}

/** What a generated source reads lies outside of its own folders. */
function seesFolders(category: PluginSpec['category']): string {
  if (category !== 'Source') return ''
  return `It reads folders of the server, which whoever runs that opens for it in penstock.yaml:
\`permissions: { paths: { readOnly: [/srv/incoming] } }\` in the plugin's section.

`
}

const workflow = `name: test
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - run: npm install
      - run: npm test
      - run: npm pack
`
