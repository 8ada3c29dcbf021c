import { TransformationAction } from './document';

/**
 * How the names of schemas, tables or columns become other names on the target.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Transformations.html
 */
export class NameChange {
  /** `Orders` becomes `orders`. */
  public static lowercase(): NameChange {
    return new NameChange('convert-lowercase');
  }

  /** `Orders` becomes `ORDERS`. */
  public static uppercase(): NameChange {
    return new NameChange('convert-uppercase');
  }

  /** `prefix` is put before the name. */
  public static addPrefix(prefix: string): NameChange {
    return new NameChange('add-prefix', affix(prefix));
  }

  /** `prefix` is taken from names that start with it. */
  public static removePrefix(prefix: string): NameChange {
    return new NameChange('remove-prefix', affix(prefix));
  }

  /** `prefix` becomes `replacement` in names that start with it. */
  public static replacePrefix(prefix: string, replacement: string): NameChange {
    return new NameChange('replace-prefix', replacement, affix(prefix));
  }

  /** `suffix` is put after the name. */
  public static addSuffix(suffix: string): NameChange {
    return new NameChange('add-suffix', affix(suffix));
  }

  /** `suffix` is taken from names that end with it. */
  public static removeSuffix(suffix: string): NameChange {
    return new NameChange('remove-suffix', affix(suffix));
  }

  /** `suffix` becomes `replacement` in names that end with it. */
  public static replaceSuffix(suffix: string, replacement: string): NameChange {
    return new NameChange('replace-suffix', replacement, affix(suffix));
  }

  /** The rule action that does it. */
  public readonly action: string;

  private constructor(
    action: TransformationAction,
    private readonly value?: string,
    private readonly oldValue?: string,
  ) {
    this.action = action;
  }

  /** The keys it adds to a rule. */
  public toJson(): unknown {
    return { value: this.value, 'old-value': this.oldValue };
  }
}

function affix(text: string): string {
  if (text === '') {
    throw new Error('the prefix or suffix is empty: give at least one character');
  }
  return text;
}
