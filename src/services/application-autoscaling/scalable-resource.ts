import type { Caller } from '../../model/function-reference.ts';
import { partitionOf } from '../../model/stored-function.ts';
import { objectNotFound, validation } from './scaling-errors.ts';

export const NAMESPACE = 'lambda';
export const DIMENSION = 'lambda:function:ProvisionedConcurrency';

/** What scales: a version or alias of a function. */
export interface ScalableResource extends Caller {
  /** `function:<name>:<qualifier>` */
  readonly resourceId: string;
  readonly name: string;
  readonly qualifier: string;
}

interface ResourceInput {
  readonly ServiceNamespace: string | undefined;
  readonly ResourceId?: string | undefined;
  readonly ScalableDimension?: string | undefined;
}

const RESOURCE_ID = /^function:([\w-]{1,64}):([\w-]{1,128})$/;

/** The resource an operation names in full. @throws ServiceError for what is not scaled here */
export function resourceOf(input: ResourceInput, caller: Caller): ScalableResource {
  checkKind(input);
  const resourceId = input.ResourceId ?? '';
  const [, name = '', qualifier = ''] = RESOURCE_ID.exec(resourceId) ?? [];
  if (name === '') throw unsupported();
  return { accountId: caller.accountId, region: caller.region, resourceId, name, qualifier };
}

/** @throws ServiceError for other services and dimensions */
export function checkKind({ ServiceNamespace, ScalableDimension }: ResourceInput): void {
  if (ServiceNamespace !== NAMESPACE) throw unsupported();
  if (ScalableDimension !== undefined && ScalableDimension !== DIMENSION) throw unsupported();
}

/** Lists can be narrowed down to a dimension only together with resources. */
export function checkFilter(input: ResourceInput, names: readonly string[] | undefined): void {
  checkKind(input);
  if (input.ScalableDimension !== undefined && (names ?? []).length === 0) {
    throw validation('If you specify a scalable dimension, you must also specify a resource ID.');
  }
}

export function unknownTarget({ resourceId }: Pick<ScalableResource, 'resourceId'>): Error {
  return objectNotFound(`No scalable target registered for ${placeOf(resourceId)}`);
}

/** As AWS's messages name a resource. */
export function placeOf(resourceId: string): string {
  return `service namespace: ${NAMESPACE}, resource ID: ${resourceId}, scalable dimension: ${DIMENSION}`;
}

export function targetArn({ accountId, region }: Caller, id: string): string {
  return `arn:${partitionOf(region)}:application-autoscaling:${region}:${accountId}:scalable-target/${id}`;
}

/** ARN of a policy or a scheduled action. */
export function partArn(
  { accountId, region, resourceId }: ScalableResource,
  kind: 'scalingPolicy' | 'scheduledAction',
  id: string,
  name: string,
): string {
  const nameKind = kind === 'scalingPolicy' ? 'policyName' : 'scheduledActionName';
  const owner = `arn:${partitionOf(region)}:autoscaling:${region}:${accountId}`;
  return `${owner}:${kind}:${id}:resource/${NAMESPACE}/${resourceId}:${nameKind}/${name}`;
}

function unsupported(): Error {
  return validation('Unsupported service namespace, resource type or scalable dimension');
}
