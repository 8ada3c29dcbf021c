import { shippedLibraries, type PostgresVersion } from './binaries';

/** Settings for an embedded server, and what was left out of the parameter group and why. */
export interface ServerParameters {
  readonly parameters: Record<string, string>;
  readonly notices: string[];
}

/** What is sized or set up for the database instance, not for the machine that rehearses. */
const INSTANCE_ONLY = new Set([
  'shared_buffers', 'huge_pages', 'ssl', 'ssl_ca_file', 'ssl_cert_file', 'ssl_key_file', 'ssl_crl_file', 'ssl_crl_dir',
]);

/**
 * Translates the parameters of an RDS PostgreSQL parameter group into settings that a community server knows.
 *
 * `rds.logical_replication` becomes `wal_level`, the way RDS itself does it; other `rds.*` parameters steer the
 * service around the server and have no meaning here.
 *
 * @param group `Parameters` of an `AWS::RDS::DBParameterGroup`, as in a template
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
 */
export function parametersFor(group: Readonly<Record<string, unknown>>, version: PostgresVersion): ServerParameters {
  return translateParameters(group, shippedLibraries(version));
}

/** {@link parametersFor} for a known set of libraries. */
export function translateParameters(
  group: Readonly<Record<string, unknown>>,
  libraries: ReadonlySet<string>,
): ServerParameters {
  const parameters: Record<string, string> = {};
  const notices: string[] = [];
  const leaveOut = (name: string, why: string): void => {
    notices.push(`parameter ${name} is left out: ${why}`);
  };
  for (const [name, given] of Object.entries(group)) {
    if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean') {
      leaveOut(name, 'its value is only known when the template is deployed');
      continue;
    }
    const value = String(given);
    if (name === 'rds.logical_replication') {
      parameters.wal_level = value === '1' ? 'logical' : 'replica';
    } else if (name === 'shared_preload_libraries') {
      const names = value.split(',').map((library) => library.trim()).filter((library) => library !== '');
      names.filter((library) => !libraries.has(library)).forEach((library) => {
        leaveOut(`${name}=${library}`, 'the embedded server does not ship this library');
      });
      parameters[name] = names.filter((library) => libraries.has(library)).join(',');
    } else if (isFormula(value)) {
      leaveOut(name, `${value} depends on the instance class`);
    } else if (INSTANCE_ONLY.has(name)) {
      leaveOut(name, 'it is meant for the database instance, not for this machine');
    } else if (!name.startsWith('rds.')) {
      parameters[name] = value;
    }
  }
  return { parameters, notices };
}

/** `{DBInstanceClassMemory/32768}`, `GREATEST({AllocatedStorage}…)`, `LEAST(…)`, `SUM(…)`: computed by RDS. */
function isFormula(value: string): boolean {
  return /\{\w+.*\}|^(GREATEST|LEAST|SUM)\(/.test(value);
}
