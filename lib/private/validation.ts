import { Annotations, CfnResource, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { Finding } from '../rules/finding';

/** Prefix of the id under which a warning is acknowledged: `cdk-dms-pipelines:<rule id>`. */
export const WARNING_NAMESPACE = 'cdk-dms-pipelines';

/**
 * Applies rules to a construct when the app is synthesized.
 *
 * Everything that is wrong is reported together, before anything deploys: errors stop the synthesis with the path of
 * the construct, warnings are annotations that `Annotations.of(x).acknowledgeWarning('cdk-dms-pipelines:<rule>')`
 * silences one by one.
 */
export function validateWith(construct: IConstruct, findings: () => Finding[]): void {
  construct.node.addValidation({
    validate: () => {
      const found = findings();
      found
        .filter((finding) => finding.severity === 'warning')
        .forEach((finding) =>
          Annotations.of(construct).addWarningV2(`${WARNING_NAMESPACE}:${finding.rule}`, describe(finding)),
        );
      return found.filter((finding) => finding.severity === 'error').map(describe);
    },
  });
}

/** Refuses what a construct was given, naming the construct. */
export function fail(scope: IConstruct, message: string): never {
  throw new Error(`${scope.node.path}: ${message}`);
}

/**
 * The properties of a resource as its template will show them: CloudFormation's own key names, escape hatches applied,
 * and every token turned into the intrinsic that the rules treat as unknown.
 */
export function renderedProperties(resource: CfnResource): Record<string, unknown> {
  // What a template shows is only known to the (internal) renderer: the L1 getters miss property overrides.
  const element = resource as unknown as { _toCloudFormation(): unknown };
  const fragment = Stack.of(resource).resolve(element._toCloudFormation()) as {
    Resources?: Record<string, { Properties?: Record<string, unknown> }>;
  };
  return Object.values(fragment.Resources ?? {})[0]?.Properties ?? {};
}

/** The properties of a construct that is a resource of this app; of an imported one only the ARN is known. */
export function renderedIfOwn(construct: IConstruct | undefined): Record<string, unknown> | undefined {
  return construct !== undefined && CfnResource.isCfnResource(construct) ? renderedProperties(construct) : undefined;
}

function describe(finding: Finding): string {
  const where = finding.path === '' ? '' : `${finding.path}: `;
  return `${where}${finding.message}; ${finding.fix} [${finding.rule}]`;
}
