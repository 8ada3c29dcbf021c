import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../lib/private/json';

/** Every value that differs between two JSON documents, as `Group.Key: old → new`. */
export function settingDetails(before: unknown, after: unknown, path: string = ''): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [`${path}: ${shown(before)} → ${shown(after)}`];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    settingDetails(before[key], after[key], path === '' ? key : `${path}.${key}`));
}

function shown(value: unknown): string {
  if (value === undefined) return 'not given';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
