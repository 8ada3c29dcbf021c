import { readFileSync } from 'node:fs';
import { isRecord, Json } from '../private/json';
import { EFFECTIVE_DEFAULTS } from './defaults';
import { renderSettings } from './render';
import { TaskSettingsProps } from './task-settings-props';

/**
 * Settings of a replication task: an immutable value that holds what was set and nothing else, so that DMS's own
 * defaults stay DMS's.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.html
 */
export class TaskSettings {
  /**
   * Settings by their typed properties.
   *
   * @throws when a property is not one of the documented settings (from code that is not type-checked)
   */
  public static of(props: TaskSettingsProps): TaskSettings {
    return new TaskSettings(renderSettings(props as Json));
  }

  /**
   * Settings that exist already, as an object or as JSON text; keys that are not documented are kept.
   *
   * @throws when it is not a JSON object
   */
  public static fromJson(document: unknown): TaskSettings {
    const value = typeof document === 'string' ? parseText(document) : document;
    if (!isRecord(value)) {
      throw new Error(`these are no task settings: they are ${Array.isArray(value) ? 'a list' : JSON.stringify(value)}; `
        + 'settings are an object of sections, as in {"FullLoadSettings": {…}}');
    }
    return new TaskSettings(structuredClone(value));
  }

  /**
   * Settings from a JSON file.
   *
   * @throws when the file cannot be read or holds no settings; the message names the file
   */
  public static fromFile(path: string): TaskSettings {
    const text = readFileSync(path, 'utf8');
    try {
      return TaskSettings.fromJson(text);
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`);
    }
  }

  private constructor(private readonly settings: Json) {}

  /** These settings with `other` laid over them, key by key; a list, such as the log components, is replaced whole. */
  public merge(other: TaskSettings): TaskSettings {
    return new TaskSettings(overlay(this.settings, other.settings));
  }

  /** What runs: these settings over what DMS assumes for the rest. */
  public effective(): unknown {
    return overlay(EFFECTIVE_DEFAULTS, this.settings);
  }

  /** What was set, keys as documented. */
  public toJson(): unknown {
    return structuredClone(this.settings);
  }

  /** What was set, as compact JSON text, as a replication task takes it. */
  public toString(): string {
    return JSON.stringify(this.settings);
  }
}

function overlay(base: Json, over: Json): Json {
  const result: Json = structuredClone(base);
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isRecord(below) && isRecord(value) ? overlay(below, value) : structuredClone(value);
  }
  return result;
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`these are no task settings: they are not JSON (${(error as Error).message})`);
  }
}
