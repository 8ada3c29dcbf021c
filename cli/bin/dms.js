#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '..', 'dist', 'main.js');
if (!existsSync(main)) {
  process.stderr.write('dms: the command line is not built yet: run `npm run build:cli` in the repository\n');
  process.exit(2);
}
require(main);
