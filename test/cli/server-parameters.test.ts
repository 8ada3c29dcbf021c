import { EmbeddedPostgres } from '../../cli/server/embedded-postgres';
import { parametersFor, translateParameters } from '../../cli/server/rds-parameters';

const SHIPPED = new Set(['pg_stat_statements', 'auto_explain']);

describe('parameters of an RDS parameter group', () => {
  test.each([
    ['1', 'logical'],
    [1, 'logical'],
    ['0', 'replica'],
  ])('rds.logical_replication %j becomes wal_level %s', (given, walLevel) => {
    expect(translateParameters({ 'rds.logical_replication': given }, SHIPPED))
      .toEqual({ parameters: { wal_level: walLevel }, notices: [] });
  });

  test('what a community server knows is passed on, other rds.* parameters are not', () => {
    const group = { max_replication_slots: '8', wal_sender_timeout: 30000, 'rds.force_ssl': '1', autovacuum: true };
    expect(translateParameters(group, SHIPPED)).toEqual({
      parameters: { max_replication_slots: '8', wal_sender_timeout: '30000', autovacuum: 'true' },
      notices: [],
    });
  });

  test('libraries that are not shipped are left out by name, the others stay in order', () => {
    const group = { shared_preload_libraries: 'pg_stat_statements, pglogical,auto_explain' };
    expect(translateParameters(group, SHIPPED)).toEqual({
      parameters: { shared_preload_libraries: 'pg_stat_statements,auto_explain' },
      notices: [
        'parameter shared_preload_libraries=pglogical is left out: the embedded server does not ship this library',
      ],
    });
  });

  test.each([
    ['effective_cache_size', '{DBInstanceClassMemory/16384}', '{DBInstanceClassMemory/16384} depends on the instance class'],
    ['max_connections', 'LEAST({DBInstanceClassMemory/9531392},5000)',
      'LEAST({DBInstanceClassMemory/9531392},5000) depends on the instance class'],
    ['shared_buffers', '8388608', 'it is meant for the database instance, not for this machine'],
    ['max_wal_senders', { Ref: 'Senders' }, 'its value is only known when the template is deployed'],
  ])('%s = %j is left out with a notice', (name, value, why) => {
    expect(translateParameters({ [name]: value }, SHIPPED))
      .toEqual({ parameters: {}, notices: [`parameter ${name} is left out: ${why}`] });
  });

  test('a real server starts with what is left of a production parameter group', async () => {
    const { parameters, notices } = parametersFor({
      'rds.logical_replication': '1',
      shared_preload_libraries: 'pg_stat_statements,pglogical',
      'pglogical.conflict_resolution': 'error',
      'pg_stat_statements.track': 'all',
      max_replication_slots: '11',
      shared_buffers: '{DBInstanceClassMemory/32768}',
      wal_sender_timeout: '0',
    }, 14);
    expect(notices).toHaveLength(2);
    const server = await EmbeddedPostgres.start({ version: 14, parameters, database: 'test' });
    await server.stop();
  });
});
