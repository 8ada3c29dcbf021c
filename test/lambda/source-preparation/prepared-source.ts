import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { Client } from 'pg';
import type { PostgresVersion } from '../../../cli/server/embedded-postgres';
import {
  type ConnectionProperties, OnProblems, type PreparationProperties, PreparationResource, type SlotCleanupProperties,
} from '../../../lambda/source-preparation/api';
import type { PreparationEvent } from '../../../lambda/source-preparation/event';
import type { Login } from '../../../lambda/source-preparation/login';
import { surroundings } from '../../../lambda/surroundings';
import { TableMappings, type TableMappingRule, TableSelection } from '../../../lib/table-mappings';
import { type SourceDatabase, SourceServer } from '../../support/source-server';
import { selfSigned } from '../../support/certificate';
import { tlsParameters } from '../../support/tls-parameters';

export const ADMIN_SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:admin-AbCdEf';
export const USER_SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:user-AbCdEf';
export const TASK_ARN = 'arn:aws:dms:eu-west-1:111111111111:task:ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The only name in the certificate; the server can also be reached by its address. */
export const HOST = 'localhost';

export const DMS_USER = { username: 'dms_reader', password: 'aB3dE5gH7jK9' };

const secrets = mockClient(SecretsManagerClient);
const own = { ...surroundings };

/** A database of its own for each test, on a server with TLS, and what the handler sees of the world. */
export class PreparedSource {
  public readonly logged: object[] = [];
  public readonly certificate: string;
  public readonly server: SourceServer;
  public database!: SourceDatabase;
  /** What happens while the handler waits. */
  public onSleep: () => Promise<void> = () => Promise.resolve();
  private time = 0;
  private readonly clients: Client[] = [];

  public constructor(version: PostgresVersion, parameters: Readonly<Record<string, string>> = {}) {
    const signed = selfSigned(HOST);
    this.certificate = signed.certificate;
    this.server = new SourceServer({ ...tlsParameters(signed), ...parameters }, version);
    beforeEach(async () => {
      this.database = await this.server.database();
      this.logged.splice(0);
      this.onSleep = () => Promise.resolve();
      this.time = Date.now();
      secrets.reset();
      this.secret(ADMIN_SECRET, this.login());
      this.secret(USER_SECRET, DMS_USER);
      surroundings.log = (entry) => { this.logged.push(entry); };
      surroundings.now = () => this.time;
      surroundings.sleep = async (milliseconds) => {
        this.time += milliseconds;
        await this.onSleep();
      };
    });
    afterEach(async () => {
      Object.assign(surroundings, own);
      await Promise.all(this.clients.splice(0).map((client) => client.end()));
      await this.dropAllSlots();
    });
  }

  /** The handler's time: it stands still, but for what is waited and passed. */
  public now(): number {
    return this.time;
  }

