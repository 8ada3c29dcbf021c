import { isRecord, Json } from '../private/json';
import { EFFECTIVE_DEFAULTS } from '../task-settings/defaults';
import { TASK_SETTINGS } from '../task-settings/schema';
import { at, defineRules, Finding, finding } from './finding';
import { checkMembers } from './shape';
import { asText, isLeftOut, isSet, isUnresolved, section, shown } from './values';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';
const PAGE = `${GUIDE}CHAP_Tasks.CustomizingTasks.TaskSettings.`;

/** The rules for task settings by themselves; what depends on endpoints is with the replication task. */
export const SETTINGS_RULES = defineRules('settings', `${GUIDE}CHAP_Tasks.CustomizingTasks.TaskSettings.html`, {
  'not-a-document': {
    reason: 'Task settings are an object of sections; DMS refuses anything else.',
    fix: 'write an object of sections, as in {"FullLoadSettings": {…}}',
  },
  'wrong-type': {
    reason: 'DMS refuses a value of another JSON type than the documented one.',
    fix: 'write the value as documented',
  },
  'unknown-value': {
    reason: 'Policies, modes, components and severities are closed lists, and case matters.',
    fix: 'use one of the documented values',
  },
  'out-of-range': {
    reason: 'DMS refuses numbers outside of the documented range.',
    fix: 'use a number in the range',
  },
  'unknown-key': {
    severity: 'warning',
    reason: 'DMS refuses or ignores keys that it does not know; either way a misspelt setting does nothing.',
    fix: 'correct the spelling or remove the key',
  },
  'lob-mode': {
    reason: 'With SupportLobs, exactly one of FullLobMode and LimitedSizeLobMode is on.',
    fix: 'set one of FullLobMode and LimitedSizeLobMode to true and the other to false',
    source: `${PAGE}TargetMetadata.html`,
  },
  'log-group': {
    reason: 'DMS chooses log group and stream itself; a task that names them cannot be created.',
    fix: 'remove CloudWatchLogGroup and CloudWatchLogStream',
    source: `${PAGE}Logging.html`,
  },
  'log-context': {
    reason: 'EnableLogContext adds to log lines, so there have to be logs.',
    fix: 'set EnableLogging to true, or EnableLogContext to false',
    source: `${PAGE}Logging.html`,
  },
  'unmasked-data': {
    severity: 'warning',
    reason: 'After a masking error LOG_ERROR writes the record with its data unmasked.',
    fix: 'use STOP_TASK, SUSPEND_TABLE or IGNORE_RECORD for DataMaskingErrorPolicy',
    source: `${PAGE}ErrorHandling.html`,
  },
  'loopback-batch-apply': {
    reason: 'Loopback prevention marks single transactions; with batch apply changes go round in circles.',
    fix: 'set TargetMetadata.BatchApplyEnabled to false',
    source: `${GUIDE}CHAP_Task.CDC.html#CHAP_Task.CDC.Bidirectional`,
  },
  'loopback-schemas': {
    reason: 'Loopback prevention keeps its marker table in a schema on each side.',
    fix: 'give SourceSchema and TargetSchema',
    source: `${GUIDE}CHAP_Task.CDC.html#CHAP_Task.CDC.Bidirectional`,
  },
  'validation-only': {
    reason: 'A task that only validates writes nothing, so it must not prepare target tables.',
    fix: 'set FullLoadSettings.TargetTablePrepMode to DO_NOTHING',
    source: `${PAGE}DataValidation.html`,
  },
  'validation-character-set': {
    reason: 'Data validation does not work with replaced characters.',
    fix: 'turn validation off, or remove CharacterSetSettings',
    source: `${PAGE}CharacterSubstitution.html`,
  },
  'time-travel-key': {
    reason: 'SSE_KMS encrypts with a key that has to be named.',
    fix: 'give ServerSideEncryptionKmsKeyId, or use SSE_S3',
    source: `${PAGE}TimeTravel.html`,
  },
});

/** Checks a task-settings document. */
export function checkTaskSettings(document: unknown, path: string = ''): Finding[] {
  if (isUnresolved(document)) return [];
  if (!isRecord(document)) {
    return [finding(SETTINGS_RULES['not-a-document'], path, `${shown(document)} is given: settings are an object`)];
  }
  return [
    ...checkMembers(document, TASK_SETTINGS, path, SETTINGS_RULES),
    ...checkLobMode(section(document.TargetMetadata), at(path, 'TargetMetadata')),
    ...checkLogging(section(document.Logging), at(path, 'Logging')),
    ...checkMasking(document, path),
    ...checkLoopback(document, path),
    ...checkValidation(document, path),
    ...checkTimeTravel(document, path),
  ];
}

