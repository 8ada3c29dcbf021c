import { defineRules } from './finding';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';
const PAGE = `${GUIDE}CHAP_Task.CDC.html#CHAP_Task.CDC.Bidirectional`;

/** The rules for two tasks that replicate the same tables there and back. */
export const TWO_WAY_RULES = defineRules('two-way', PAGE, {
  'loopback-in-mapping': {
    reason: 'Loopback prevention is a setting of the task; in a table mapping it does nothing, and changes go round in '
      + 'circles.',
    fix: 'move LoopbackPreventionSettings to the top level of the task settings',
  },
  'loopback-missing': {
    reason: 'Each of the two tasks has to leave out what the other one wrote; otherwise an update goes back and forth '
      + 'for ever.',
    fix: 'set LoopbackPreventionSettings with EnableLoopbackPrevention true in the settings of both tasks',
  },
  'loopback-not-mirrored': {
    reason: 'A task looks for the marks of the other one in the schema that this one writes them to: source and target '
      + 'are swapped on the way back.',
    fix: 'give the task back the SourceSchema of this one as its TargetSchema, and the other way round',
  },
  'two-full-loads': {
    reason: 'Only one of the two tasks may load tables; the second load would write the rows back over their source.',
    fix: 'use MigrationType cdc for the task back, from a position noted when the load was done',
  },
  'ddl-both-ways': {
    reason: 'Loopback prevention is for rows; DDL that both tasks carry goes round in circles.',
    fix: 'set the three values of ChangeProcessingDdlHandlingPolicy to false in one of the tasks, or in both',
  },
  'selection-not-mirrored': {
    reason: 'A table that only one task replicates cannot come back: what was written to it on the other side is lost '
      + 'with the switch.',
    fix: 'select the same tables in both tasks',
  },
  'transformations-not-mirrored': {
    severity: 'warning',
    reason: 'What the way there changes the way back has to undo, or rows arrive in other tables and columns than they '
      + 'came from.',
    fix: 'give the task back the opposite transformations, and no filters',
  },
  'control-tables': {
    severity: 'warning',
    reason: 'The tables that DMS writes for itself belong to one side; replicated, they confuse the task that reads them.',
    fix: 'exclude the tables awsdms[_]% of the schema',
  },
  engine: {
    reason: 'Loopback prevention works with some engines only.',
    fix: 'use Oracle, SQL Server, MySQL or PostgreSQL, or Aurora of these',
  },
  serverless: {
    reason: 'A serverless replication cannot start change capture at a position, and the way back has to begin where '
      + 'the switch was.',
    fix: 'use a replication task on a replication instance for the way back',
    source: `${GUIDE}CHAP_Serverless.Limitations.html`,
  },
  validation: {
    severity: 'warning',
    reason: 'DMS neither detects nor resolves conflicts between the two sides; only validation tells that they differ.',
    fix: 'set ValidationSettings.EnableValidation to true in both tasks',
  },
  'prep-mode': {
    reason: 'A load that drops or empties tables takes from the other side what it needs: its keys, its fence, its rows.',
    fix: 'set FullLoadSettings.TargetTablePrepMode to DO_NOTHING, and create the tables before',
  },
  'same-login': {
    severity: 'warning',
    reason: 'With one login for both sides a program that was pointed at the wrong one gets in, and nobody notices.',
    fix: 'use a secret of its own for each side',
  },
});