  public pass(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** What the superuser logs in with. */
  public login(): Login {
    const url = new URL(this.server.server.url);
    return { username: url.username, password: url.password, host: HOST, port: this.server.server.port };
  }

  public secret(arn: string, content: object | string): void {
    const SecretString = typeof content === 'string' ? content : JSON.stringify(content);
    secrets.on(GetSecretValueCommand, { SecretId: arn }).resolves({ SecretString });
  }

  public secretFails(arn: string, name: string, message = 'so it is'): void {
    secrets.on(GetSecretValueCommand, { SecretId: arn }).rejects(Object.assign(new Error(message), { name }));
  }

  public get databaseName(): string {
    return new URL(this.database.url).pathname.slice(1);
  }

  public connection(): ConnectionProperties {
    return {
      SecretArn: ADMIN_SECRET, DatabaseName: this.databaseName, SslMode: 'verify-full', CertificateAuthority: this.certificate,
    };
  }

  /** A request for a preparation: by default of one task that selects all tables of `public`. */
  public preparation(
    RequestType: PreparationEvent['RequestType'], properties: Partial<PreparationProperties> = {}, id?: string,
  ): PreparationEvent {
    const defaults: PreparationProperties = {
      ...this.connection(),
      TableMappings: [mappings(TableSelection.include('public', '%'))],
      Tasks: '1',
      Plugin: 'test-decoding',
      CaptureDdls: 'true',
      DdlArtifactsSchema: 'public',
      Heartbeat: 'true',
      HeartbeatSchema: 'public',
      CreateHeartbeatSchema: 'false',
      CreateDdlAudit: 'false',
      OnProblems: OnProblems.FAIL,
      DropSlots: 'true',
      SlotTimeoutSeconds: '10',
    };
    return this.event(RequestType, PreparationResource.PREPARATION, { ...defaults, ...properties }, id);
  }

  public slotCleanup(
    RequestType: PreparationEvent['RequestType'], properties: Partial<SlotCleanupProperties> = {},
  ): PreparationEvent {
    return this.event(RequestType, PreparationResource.SLOT_CLEANUP, {
      ...this.connection(), ReplicationTaskArn: TASK_ARN, SlotTimeoutSeconds: '10', ...properties,
    }, TASK_ARN);
  }

  private event(
    RequestType: PreparationEvent['RequestType'], ResourceType: string, properties: object, id = 'Preparation',
  ): PreparationEvent {
    return {
      RequestType,
      ResourceType,
      LogicalResourceId: 'Preparation',
      ...(RequestType === 'Create' ? {} : { PhysicalResourceId: id }),
      // As they come out of CloudFormation.
      ResourceProperties: JSON.parse(JSON.stringify(properties)) as Record<string, unknown>,
    };
  }

  /** A connection as another user, or one that reads a slot (`replication`). */
  public async connectAs(
    { username, password }: { username: string; password: string }, replication = false,
  ): Promise<Client> {
    const client = new Client({
      host: '127.0.0.1', port: this.server.server.port, database: this.databaseName, user: username, password,
      ...(replication ? { replication: 'database' } : {}),
    });
    client.on('error', () => undefined);
    await client.connect();
    this.clients.push(client);
    return client;
  }

  /** The name that DMS would give to a slot of a task. */
  public async slotName(prefix = 'abcdefghijklmnop'): Promise<string> {
    const [oid] = await this.database.column('SELECT oid::int8 FROM pg_database WHERE datname = current_database()');
    return `${prefix}_${String(oid).padStart(8, '0')}_9a4d6293_8534_4d50_a069_549a129627a8`;
  }

  public async createSlot(name: string, plugin = 'test_decoding'): Promise<void> {
    await this.database.query('SELECT pg_create_logical_replication_slot($1, $2)', [name, plugin]);
  }

  /** Reads a slot until the test ends. Returns the process that does. */
  public async read(slot: string): Promise<number> {
    const reader = await this.connectAs(this.login(), true);
    reader.query(`START_REPLICATION SLOT "${slot}" LOGICAL 0/0`).catch(() => undefined);
    return this.eventually(async () => (await this.database.column(
      `SELECT active_pid FROM pg_replication_slots WHERE slot_name = '${slot}'`,
    ))[0] as number | null);
  }

  /** Waits for something that is not there yet. */
  public async eventually<T>(look: () => Promise<T | null | undefined>): Promise<T> {
    for (const until = Date.now() + 20_000; ;) {
      const found = await look();
      if (found !== null && found !== undefined) return found;
      if (Date.now() > until) throw new Error('it did not happen in 20 seconds');
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }

  /** The slots of a server are there for all its databases, and so for the next test. */
  private async dropAllSlots(): Promise<void> {
    await this.eventually(async () => {
      await this.database.query(
        'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active',
      );
      return (await this.database.column('SELECT count(*)::int FROM pg_replication_slots'))[0] === 0 || undefined;
    });
  }

  /** What the server has logged so far. */
  public async serverLog(): Promise<string> {
    const [data] = await this.database.column('SHOW data_directory');
    return readFileSync(join(data as string, '..', 'server.log'), 'utf8');
  }

  /** The slots of this test's database. */
  public async slots(): Promise<unknown[]> {
    return this.database.column(
      'SELECT slot_name::text FROM pg_replication_slots WHERE database = current_database() ORDER BY 1',
    );
  }
}

export const mappings = (...rules: TableMappingRule[]): string => TableMappings.of(...rules).toString();
