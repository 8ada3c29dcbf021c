import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  readonly properties?: { readonly templateFile?: string; readonly directoryName?: string };
}

/** Whether a folder is a cloud assembly, as `cdk synth` writes them. */
export function isAssembly(folder: string): boolean {
  return existsSync(manifestOf(folder));
}

/**
 * The stacks of a cloud assembly and of those nested in it: the template's file by the name that `cdk ls` shows, the
 * stage in front (`Dev/aws-cdc-dms-rds-to-s3`).
 */
export function stackTemplates(folder: string): Map<string, string> {
  const manifest = JSON.parse(readFileSync(manifestOf(folder), 'utf8')) as Manifest;
  return new Map(Object.entries(manifest.artifacts ?? {}).flatMap(([id, artifact]): [string, string][] => {
    const { templateFile, directoryName } = artifact.properties ?? {};
    if (artifact.type === 'aws:cloudformation:stack' && templateFile !== undefined) {
      return [[artifact.displayName ?? id, join(folder, templateFile)]];
    }
    return artifact.type === 'cdk:cloud-assembly' && directoryName !== undefined
      ? [...stackTemplates(join(folder, directoryName))]
      : [];
  }));
}

const manifestOf = (folder: string): string => join(folder, 'manifest.json');
