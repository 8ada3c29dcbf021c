/**
 * One rule of a table mapping: an immutable value that knows its JSON.
 *
 * Made by the static factories of `TableSelection`, `Transformation`, `TableSettings`, `ObjectTags` and
 * `ColumnValidation`, or read from a document by `TableMappings.fromJson`.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.html
 */
export class TableMappingRule {
  private readonly json: Readonly<Record<string, unknown>>;

  /** @param json the rule as it stands in the document */
  protected constructor(json: Record<string, unknown>) {
    this.json = structuredClone(json);
  }

  /** The rule's type, for example `selection`; empty when a document leaves it out. */
  public get ruleType(): string {
    return textOf(this.json['rule-type']);
  }

  /** The rule's id, or `undefined` while it has none: `TableMappings.of` gives it one then. */
  public get ruleId(): string | undefined {
    const id = this.json['rule-id'];
    return id === undefined ? undefined : textOf(id);
  }

  /** The rule as plain JSON, a copy that may be changed. */
  public toJson(): unknown {
    return structuredClone(this.json);
  }
}

/** A rule as it stood in a document: nothing is added, reordered or dropped. */
export class DocumentRule extends TableMappingRule {
  public constructor(json: Record<string, unknown>) {
    super(json);
  }
}

/** What the optional properties of every factory become; keys without a value are left out. */
export function ruleJson(
  type: string,
  identity: { readonly ruleId?: string; readonly ruleName?: string },
  body: Record<string, unknown>,
): Record<string, unknown> {
  if (identity.ruleId !== undefined && !/^[0-9]+$/.test(identity.ruleId)) {
    throw new Error(`rule id ${JSON.stringify(identity.ruleId)} is not a number: DMS allows digits only, as in "7"; `
      + 'leave ruleId out to have one given');
  }
  return defined({
    'rule-type': type,
    'rule-id': identity.ruleId,
    'rule-name': identity.ruleName ?? identity.ruleId,
    ...body,
  });
}

/** `record` without the keys whose value is `undefined`. */
export function defined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** `name` itself, refused when empty: an empty locator matches nothing and DMS says so only at run time. */
export function requireName(what: string, name: string): string {
  if (name === '') {
    throw new Error(`the ${what} is empty: name one, or use "%" where every ${what} is meant`);
  }
  return name;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
