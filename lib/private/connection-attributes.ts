import type { Construct } from 'constructs';
import { fail } from './validation';

/**
 * Extra connection attributes as DMS takes them: `name=value;name=value`.
 *
 * @param settings the typed settings of the endpoint. Every key that an option owns is present, also where its value is
 * left to DMS: such a key is refused among the attributes.
 */
export function renderConnectionAttributes(
  scope: Construct, whose: string, settings: object, attributes: Record<string, string> = {},
): string | undefined {
  const owned = new Set(Object.keys(settings).map((key) => key.toLowerCase()));
  const names = Object.keys(attributes);
  const refused = names.filter((name) => owned.has(name.toLowerCase()));
  if (refused.length > 0) {
    fail(scope, `extraConnectionAttributes holds ${refused.join(', ')}, which an option of the ${whose} sets; `
      + 'use the option, and keep extraConnectionAttributes for settings that have none');
  }
  return names.length > 0 ? names.map((name) => `${name}=${attributes[name]}`).join(';') : undefined;
}
