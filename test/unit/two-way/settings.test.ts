import { checkTaskSettings } from '../../../lib/rules';
import { ApplyConflicts } from '../../../lib';
import { legSettings } from '../../../lib/two-way/two-way-settings';

const ORACLE = { schema: 'CUSTOMER_ORDERS' };
const POSTGRES = { schema: 'customer_orders' };
type Side = Parameters<typeof legSettings>[0];
const settings = (from: Side, to: Side, conflicts = ApplyConflicts.STOP): Record<string, unknown> =>
  legSettings(from, to, { conflicts, lobMaxSize: 512 }).toJson() as Record<string, unknown>;

test('loopback prevention is a setting of the task, mirrored, in the spelling of each engine', () => {
  expect([settings(ORACLE, POSTGRES), settings(POSTGRES, ORACLE)].map((leg) => leg['LoopbackPreventionSettings'])).toEqual([
    { EnableLoopbackPrevention: true, SourceSchema: 'CUSTOMER_ORDERS', TargetSchema: 'customer_orders' },
    { EnableLoopbackPrevention: true, SourceSchema: 'customer_orders', TargetSchema: 'CUSTOMER_ORDERS' },
  ]);
});

test('a leg drops nothing, carries no DDL, applies transaction by transaction and validates', () => {
  const { LoopbackPreventionSettings: _, ErrorBehavior: __, ...rest } = settings(POSTGRES, ORACLE);
  expect(rest).toEqual({
    TargetMetadata: {
      BatchApplyEnabled: false, TaskRecoveryTableEnabled: true, SupportLobs: true, FullLobMode: false,
      LimitedSizeLobMode: true, LobMaxSize: 512,
    },
    FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
    ChangeProcessingDdlHandlingPolicy: {
      HandleSourceTableDropped: false, HandleSourceTableTruncated: false, HandleSourceTableAltered: false,
    },
    ValidationSettings: { EnableValidation: true },
    ControlTablesSettings: { ControlSchema: 'CUSTOMER_ORDERS', StatusTableEnabled: true, SuspendedTablesTableEnabled: true },
  });
});

test.each([
  [ApplyConflicts.STOP, ['STOP_TASK', 'STOP_TASK', 'STOP_TASK']],
  [ApplyConflicts.LOG, ['LOG_ERROR', 'LOG_ERROR', 'LOG_ERROR']],
  [ApplyConflicts.OVERWRITE, ['INSERT_RECORD', 'UPDATE_RECORD', 'IGNORE_RECORD']],
])('conflicts %s: %j', (conflicts, expected) => {
  const leg = settings(POSTGRES, ORACLE, conflicts);
  const errors = leg['ErrorBehavior'] as Record<string, unknown>;
  expect(['Insert', 'Update', 'Delete'].map((what) => errors[`ApplyError${what}Policy`])).toEqual(expected);
  expect(checkTaskSettings(leg)).toEqual([]);
});
