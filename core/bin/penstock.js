#!/usr/bin/env node
// Node 22 and later keep what they compiled: the next start is faster.
require('node:module').enableCompileCache?.()
require('../dist/cli/main.js').main(process.argv)
