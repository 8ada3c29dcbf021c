import { isRecord, Json } from '../private/json';

/** What a value takes from another resource: its `Ref`, or an attribute of it. */
export interface Reference {
  readonly logicalId: string;
  /** `undefined` for a `Ref`. */
  readonly attribute?: string;
}

/** The reference that `value` is, and not merely contains. */
export function directReference(value: unknown): Reference | undefined {
  if (!isRecord(value)) return undefined;
  if (typeof value.Ref === 'string') return { logicalId: value.Ref };
  const [logicalId, ...attribute] = attributeParts(value['Fn::GetAtt']);
  return logicalId === undefined ? undefined : { logicalId, attribute: attribute.join('.') };
}

/** Logical ids that `value` refers to, at any depth, in order. */
export function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') return [inner];
    if (key === 'Fn::GetAtt') return attributeParts(inner).slice(0, 1);
    if (key === 'Fn::Sub') return [...referencesInSub(inner), ...referencesIn(inner)];
    return referencesIn(inner);
  });
}

/**
 * A text with what CloudFormation fills in between angle brackets: `arn:<AWS.Partition>:s3:::<Bucket>/*`. What is not
 * a reference is `<?>`.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll(/\$\{Token\[[^}]*\}|\{\{resolve:.*?\}\}/g, UNKNOWN);
  const reference = directReference(value);
  if (reference) return placeholder([reference.logicalId, reference.attribute].filter(Boolean).join('.'));
  if (!isRecord(value)) return UNKNOWN;
  const join = joinOf(value);
  if (join) return join.parts.map(textOf).join(join.separator);
  const sub = subOf(value);
  return sub === undefined ? UNKNOWN : sub.text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) =>
    name in sub.variables ? textOf(sub.variables[name]) : placeholder(name));
}

/** The separator and the parts of an `Fn::Join`. */
export function joinOf(value: unknown): { separator: string; parts: unknown[] } | undefined {
  const join = isRecord(value) ? value['Fn::Join'] : undefined;
  return Array.isArray(join) && typeof join[0] === 'string' && Array.isArray(join[1])
    ? { separator: join[0], parts: join[1] as unknown[] }
    : undefined;
}

const UNKNOWN = '<?>';
const placeholder = (name: string): string => `<${name.replaceAll('::', '.')}>`;

function subOf(value: Json): { text: string; variables: Json } | undefined {
  const sub = value['Fn::Sub'];
  const [text, variables] = Array.isArray(sub) ? sub as unknown[] : [sub];
  return typeof text === 'string' ? { text, variables: isRecord(variables) ? variables : {} } : undefined;
}

/** `['Role', 'Arn']`, which may also be written `Role.Arn`. */
function attributeParts(value: unknown): string[] {
  if (typeof value === 'string') return value.split('.');
  return Array.isArray(value) ? value.map(String).slice(0, 2) : [];
}

function referencesInSub(sub: unknown): string[] {
  const text = Array.isArray(sub) ? sub[0] as unknown : sub;
  return typeof text === 'string' ? [...text.matchAll(/\$\{([A-Za-z0-9]+)[.}]/g)].map((match) => match[1]!) : [];
}
