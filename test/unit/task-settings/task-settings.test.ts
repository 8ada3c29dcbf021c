import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { JsonMembers, JsonShape } from '../../../lib/private/json-shape';
import { checkTaskSettings } from '../../../lib/rules';
import { BeforeImageFilter, LogComponentId, LogSeverity, TargetTablePrepMode, TaskSettings } from '../../../lib/task-settings';
import { EFFECTIVE_DEFAULTS } from '../../../lib/task-settings/defaults';
import { TASK_SETTINGS } from '../../../lib/task-settings/schema';

/** A value that fits a shape, as typed properties and as the JSON it stands for. */
function sample(shape: JsonShape): { props: unknown; json: unknown } {
  switch (shape.kind) {
    case 'boolean': return { props: true, json: true };
    case 'integer': return { props: shape.max > 5 ? 5 : shape.max, json: shape.max > 5 ? 5 : shape.max };
    case 'choice':
    case 'choices': return { props: shape.values[0], json: shape.values[0] };
    case 'object': return samples(shape.members);
    case 'list': {
      const { props, json } = sample(shape.items);
      return { props: [props], json: [json] };
    }
    default: return { props: 'text', json: 'text' };
  }
}

function samples(members: JsonMembers): { props: Record<string, unknown>; json: Record<string, unknown> } {
  const all = Object.entries(members).filter(([, shape]) => shape.kind !== 'any')
    .map(([key, shape]) => ({ key, name: propertyName(key), ...sample(shape) }));
  return {
    props: Object.fromEntries(all.map(({ name, props }) => [name, props])),
    json: Object.fromEntries(all.map(({ key, json }) => [key, json])),
  };
}

/** `EnableTT` is `enableTt`, `StreamBufferSizeInMB` is `streamBufferSizeInMb`. */
function propertyName(key: string): string {
  const camel = key.replace(/[A-Z]+(?=[A-Z0-9][a-z0-9]|$)/g, (letters) => letters[0]! + letters.slice(1).toLowerCase());
  return camel[0]!.toLowerCase() + camel.slice(1);
}

describe('TaskSettings.of', () => {
  test('renders the documented keys, and only what was set', () => {
    expect(TaskSettings.of({
      fullLoadSettings: { targetTablePrepMode: TargetTablePrepMode.DO_NOTHING, commitRate: undefined },
      ttSettings: { enableTt: true, ttS3Settings: { bucketName: 'b' } },
      streamBufferSettings: { streamBufferSizeInMb: 16 },
      logging: { logComponents: [{ id: LogComponentId.IO, severity: LogSeverity.DEBUG }] },
      failTaskWhenCleanTaskResourceFailed: true,
    }).toJson()).toStrictEqual({
      FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
      TTSettings: { EnableTT: true, TTS3Settings: { BucketName: 'b' } },
      StreamBufferSettings: { StreamBufferSizeInMB: 16 },
      Logging: { LogComponents: [{ Id: 'IO', Severity: 'LOGGER_SEVERITY_DEBUG' }] },
      FailTaskWhenCleanTaskResourceFailed: true,
    });
  });

  test('renders every documented key', () => {
    const { props, json } = samples(TASK_SETTINGS);
    expect(TaskSettings.of(props).toJson()).toEqual(json);
  });

  test('renders what stands in sections of sections, and in lists', () => {
    expect(TaskSettings.of({
      logging: { logConfiguration: { enableTraceOnError: true, traceOnErrorMb: 20 } },
      beforeImageSettings: { enableBeforeImage: true, fieldName: 'before', columnFilter: BeforeImageFilter.PK_ONLY },
      characterSetSettings: {
        characterReplacements: [{ sourceCharacterCodePoint: 0, targetCharacterCodePoint: 32 }],
        characterSetSupport: { characterSet: 'UTF8', replaceWithCharacterCodePoint: 63 },
      },
      preMigrationAssessment: { enable: true },
    }).toJson()).toStrictEqual({
      Logging: { LogConfiguration: { EnableTraceOnError: true, TraceOnErrorMb: 20 } },
      BeforeImageSettings: { EnableBeforeImage: true, FieldName: 'before', ColumnFilter: 'pk-only' },
      CharacterSetSettings: {
        CharacterReplacements: [{ SourceCharacterCodePoint: 0, TargetCharacterCodePoint: 32 }],
        CharacterSetSupport: { CharacterSet: 'UTF8', ReplaceWithCharacterCodePoint: 63 },
      },
      PreMigrationAssessment: { Enable: true },
    });
  });

  test('refuses what is no setting', () => {
    expect(() => TaskSettings.of({ lobSize: 64 } as never)).toThrow('task settings have no "lobSize": they have '
      + 'TargetMetadata, FullLoadSettings, TTSettings, ');
    expect(() => TaskSettings.of({ streamBufferSettings: { size: 3 } } as never)).toThrow('StreamBufferSettings have no '
      + '"size": they have StreamBufferCount, StreamBufferSizeInMB, CtrlStreamBufferSizeInMB');
  });
});

