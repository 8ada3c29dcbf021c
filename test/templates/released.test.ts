import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isHarmful } from '../../cli/impact/effects';
import { templateEffects } from '../../cli/impact/impact';
import { ENVIRONMENTS, readyMadeTemplate, RELEASED } from './ready-made';

interface ReleasedTemplate {
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

const released = (id: string): ReleasedTemplate =>
  JSON.parse(readFileSync(join(RELEASED, `${id}.template.json`), 'utf8')) as ReleasedTemplate;

/** What somebody who deployed the last release would lose by deploying this one. */
const lost = (before: unknown, after: unknown): string[] =>
  templateEffects(before, after).filter(isHarmful).map(({ effect, resource, message }) => `${effect} ${resource}: ${message}`);

describe.each(ENVIRONMENTS)('who has deployed the last release of aws-cdc-dms-rds-to-s3 in %s', (id, config) => {
  const head = (): unknown => readyMadeTemplate(id, config).toJSON();

  test('loses nothing by this version: nothing is replaced, deleted or loaded again', () => {
    expect(lost(released(id), head())).toEqual([]);
  });

  test('would be told of a database, an instance or a task that is replaced', () => {
    const before = released(id);
    before.Resources['SourceDatabase53862EF5']!.Properties['DBName'] = 'other';
    before.Resources['PipelineInstanceAF67C867']!.Properties['PubliclyAccessible'] = true;
    expect(lost(before, head()).map((effect) => effect.replace(/:.*/, ''))).toEqual([
      'replaces SourceDatabase53862EF5', 'replaces PipelineInstanceAF67C867', 'refused PipelineTask42C41159',
    ]);
  });
});
