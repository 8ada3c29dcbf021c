export type { Authority, AuthorityState, SiteItem } from '../../lib/two-way/switch/site-map';
export { DynamoReader, type ItemSource } from './dynamo-reader';
export { CommitUnknown, MapUnreadable, NoWritableSite } from './errors';
export { isFenceError } from './fence-errors';
export { FolderReader } from './folder-reader';
export { declareEpoch, inTransaction, type PostgresSession } from './postgres';
export type { AuthorityReader } from './reader';
export { type Clock, SiteClient, type SiteClientOptions, type WritableSite } from './site-client';
