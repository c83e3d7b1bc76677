#!/usr/bin/env node
require('@penstock/core/bin/penstock.js')
