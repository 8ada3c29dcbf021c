/** The names that handler and construct share. They live in lib, which is compiled from its own folder only. */
export * from '../../lib/source-preparation/source-preparation-api';
