import { UsageError } from '../../errors';

/** Reads the keys of `S3Settings` as the service takes them: numbers as text, `y` for true, enums in any spelling. */
export class SettingsReader {
  public constructor(private readonly task: string, private readonly settings: Readonly<Record<string, unknown>>) {}

  public get keys(): readonly string[] {
    return Object.keys(this.settings).filter((key) => this.settings[key] !== undefined && this.settings[key] !== '');
  }

  public has(key: string): boolean {
    return this.keys.includes(key);
  }

  public flag(key: string, otherwise = false): boolean {
    return this.has(key) ? [true, 'true', 'y'].includes(this.settings[key] as string) : otherwise;
  }

  /** A number above 0. */
  public number(key: string, otherwise: number): number {
    const value = this.has(key) ? this.settings[key] : otherwise;
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && number > 0 && Number.isFinite(number)) return number;
    throw this.wrong(key, 'give a number above 0');
  }

  public text(key: string, otherwise: string): string {
    if (!this.has(key)) return otherwise;
    const value = this.settings[key];
    if (typeof value === 'string') return value;
    throw this.wrong(key, 'it must be text that is known before deployment');
  }

  /** Text as it is given, where the empty one counts, with the escapes `\n`, `\r` and `\t`. */
  public rawText(key: string, otherwise: string): string {
    if (this.settings[key] !== '' && !this.has(key)) return otherwise;
    const text = this.settings[key] === '' ? '' : this.text(key, otherwise);
    return text.replaceAll('\\n', '\n').replaceAll('\\r', '\r').replaceAll('\\t', '\t');
  }

  /** `undefined` when there is none, or when it refers to other resources. */
  public knownText(key: string): string | undefined {
    const value = this.settings[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** Whether the key has a value that only the deployment knows. */
  public isReference(key: string): boolean {
    return typeof this.settings[key] === 'object' && this.settings[key] !== null;
  }

  public word<W extends string>(key: string, allowed: readonly W[], otherwise: W): W {
    const value = wireValue(this.has(key) ? this.settings[key] : otherwise);
    const word = allowed.find((candidate) => wireValue(candidate) === value);
    if (word !== undefined) return word;
    throw this.wrong(key, `it must be one of ${allowed.join(', ')}`);
  }

  /** An area and location, as the system knows it. */
  public timeZone(key: string, otherwise: string): string {
    try {
      return new Intl.DateTimeFormat('en-US', { timeZone: this.text(key, otherwise) }).resolvedOptions().timeZone;
    } catch {
      throw this.wrong(key, 'give an area and location such as Europe/Berlin');
    }
  }

  /** @param what a key with what is wrong with its value, and what to do */
  public problem(what: string): UsageError {
    return new UsageError(`task ${this.task}: S3Settings.${what}`);
  }

  private wrong(key: string, advice: string): UsageError {
    return this.problem(`${key} is ${JSON.stringify(this.settings[key])}: ${advice}`);
  }
}

/** The service takes `GZIP` and `PARQUET_2_0` as well as the API's own `gzip` and `parquet-2-0`. */
function wireValue(value: unknown): string {
  return String(value).toLowerCase().replaceAll('_', '-');
}
