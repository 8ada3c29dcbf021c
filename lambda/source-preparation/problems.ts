import { LONGEST_MESSAGE } from '../plain-words';

/** Something about the source that keeps DMS from working (an error), or may (a warning). */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** What was found, what is allowed, what to do. */
  readonly text: string;
}

export const error = (text: string): Problem => ({ severity: 'error', text });
export const warning = (text: string): Problem => ({ severity: 'warning', text });

/** How many names a problem lists. */
const MOST_NAMES = 5;

/** `a, b and 3 more`. */
export function names(all: readonly string[]): string {
  const shown = all.slice(0, MOST_NAMES).join(', ');
  return all.length > MOST_NAMES ? `${shown} and ${all.length - MOST_NAMES} more` : shown;
}

/**
 * All problems in one message, numbered, errors first: as many as there is room for, and how many more there are. A
 * problem that is too long for all the room is cut off.
 */
export function summary(opening: string, problems: readonly Problem[], limit = LONGEST_MESSAGE): string {
  const ordered = [...problems].sort((one, other) => Number(one.severity === 'warning') - Number(other.severity === 'warning'));
  const lines = ordered.map(({ severity, text }, index) =>
    ` (${index + 1}) ${severity === 'warning' ? 'warning: ' : ''}${text}.`);
  const more = (count: number): string => (count === 0 ? '' : ` And ${count} more.`);
  for (let shown = lines.length; shown > 0; shown -= 1) {
    const message = `${opening}${lines.slice(0, shown).join('')}${more(lines.length - shown)}`;
    if (message.length <= limit) return message;
  }
  const rest = more(lines.length - 1);
  const room = limit - opening.length - rest.length - 1;
  return `${opening}${lines[0]?.slice(0, Math.max(room, 0)) ?? ''}…${rest}`;
}
