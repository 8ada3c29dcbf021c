import { basename } from 'node:path';
import { isRecord } from '../../lib/private/json';
import { readDocuments } from '../check/documents';
import { UsageError } from '../errors';
import { isAssembly, stackTemplates } from '../rehearsal/assembly';
import { type Effect, type StackImpact, worstFirst } from './effects';
import { resourceChanges } from './resource-changes';
import { statefulEffect } from './stateful';
import { effectsElsewhere, taskEffects } from './tasks';

const NO_RESOURCES = { Resources: {} };

/**
 * What it does to each stack to deploy what is in `after` where `before` is deployed. Both are templates, or both are
 * cloud assemblies (`cdk.out`), whose stacks are matched by name.
 *
 * @throws {UsageError} when one of them is neither, or when they are not of one kind
 */
export function impactOf(before: string, after: string): StackImpact[] {
  if (isAssembly(before) !== isAssembly(after)) {
    throw new UsageError(`${before} and ${after} are of two kinds: give two templates, or two cdk.out folders`);
  }
  const [old, current] = isAssembly(before)
    ? [assemblyOf(before), assemblyOf(after)]
    : [new Map([[nameOf(after), templateOf(before)]]), new Map([[nameOf(after), templateOf(after)]])];
  const stacks = [...new Set([...old.keys(), ...current.keys()])].sort();
  return stacks.map((stack) => ({
    stack,
    effects: templateEffects(old.get(stack) ?? NO_RESOURCES, current.get(stack) ?? NO_RESOURCES),
  }));
}

/** What it does to a stack to replace its template. */
export function templateEffects(before: unknown, after: unknown): Effect[] {
  const changes = resourceChanges(before, after);
  return worstFirst([
    ...changes.flatMap((change) => statefulEffect(change) ?? []),
    ...taskEffects(before, after, changes),
    ...effectsElsewhere(after, changes),
  ]);
}

const assemblyOf = (folder: string): Map<string, unknown> =>
  new Map([...stackTemplates(folder)].map(([stack, file]) => [stack, templateOf(file)]));

function templateOf(path: string): unknown {
  const [only, ...others] = readDocuments([path]);
  if (only === undefined || others.length > 0) {
    throw new UsageError(`${path} holds ${others.length + 1} templates and no manifest.json: give one template, or the `
      + 'folder that `cdk synth` writes');
  }
  if (!isRecord(only.document) || !isRecord(only.document['Resources'])) {
    throw new UsageError(`${only.file} is no CloudFormation template: there is no object "Resources" in it`);
  }
  return only.document;
}

const nameOf = (path: string): string => basename(path).replace(/\.template\.json$|\.json$/, '');
