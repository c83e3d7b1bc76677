#!/usr/bin/env node
// `npm create penstock-plugin NAME -- --category Build ...` is `penstock plugin new NAME --category Build ...`.
const { dirname, join } = require('node:path')

const core = dirname(require.resolve('@penstock/core/package.json'))
const [node, script, ...given] = process.argv
require(join(core, 'dist', 'cli', 'main.js')).main([node, script, 'plugin', 'new', ...given])
