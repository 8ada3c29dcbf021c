import { counted } from '../output/numbers';
import type { Paint, TextStyle } from '../output/style';
import { type Effect, type EffectKind, isHarmful, type StackImpact } from './effects';

const STYLES: Readonly<Record<EffectKind, TextStyle>> = {
  destroys: 'red',
  replaces: 'red',
  reloads: 'red',
  refused: 'red',
  'by hand': 'yellow',
  pauses: 'yellow',
  keeps: 'yellow',
  starts: 'green',
};

const WIDTH = 'replaces'.length;

/** The impact for people: stacks without an effect in one line, the worst effect of the others first. */
export function describeImpact(impacts: readonly StackImpact[], paint: Paint): string {
  const harmful = impacts.flatMap(({ effects }) => effects).filter(isHarmful).length;
  const all = impacts.flatMap(({ effects }) => effects).length;
  const summary = harmful > 0
    ? `${counted(harmful, 'effect')} to decide on before deploying, ${counted(all - harmful, 'other')}`
    : `nothing is lost, replaced, loaded again or refused: ${counted(all, 'effect')} in ${counted(impacts.length, 'stack')}`;
  return [...impacts.map((impact) => describeStack(impact, paint)), paint(harmful > 0 ? 'red' : 'green', summary)].join('\n\n');
}

function describeStack({ stack, effects }: StackImpact, paint: Paint): string {
  const title = paint('bold', stack);
  return effects.length === 0
    ? `${title}: running replication does not notice`
    : [title, ...effects.map((effect) => describeEffect(effect, paint))].join('\n');
}

function describeEffect({ effect, resource, type, message, details }: Effect, paint: Paint): string {
  const indent = ' '.repeat(WIDTH + 4);
  return [
    `  ${paint(STYLES[effect], effect.padEnd(WIDTH))}  ${paint('bold', resource)}  ${type}`,
    `${indent}${message}`,
    ...details.map((detail) => `${indent}- ${detail}`),
  ].join('\n');
}
