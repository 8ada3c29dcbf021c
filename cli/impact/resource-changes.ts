import { fullDiff, type ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';

/** What CloudFormation does to a resource that differs between two templates. */
export type ResourceFate = 'created' | 'updated' | 'replaced' | 'deleted' | 'kept';

export interface ResourceChange {
  readonly logicalId: string;
  readonly type: string;
  readonly fate: ResourceFate;
  /** Properties that differ. */
  readonly properties: readonly string[];
  /** Those of them that replace the resource, or may. */
  readonly replacing: readonly string[];
}

/**
 * What CloudFormation does to each resource. Which property replaces a resource is AWS's own specification; a property
 * that refers to a replaced resource changes with it.
 */
export function resourceChanges(before: unknown, after: unknown): ResourceChange[] {
  const changes: ResourceChange[] = [];
  fullDiff(before as Record<string, unknown>, after as Record<string, unknown>)
    .resources.forEachDifference((logicalId, difference) => {
      const change = changeOf(logicalId, difference);
      if (change !== undefined) changes.push(change);
    });
  return changes;
}

const FATES: Readonly<Partial<Record<ResourceImpact, ResourceFate>>> = {
  [ResourceImpact.WILL_CREATE]: 'created',
  [ResourceImpact.WILL_UPDATE]: 'updated',
  [ResourceImpact.WILL_REPLACE]: 'replaced',
  // AWS decides by values that a template does not show: better to be told in vain.
  [ResourceImpact.MAY_REPLACE]: 'replaced',
  [ResourceImpact.WILL_DESTROY]: 'deleted',
  [ResourceImpact.WILL_ORPHAN]: 'kept',
};

function changeOf(logicalId: string, difference: ResourceDifference): ResourceChange | undefined {
  const fate = FATES[difference.changeImpact];
  if (fate === undefined) return undefined;
  const updates = Object.entries(difference.propertyUpdates);
  return {
    logicalId,
    type: difference.oldResourceType ?? difference.newResourceType ?? '',
    fate,
    properties: updates.map(([name]) => name).sort(),
    replacing: updates
      .filter(([, { changeImpact }]) => changeImpact !== undefined && FATES[changeImpact] === 'replaced')
      .map(([name]) => name)
      .sort(),
  };
}
