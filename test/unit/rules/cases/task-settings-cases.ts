import { checkTaskSettings } from '../../../../lib/rules';
import { RuleCase } from './rule-case';

const loopback = { EnableLoopbackPrevention: true, SourceSchema: 'a', TargetSchema: 'b' };

export const TASK_SETTINGS_CASES: RuleCase[] = [
  {
    rule: 'settings/not-a-document',
    broken: () => checkTaskSettings([]),
    path: '',
    message: '[] is given: settings are an object',
    passing: () => checkTaskSettings({}),
  },
  {
    rule: 'settings/wrong-type',
    broken: () => checkTaskSettings({ TargetMetadata: { LobMaxSize: 'big' } }),
    path: 'TargetMetadata.LobMaxSize',
    message: '"big" is given: it has to be a whole number from 0 to 102400',
    passing: () => checkTaskSettings({ TargetMetadata: { LobMaxSize: 64 } }),
  },
  {
    rule: 'settings/wrong-type',
    when: 'a flag is text',
    broken: () => checkTaskSettings({ Logging: { EnableLogging: 'yes' } }),
    path: 'Logging.EnableLogging',
    message: '"yes" is given: it has to be true or false',
    passing: () => checkTaskSettings({ Logging: { EnableLogging: true } }),
  },
  {
    rule: 'settings/wrong-type',
    when: 'a section is a list',
    broken: () => checkTaskSettings({ ErrorBehavior: [] }),
    path: 'ErrorBehavior',
    message: '[] is given: it has to be an object',
    passing: () => checkTaskSettings({ TTSettings: null, LoopbackPreventionSettings: null }),
  },
  {
    rule: 'settings/unknown-value',
    broken: () => checkTaskSettings({ FullLoadSettings: { TargetTablePrepMode: 'do_nothing' } }),
    path: 'FullLoadSettings.TargetTablePrepMode',
    message: '"do_nothing" is not allowed (did you mean "DO_NOTHING"?): it is DO_NOTHING, DROP_AND_CREATE or '
      + 'TRUNCATE_BEFORE_LOAD',
    passing: () => checkTaskSettings({ FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } }),
  },
  {
    rule: 'settings/unknown-value',
    when: 'one of several',
    broken: () => checkTaskSettings({ TTSettings: { TTRecordSettings: { OperationsToLog: 'DELETE,MERGE' } } }),
    path: 'TTSettings.TTRecordSettings.OperationsToLog',
    message: '"MERGE" is not allowed: it is INSERT, UPDATE, DELETE, COMMIT, ROLLBACK or ALL',
    passing: () => checkTaskSettings({ TTSettings: { TTRecordSettings: { OperationsToLog: 'DELETE, UPDATE' } } }),
  },
  {
    rule: 'settings/unknown-value',
    when: 'of a log component',
    broken: () => checkTaskSettings({ Logging: { LogComponents: [{ Id: 'IO', Severity: 'DEBUG' }] } }),
    path: 'Logging.LogComponents[0].Severity',
    message: '"DEBUG" is not allowed: it is LOGGER_SEVERITY_ERROR, LOGGER_SEVERITY_WARNING, LOGGER_SEVERITY_INFO, '
      + 'LOGGER_SEVERITY_DEFAULT, LOGGER_SEVERITY_DEBUG or LOGGER_SEVERITY_DETAILED_DEBUG',
    passing: () => checkTaskSettings({ Logging: { LogComponents: [{ Id: 'IO', Severity: 'LOGGER_SEVERITY_DEBUG' }] } }),
  },
  {
    rule: 'settings/out-of-range',
    broken: () => checkTaskSettings({ FullLoadSettings: { MaxFullLoadSubTasks: 50 } }),
    path: 'FullLoadSettings.MaxFullLoadSubTasks',
    message: '50 is out of range: it is a whole number from 1 to 49',
    passing: () => checkTaskSettings({ FullLoadSettings: { MaxFullLoadSubTasks: 49, CommitRate: 50000 } }),
  },
  {
    rule: 'settings/out-of-range',
    when: 'minus one means for ever',
    broken: () => checkTaskSettings({ ErrorBehavior: { RecoverableErrorCount: -2 } }),
    path: 'ErrorBehavior.RecoverableErrorCount',
    message: '-2 is out of range: it is a whole number of at least -1',
    passing: () => checkTaskSettings({ ErrorBehavior: { RecoverableErrorCount: -1 } }),
  },
  {
    rule: 'settings/unknown-key',
    broken: () => checkTaskSettings({ TargetMetadata: { LobMaxSise: 64 } }),
    path: 'TargetMetadata.LobMaxSise',
    message: '"LobMaxSise" is not a documented key (did you mean "LobMaxSize"?)',
    passing: () => checkTaskSettings({ TargetMetadata: { LobMaxSize: 64 } }),
  },
  {
    rule: 'settings/lob-mode',
    broken: () => checkTaskSettings({ TargetMetadata: { FullLobMode: true, LimitedSizeLobMode: true } }),
    path: 'TargetMetadata',
    message: 'FullLobMode and LimitedSizeLobMode are both true',
    passing: () => checkTaskSettings({ TargetMetadata: { FullLobMode: true, LimitedSizeLobMode: false } }),
  },
  {
    rule: 'settings/lob-mode',
    when: 'neither is on',
    broken: () => checkTaskSettings({
      TargetMetadata: { SupportLobs: true, FullLobMode: false, LimitedSizeLobMode: false },
    }),
    path: 'TargetMetadata',
    message: 'SupportLobs is true, yet FullLobMode and LimitedSizeLobMode are false',
    passing: () => checkTaskSettings({
      TargetMetadata: { SupportLobs: false, FullLobMode: false, LimitedSizeLobMode: false },
    }),
  },
  {
    rule: 'settings/log-group',
    broken: () => checkTaskSettings({ Logging: { EnableLogging: true, CloudWatchLogGroup: 'dms-tasks-x' } }),
    path: 'Logging.CloudWatchLogGroup',
    message: 'CloudWatchLogGroup is given: it cannot be set',
    passing: () => checkTaskSettings({ Logging: { EnableLogging: true, CloudWatchLogGroup: null } }),
  },
  {
    rule: 'settings/log-context',
    broken: () => checkTaskSettings({ Logging: { EnableLogContext: true } }),
    path: 'Logging.EnableLogContext',
    message: 'EnableLogContext is true without EnableLogging',
    passing: () => checkTaskSettings({ Logging: { EnableLogContext: true, EnableLogging: true } }),
  },
  {
    rule: 'settings/unmasked-data',
    broken: () => checkTaskSettings({ ErrorBehavior: { DataMaskingErrorPolicy: 'LOG_ERROR' } }),
    path: 'ErrorBehavior.DataMaskingErrorPolicy',
    message: 'LOG_ERROR lets data through unmasked',
    passing: () => checkTaskSettings({ ErrorBehavior: { DataMaskingErrorPolicy: 'STOP_TASK' } }),
  },
  {
    rule: 'settings/loopback-batch-apply',
    broken: () => checkTaskSettings({
      LoopbackPreventionSettings: loopback, TargetMetadata: { BatchApplyEnabled: true },
    }),
    path: 'TargetMetadata.BatchApplyEnabled',
    message: 'batch apply and loopback prevention are both on',
    passing: () => checkTaskSettings({
      LoopbackPreventionSettings: loopback, TargetMetadata: { BatchApplyEnabled: false },
    }),
  },
  {
    rule: 'settings/loopback-schemas',
    broken: () => checkTaskSettings({ LoopbackPreventionSettings: { ...loopback, TargetSchema: '' } }),
    path: 'LoopbackPreventionSettings',
    message: 'loopback prevention is on without TargetSchema',
    passing: () => checkTaskSettings({ LoopbackPreventionSettings: { EnableLoopbackPrevention: false } }),
  },
  {
    rule: 'settings/validation-only',
    broken: () => checkTaskSettings({
      ValidationSettings: { EnableValidation: true, ValidationOnly: true },
      FullLoadSettings: { TargetTablePrepMode: 'DROP_AND_CREATE' },
    }),
    path: 'ValidationSettings.ValidationOnly',
    message: 'TargetTablePrepMode is DROP_AND_CREATE in a task that only validates: it has to be DO_NOTHING',
    passing: () => checkTaskSettings({
      ValidationSettings: { EnableValidation: true, ValidationOnly: true },
      FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
    }),
  },
  {
    rule: 'settings/validation-character-set',
    broken: () => checkTaskSettings({
      ValidationSettings: { EnableValidation: true },
      CharacterSetSettings: { CharacterSetSupport: { CharacterSet: 'UTF8', ReplaceWithCharacterCodePoint: '003F' } },
    }),
    path: 'CharacterSetSettings',
    message: 'characters are replaced and validation is on',
    passing: () => checkTaskSettings({ ValidationSettings: { EnableValidation: true }, CharacterSetSettings: null }),
  },
  {
    rule: 'settings/time-travel-key',
    broken: () => checkTaskSettings({ TTSettings: { EnableTT: true, TTS3Settings: { EncryptionMode: 'SSE_KMS' } } }),
    path: 'TTSettings.TTS3Settings',
    message: 'EncryptionMode is SSE_KMS without ServerSideEncryptionKmsKeyId',
    passing: () => checkTaskSettings({ TTSettings: { EnableTT: true, TTS3Settings: { EncryptionMode: 'SSE_S3' } } }),
  },
];