describe('TaskSettings.fromJson', () => {
  test('gives back any object as it was, keys it does not know included', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (given) => {
      const normal: unknown = JSON.parse(JSON.stringify(given));
      expect(TaskSettings.fromJson(normal).toJson()).toEqual(normal);
      expect(JSON.parse(TaskSettings.fromJson(JSON.stringify(given)).toString())).toEqual(normal);
    }));
  });

  test('cannot be changed from outside', () => {
    const document = { Logging: { EnableLogging: true } };
    const settings = TaskSettings.fromJson(document);
    document.Logging.EnableLogging = false;
    (settings.toJson() as typeof document).Logging.EnableLogging = false;
    expect(settings.toJson()).toEqual({ Logging: { EnableLogging: true } });
  });

  test.each<[unknown, string]>([
    ['{', 'these are no task settings: they are not JSON ('],
    [[], 'these are no task settings: they are a list; settings are an object of sections'],
    [7, 'these are no task settings: they are 7; settings are an object of sections'],
  ])('refuses %j', (document, message) => {
    expect(() => TaskSettings.fromJson(document)).toThrow(message);
  });
});

describe('TaskSettings.fromFile', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'settings-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('reads settings, and names the file that it refuses', () => {
    const good = join(folder, 'good.json');
    const bad = join(folder, 'bad.json');
    writeFileSync(good, '{"Logging":{"EnableLogging":true}}');
    writeFileSync(bad, '[]');
    expect(TaskSettings.fromFile(good).toJson()).toEqual({ Logging: { EnableLogging: true } });
    expect(() => TaskSettings.fromFile(bad)).toThrow(`${bad}: these are no task settings`);
  });
});

describe('merge and effective', () => {
  test('merge lays settings over settings, key by key, and replaces lists', () => {
    const base = TaskSettings.of({
      logging: { enableLogging: true, logComponents: [{ id: LogComponentId.IO }, { id: LogComponentId.SORTER }] },
    });
    const merged = base.merge(TaskSettings.of({
      logging: { logComponents: [{ id: LogComponentId.COMMON }] },
      targetMetadata: { lobMaxSize: 64 },
    }));
    expect(merged.toJson()).toEqual({
      Logging: { EnableLogging: true, LogComponents: [{ Id: 'COMMON' }] },
      TargetMetadata: { LobMaxSize: 64 },
    });
    expect(base.toJson()).toEqual({ Logging: { EnableLogging: true, LogComponents: [{ Id: 'IO' }, { Id: 'SORTER' }] } });
  });

  test('effective fills in what DMS assumes', () => {
    const effective = TaskSettings.fromJson({ TargetMetadata: { LobMaxSize: 64 }, TTSettings: { EnableTT: true } })
      .effective() as Record<string, unknown>;
    expect(effective['TargetMetadata']).toEqual({ ...EFFECTIVE_DEFAULTS.TargetMetadata, LobMaxSize: 64 });
    expect(effective['TTSettings']).toEqual({ EnableTT: true });
    expect(effective['FullLoadSettings']).toMatchObject({ TargetTablePrepMode: 'DROP_AND_CREATE', CommitRate: 10000 });
  });

  test('what DMS assumes breaks no rule', () => {
    expect(checkTaskSettings(TaskSettings.of({}).effective())).toEqual([]);
  });
});
