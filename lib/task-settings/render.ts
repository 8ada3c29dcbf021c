import { SettingMembers, TASK_SETTINGS } from './schema';

type Json = Record<string, unknown>;

/**
 * The documented JSON of typed properties. A property is the key's name in camel case, whatever its abbreviations:
 * `enableTt` is `EnableTT`.
 *
 * @throws when there is no such setting
 */
export function renderSettings(props: Json): Json {
  return renderMembers(props, TASK_SETTINGS, 'task settings');
}

function renderMembers(props: Json, members: SettingMembers, where: string): Json {
  const keys = new Map(Object.keys(members).map((key) => [key.toLowerCase(), key]));
  const rendered = Object.entries(props)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, unknown] => {
      const key = keys.get(name.toLowerCase());
      if (key === undefined) {
        throw new Error(`${where} have no ${JSON.stringify(name)}: they have ${[...keys.values()].join(', ')}`);
      }
      return [key, renderValue(value, members, key)];
    });
  return Object.fromEntries(rendered);
}

function renderValue(value: unknown, members: SettingMembers, key: string): unknown {
  const schema = members[key]!;
  if (schema.kind === 'section') return renderMembers(value as Json, schema.members, key);
  if (schema.kind === 'list') return (value as Json[]).map((item) => renderMembers(item, schema.items, key));
  return value;
}
