import { Json } from '../private/json';
import { JsonMembers, JsonShape } from '../private/json-shape';
import { TASK_SETTINGS } from './schema';

/**
 * The documented JSON of typed properties. A property is the key's name in camel case, whatever its abbreviations:
 * `enableTt` is `EnableTT`.
 *
 * @throws when there is no such setting
 */
export function renderSettings(props: Json): Json {
  return renderMembers(props, TASK_SETTINGS, 'task settings');
}

function renderMembers(props: Json, members: JsonMembers, where: string): Json {
  const keys = new Map(Object.keys(members).map((key) => [key.toLowerCase(), key]));
  const rendered = Object.entries(props)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, unknown] => {
      const key = keys.get(name.toLowerCase());
      if (key === undefined) {
        throw new Error(`${where} have no ${JSON.stringify(name)}: they have ${[...keys.values()].join(', ')}`);
      }
      return [key, renderValue(value, members[key]!, key)];
    });
  return Object.fromEntries(rendered);
}

function renderValue(value: unknown, shape: JsonShape, key: string): unknown {
  if (shape.kind === 'object') return renderMembers(value as Json, shape.members, key);
  if (shape.kind === 'list') return (value as unknown[]).map((item) => renderValue(item, shape.items, key));
  return value;
}
