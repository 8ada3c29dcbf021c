// Keeps the templates of a release, for the test that no later change replaces what holds data:
//
//   npm run release:templates
//
// Part of a release, and of nothing else: a change that replaces something is decided on in its own pull request.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENTS, readyMadeTemplate, RELEASED } from '../test/templates/ready-made';

mkdirSync(RELEASED, { recursive: true });
for (const [id, config] of ENVIRONMENTS) {
  const template = readyMadeTemplate(id, config).toJSON();
  // Hashes of assets say nothing about resources.
  const text = JSON.stringify(template, undefined, 1).replace(/[0-9a-f]{64}/g, '<hash>');
  writeFileSync(join(RELEASED, `${id}.template.json`), `${text}\n`);
}
