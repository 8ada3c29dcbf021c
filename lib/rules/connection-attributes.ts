import { Json } from '../private/json';
import { asText, isLeftOut, section } from './values';

/**
 * Settings of an endpoint: those of the section, and those that only stand in ExtraConnectionAttributes
 * (`name=value;name=value`, names in any case), where people put what an older API did not have.
 *
 * @param names the settings to look for among the attributes
 */
export function endpointSettings(
  properties: Json, sectionName: string, names: readonly string[],
): Json {
  const settings = section(properties[sectionName]);
  const attributes = parseAttributes(asText(properties.ExtraConnectionAttributes) ?? '');
  const extra = names
    .filter((name) => isLeftOut(settings[name]) && attributes.has(name.toLowerCase()))
    .map((name) => [name, attributes.get(name.toLowerCase())] as const);
  return { ...settings, ...Object.fromEntries(extra) };
}

function parseAttributes(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(';').filter((part) => part.includes('=')).map((part) => {
    const [name, ...value] = part.split('=');
    return [name!.trim().toLowerCase(), value.join('=').trim()];
  }));
}
