import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverAccount } from '../../cli/server/account';
import type { Certificate } from './certificate';
import { TemporaryFolders } from './temporary-folder';

/** The parameters with which PostgreSQL talks TLS, with a certificate of its own. */
export function tlsParameters({ certificate, key }: Certificate): Record<string, string> {
  const folder = new TemporaryFolders().create();
  // The server may run as another user than the tests, and wants a key that only it can read.
  const account = serverAccount();
  chmodSync(folder, 0o755);
  const write = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    if (account !== undefined) chownSync(path, account.uid, account.gid);
    return path;
  };
  return { ssl: 'on', ssl_cert_file: write('server.crt', certificate), ssl_key_file: write('server.key', key) };
}
