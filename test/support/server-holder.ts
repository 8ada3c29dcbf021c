// Run as a process of its own: starts a server, tells its process id and data folder, and ends as it is told.
import { EmbeddedPostgres } from '../../cli/server/embedded-postgres';
import { connect } from '../../cli/server/connect';

async function hold(dataDirectory: string | undefined, ending: string | undefined): Promise<void> {
  const server = await EmbeddedPostgres.start({ version: 14, dataDirectory, parameters: {}, database: 'held' });
  const client = await connect(server.url);
  await client.query('create table kept as select 42 as answer');
  const shown = await client.query<{ data_directory: string }>('show data_directory');
  await client.end();
  process.stdout.write(`${JSON.stringify({ pid: server.pid, data: shown.rows[0]?.data_directory })}\n`, () => {
    if (ending === 'exit') {
      process.exit(3);
    }
    setInterval(() => undefined, 60_000);
  });
}

void hold(process.argv[2] || undefined, process.argv[3]);