function checkLobMode(target: Json, path: string): Finding[] {
  const defaults: Json = EFFECTIVE_DEFAULTS.TargetMetadata;
  const { SupportLobs, FullLobMode, LimitedSizeLobMode } = { ...defaults, ...target };
  if (SupportLobs !== true) return [];
  if (FullLobMode === true && target.LimitedSizeLobMode === true) {
    return [finding(SETTINGS_RULES['lob-mode'], path, 'FullLobMode and LimitedSizeLobMode are both true')];
  }
  return FullLobMode === false && LimitedSizeLobMode === false
    ? [finding(SETTINGS_RULES['lob-mode'], path,
      'SupportLobs is true, yet FullLobMode and LimitedSizeLobMode are false')]
    : [];
}

function checkLogging(logging: Json, path: string): Finding[] {
  const named = ['CloudWatchLogGroup', 'CloudWatchLogStream'].filter((key) => isSet(logging[key]));
  return [
    ...named.map((key) => finding(SETTINGS_RULES['log-group'], at(path, key), `${key} is given: it cannot be set`)),
    ...(logging.EnableLogContext === true && (logging.EnableLogging === false || isLeftOut(logging.EnableLogging))
      ? [finding(SETTINGS_RULES['log-context'], at(path, 'EnableLogContext'),
        'EnableLogContext is true without EnableLogging')]
      : []),
  ];
}

function checkMasking(settings: Json, path: string): Finding[] {
  return section(settings.ErrorBehavior).DataMaskingErrorPolicy === 'LOG_ERROR'
    ? [finding(SETTINGS_RULES['unmasked-data'], at(path, 'ErrorBehavior.DataMaskingErrorPolicy'),
      'LOG_ERROR lets data through unmasked')]
    : [];
}

function checkLoopback(settings: Json, path: string): Finding[] {
  const loopback = section(settings.LoopbackPreventionSettings);
  if (loopback.EnableLoopbackPrevention !== true) return [];
  const missing = ['SourceSchema', 'TargetSchema'].filter((key) => isLeftOut(loopback[key]) || loopback[key] === '');
  return [
    ...missing.map((key) => finding(SETTINGS_RULES['loopback-schemas'], at(path, 'LoopbackPreventionSettings'),
      `loopback prevention is on without ${key}`)),
    ...(section(settings.TargetMetadata).BatchApplyEnabled === true
      ? [finding(SETTINGS_RULES['loopback-batch-apply'], at(path, 'TargetMetadata.BatchApplyEnabled'),
        'batch apply and loopback prevention are both on')]
      : []),
  ];
}

function checkValidation(settings: Json, path: string): Finding[] {
  const { EnableValidation, ValidationOnly } = section(settings.ValidationSettings);
  if (EnableValidation !== true) return [];
  const prepMode = asText(section(settings.FullLoadSettings).TargetTablePrepMode);
  return [
    ...(ValidationOnly === true && prepMode !== undefined && prepMode !== 'DO_NOTHING'
      ? [finding(SETTINGS_RULES['validation-only'], at(path, 'ValidationSettings.ValidationOnly'),
        `TargetTablePrepMode is ${prepMode} in a task that only validates: it has to be DO_NOTHING`)]
      : []),
    ...(isSet(settings.CharacterSetSettings)
      ? [finding(SETTINGS_RULES['validation-character-set'], at(path, 'CharacterSetSettings'),
        'characters are replaced and validation is on')]
      : []),
  ];
}

function checkTimeTravel(settings: Json, path: string): Finding[] {
  const timeTravel = section(settings.TTSettings);
  const storage = section(timeTravel.TTS3Settings);
  return storage.EncryptionMode === 'SSE_KMS' && isLeftOut(storage.ServerSideEncryptionKmsKeyId)
    ? [finding(SETTINGS_RULES['time-travel-key'], at(path, 'TTSettings.TTS3Settings'),
      'EncryptionMode is SSE_KMS without ServerSideEncryptionKmsKeyId')]
    : [];
}
