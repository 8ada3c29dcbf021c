import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allRules } from '../lib/rules';
import { rulesPage } from './rules-page';

writeFileSync(join(__dirname, '..', 'docs', 'rules.md'), rulesPage(allRules()));
