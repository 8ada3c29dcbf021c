import { isRecord, Json } from '../private/json';
import { textOf } from './references';
import { ResourceDefinition, TemplateResources } from './resources';
import { asText, isUnresolved, section } from './values';

/** The statements of a policy document; `undefined` when they are not all known. */
export function statementsOf(document: unknown): Json[] | undefined {
  if (isUnresolved(document) || typeof document === 'string') return undefined;
  const statements = section(document).Statement;
  if (isUnresolved(statements)) return undefined;
  const all = statements === undefined ? [] : [statements].flat();
  return all.every((statement) => isRecord(statement) && !isUnresolved(statement)) ? all as Json[] : undefined;
}

/** Whether a statement allows `action`, or may do so as far as is known. Conditions are taken to be met. */
export function mayAllow(statement: Json, action: string): boolean {
  if (statement.Effect === 'Deny') return false;
  const { Action: actions } = statement;
  return actions === undefined || isUnresolved(actions) || listed(actions).some((pattern) =>
    isUnresolved(pattern) || matches(textOf(pattern).toLowerCase(), action.toLowerCase()));
}

/** The services that a statement names as principals, as texts; `undefined` when not all are known, or anybody is. */
export function servicesOf(statement: Json): string[] | undefined {
  const { Principal: principal } = statement;
  if (principal === undefined || principal === '*' || isUnresolved(principal)) return undefined;
  const { Service: services, AWS: others } = section(principal);
  if (isUnresolved(services) && !isText(services)) return undefined;
  if (listed(others).includes('*')) return undefined;
  const texts = listed(services).map((service) => textOf(service)
    .replaceAll('<AWS.URLSuffix>', 'amazonaws.com').replaceAll('<AWS.Region>', 'region'));
  return texts.some((text) => text.includes('<')) ? undefined : texts;
}

/** Joined and substituted texts are read as far as they are known. */
const isText = (value: unknown): boolean => isRecord(value) && ('Fn::Join' in value || 'Fn::Sub' in value);

/** One thing or a list of things, as a list. */
export const listed = (value: unknown): unknown[] => (value === undefined || value === null ? [] : [value].flat());

/** Whether `pattern`, with `*` for anything and `?` for one character, stands for `text`. */
export function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

/** The policies of the roles of a template. */
export class RolePolicies {
  /** Documents of policies that are resources of their own, by the logical id or the name of the role. */
  private readonly attached = new Map<string, unknown[]>();

  public constructor(private readonly resources: TemplateResources) {
    for (const policy of resources.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy')) {
      const { Roles, RoleName, PolicyDocument } = policy.properties;
      for (const role of [...listed(Roles), ...listed(RoleName)]) {
        const key = resources.direct(role)?.resource.logicalId ?? asText(role) ?? ANY_ROLE;
        const documents = this.attached.get(key);
        if (documents) documents.push(PolicyDocument);
        else this.attached.set(key, [PolicyDocument]);
      }
    }
  }

  /** Every statement that a role has; `undefined` when some of them are not known. */
  public statementsOf(role: ResourceDefinition): Json[] | undefined {
    const { Policies, ManagedPolicyArns, RoleName } = role.properties;
    if (isUnresolved(Policies) || isUnresolved(ManagedPolicyArns)) return undefined;
    const managed = listed(ManagedPolicyArns).map((arn) => this.resources.direct(arn)?.resource)
      .map((policy) => (policy?.type === 'AWS::IAM::ManagedPolicy' ? policy.properties.PolicyDocument : UNKNOWN_POLICY));
    const documents = [
      ...listed(Policies).map((policy) => (isUnresolved(policy) ? policy : section(policy).PolicyDocument)),
      ...managed,
      ...this.attached.get(role.logicalId) ?? [],
      ...this.attached.get(asText(RoleName) ?? '') ?? [],
      ...this.attached.get(ANY_ROLE) ?? [],
    ];
    const statements = documents.map(statementsOf);
    return statements.every((known) => known !== undefined) ? statements.flat() : undefined;
  }
}

/** A policy that is not in the template allows nobody knows what. */
const UNKNOWN_POLICY = { Ref: 'elsewhere' };

/** A role that is not known may be every role. */
const ANY_ROLE = '?';
