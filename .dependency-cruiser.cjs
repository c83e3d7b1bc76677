/** Who may import whom: the layers of the design. The domain knows nobody, core knows no plugin, a plugin knows core's front door. */
const inCore = '^core/src/'

/** @param {string} layer @param {string[]} allowed further layers besides itself and the domain @param {string} comment */
function layer(layer, allowed, comment) {
  return {
    name: `core-${layer}`,
    comment,
    severity: 'error',
    from: { path: `${inCore}${layer}/` },
    to: { path: inCore, pathNot: `${inCore}(${[layer, 'domain', ...allowed].join('|')})/` },
  }
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
    layer('domain', [], 'The domain imports only itself.'),
    {
      name: 'domain-is-pure',
      comment: 'Not even a library: the domain is rules.',
      severity: 'error',
      from: { path: `${inCore}domain/` },
      to: { dependencyTypes: ['npm', 'core', 'npm-dev'] },
    },
    {
      name: 'core-engine',
      comment: 'The engine imports the domain and the types of hooks and host.',
      severity: 'error',
      from: { path: `${inCore}engine/` },
      to: { path: inCore, pathNot: `${inCore}(engine|domain)/`, dependencyTypesNot: ['type-only'] },
    },
    layer('store', ['engine'], 'A store implements ports of the domain and the engine.'),
    layer('artifacts', [], 'Artifact stores implement a port of the domain.'),
    layer('shape', [], 'Shapes are words of their own.'),
    layer(
      'operations',
      ['engine', 'host', 'shape'],
      'An operation calls a verb of the engine, or what the host declares.',
    ),
    layer('host', ['engine', 'operations', 'shape'], 'The host declares what plugins see: domain and the operations.'),
    layer('worker', ['host', 'artifacts'], 'A worker runs providers on artifacts; it does not decide.'),
    layer('scheduler', ['engine', 'host'], 'The scheduler asks sources and the engine.'),
    layer('git', ['host'], 'What git sources share: providers, made for plugins.'),
    layer('git', ['host'], 'A git client for source plugins.'),
    layer('http', ['engine', 'host'], 'HTTP calls operations.'),
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
      comment: 'A plugin imports @penstock/core (and @penstock/core/git, for git sources), and nothing deeper.',
      severity: 'error',
      from: { path: '^plugins/[^/]+/src/' },
      to: { path: '^core/', pathNot: '^core/(src|dist)/(git/)?index\\.' },
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
