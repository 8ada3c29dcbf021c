import { isRecord, Json } from '../private/json';
import { directReference, Reference, referencesIn } from './references';
import { CfnProperties } from './values';

/** A resource of a template. */
export interface ResourceDefinition {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: CfnProperties;
  /** Logical ids that it waits for by name. */
  readonly dependsOn?: readonly string[];
}

/** Where the properties of a resource stand in its template. */
export const pathOf = ({ logicalId }: { readonly logicalId: string }): string => `Resources.${logicalId}.Properties`;

/** The resources of a template, to be found by type or by what refers to them. */
export class TemplateResources {
  private readonly byId: ReadonlyMap<string, ResourceDefinition>;
  private readonly byType: ReadonlyMap<string, ResourceDefinition[]>;

  public constructor(resources: Json) {
    this.byId = new Map(Object.entries(resources).flatMap(([logicalId, resource]) => {
      if (!isRecord(resource) || typeof resource.Type !== 'string') return [];
      const properties = isRecord(resource.Properties) ? resource.Properties : {};
      const dependsOn = [resource.DependsOn].flat().filter((id) => typeof id === 'string');
      return [[logicalId, { logicalId, type: resource.Type, properties, dependsOn }] as const];
    }));
    const byType = new Map<string, ResourceDefinition[]>();
    for (const resource of this.byId.values()) {
      const others = byType.get(resource.type);
      if (others) others.push(resource);
      else byType.set(resource.type, [resource]);
    }
    this.byType = byType;
  }

  public all(): ResourceDefinition[] {
    return [...this.byId.values()];
  }

  /** Type by type, each in the order of the template. */
  public ofType(...types: readonly string[]): ResourceDefinition[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** The resource that `value` is a reference to. */
  public direct(value: unknown): { resource: ResourceDefinition; reference: Reference } | undefined {
    const reference = directReference(value);
    const resource = reference && this.byId.get(reference.logicalId);
    return resource && { resource, reference };
  }

  /** The first resource of one of `types` that `value` refers to, at any depth. */
  public referenced(value: unknown, types: readonly string[]): ResourceDefinition | undefined {
    return this.allReferenced(value, types)[0];
  }

  /** Every resource of one of `types` that `value` refers to, at any depth. */
  public allReferenced(value: unknown, types: readonly string[]): ResourceDefinition[] {
    return referencesIn(value)
      .map((id) => this.byId.get(id))
      .filter((resource) => resource !== undefined)
      .filter(({ type }) => types.includes(type));
  }
}
