/** Who may import whom. The layers are those of the table in core/README.md; a plugin knows core's front door. */
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')

const inCore = '^core/src/'
const core = join(__dirname, 'core')

/** The table's lines: a folder, what it may import, and of which others it may import types only. */
function layers() {
  const table = readFileSync(join(core, 'README.md'), 'utf8')
  const known = [...table.matchAll(/^\| `src\/(\w+)` \| .* \| ([\w ,;]+) \|$/gm)].map(([, folder, allowed]) => {
    const [all, types = ''] = allowed.split('; types of ')
    return { folder, all: all === 'itself' ? [] : all.split(', '), types: types === '' ? [] : types.split(', ') }
  })
  const folders = readdirSync(join(core, 'src'), { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? one.name : [],
  )
  for (const folder of folders)
    if (!known.some((one) => one.folder === folder))
      throw new Error(`core/README.md's table has no line for src/${folder}`)
  for (const { folder, all, types } of known)
    for (const one of [folder, ...all, ...types])
      if (!folders.includes(one)) throw new Error(`core/README.md's table names src/${one}, which is not there`)
  refuseCircles(known)
  return known
}

/**
 * The operations know the services that they are made of by the host's interfaces, and the plugin's API has the operations:
 * by types alone, and the only two folders that know each other.
 */
const tied = ['host', 'operations']

/** Folders that know each other, be it over others and by types alone, are one folder in two places. */
function refuseCircles(known) {
  const next = new Map(
    known.map(({ folder, all, types }) => [folder, [...all, ...types].filter((one) => one !== folder)]),
  )
  const isTied = (from, to) => tied.includes(from) && tied.includes(to)
  const visit = (folder, way) => {
    if (way.includes(folder))
      throw new Error(`core/README.md's table goes in a circle: ${[...way, folder].join(' -> ')}`)
    for (const one of next.get(folder) ?? []) if (!isTied(folder, one)) visit(one, [...way, folder])
  }
  for (const folder of next.keys()) visit(folder, [])
}

/** What imports more than its line in the table allows. */
function rules({ folder, all, types }) {
  const from = { path: `${inCore}${folder}/` }
  const within = (folders) => `${inCore}(${folders.join('|')})/`
  return [
    {
      name: `core-${folder}`,
      comment: `core/README.md: src/${folder} may import ${[...all, ...types].join(', ') || 'itself'}.`,
      severity: 'error',
      from,
      to: { path: inCore, pathNot: within([folder, ...all, ...types]) },
    },
    ...(types.length === 0
      ? []
      : [
          {
            name: `core-${folder}-types`,
            comment: `core/README.md: of these src/${folder} may import types only.`,
            severity: 'error',
            from,
            to: { path: within(types), dependencyTypesNot: ['type-only'] },
          },
        ]),
  ]
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...layers().flatMap(rules),
    {
      name: 'domain-is-pure',
      comment: 'Not even a library: the domain is rules.',
      severity: 'error',
      from: { path: `${inCore}domain/` },
      to: { dependencyTypes: ['npm', 'core', 'npm-dev'] },
    },
    {
      name: 'core-knows-no-plugin',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '^plugins/' },
    },
    {
      name: 'nobody-imports-the-testkit',
      comment: 'Only tests may.',
      severity: 'error',
      from: { path: '^(core|plugins/[^/]+)/src/', pathNot: `${inCore}testkit/` },
      to: { path: `${inCore}testkit/` },
    },
    {
      name: 'plugins-use-the-front-door',
      comment:
        'A plugin imports @penstock/core (and @penstock/core/git, for git sources, /aws, for what calls AWS, and /guide, for the documents), and nothing deeper.',
      severity: 'error',
      from: { path: '^plugins/[^/]+/src/' },
      to: { path: '^core/', pathNot: '^core/(src|dist)/((git|aws|cli/guide)/)?index\\.' },
    },
    {
      name: 'plugins-know-no-other-plugin',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/' },
      to: { path: '^plugins/', pathNot: '^plugins/$1/' },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '/test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['@penstock/source', 'import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      mainFields: ['main', 'types'],
    },
  },
}
