import { randomUUID } from 'node:crypto';
import type { ProvisionedStatus } from '../../model/provisioned-concurrency.ts';
import { ServiceError } from '../../model/service-error.ts';
import { readUnsettled, writeActivity } from './activity-rows.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import type { ScalableResource } from './scalable-resource.ts';
import type { StoredActivity } from './stored-definitions.ts';

/** Asks for so much capacity and writes down what came of it. False: it was refused. */
export async function changeCapacity(
  { store, clock, capacity }: AutoscalingDependencies,
  resource: ScalableResource,
  wanted: number,
  cause: string,
): Promise<boolean> {
  const begun = {
    id: randomUUID(),
    resourceId: resource.resourceId,
    description: `Setting desired concurrency to ${wanted}.`,
    cause,
    startMs: clock.now(),
  };
  const refusal = await refusalOf(() => capacity.set(resource, wanted));
  const activity: StoredActivity =
    refusal === undefined
      ? {
          ...begun,
          status: 'InProgress',
          statusMessage: `Successfully set desired concurrency to ${wanted}. Waiting for change to be fulfilled by lambda.`,
          endMs: undefined,
          capacity: wanted,
        }
      : failedActivity(
          begun,
          clock.now(),
          `Failed to set desired concurrency to ${wanted}. Reason: ${refusal.message}`,
        );
  await store.write(async (tx) => await writeActivity(tx, resource, activity));
  return refusal === undefined;
}

/** Notes the outcome of activities that have come to one. Returns how many have not. */
export async function settleActivities({ store, clock, capacity }: AutoscalingDependencies): Promise<number> {
  const unsettled = await readUnsettled(store.db);
  // A later change overtakes those before it.
  const latest = new Map(unsettled.map((each) => [keyOf(each), each.activity.id]));
  let open = 0;
  for (const each of unsettled) {
    const { accountId, region, activity } = each;
    const [, name = '', qualifier = ''] = activity.resourceId.split(':');
    const status = capacity.status({ accountId, region, resourceId: activity.resourceId, name, qualifier });
    const isOvertaken = latest.get(keyOf(each)) !== activity.id;
    const settled = settledActivity(activity, isOvertaken ? undefined : status, clock.now());
    if (settled === undefined) open += 1;
    else await store.write(async (tx) => await writeActivity(tx, { accountId, region }, settled));
  }
  return open;
}

/** @param status of what is provisioned now; undefined: nothing is any more, or something else was asked for since */
function settledActivity(
  activity: StoredActivity,
  status: ProvisionedStatus | undefined,
  endMs: number,
): StoredActivity | undefined {
  const { capacity = 0 } = activity;
  if (status?.status === 'IN_PROGRESS') return undefined;
  if (status?.status === 'FAILED') {
    return failedActivity(
      activity,
      endMs,
      `Failed to set desired concurrency to ${capacity}. Reason: ${status.reason}`,
    );
  }
  const statusMessage = `Successfully set desired concurrency to ${capacity}. Change successfully fulfilled by lambda.`;
  return { ...activity, endMs, status: 'Successful', statusMessage };
}

function failedActivity(
  begun: Omit<StoredActivity, 'endMs' | 'status' | 'statusMessage' | 'capacity'>,
  endMs: number,
  statusMessage: string,
): StoredActivity {
  return { ...begun, endMs, status: 'Failed', statusMessage, capacity: undefined };
}

function keyOf(each: { accountId: string; region: string; activity: StoredActivity }): string {
  return `${each.accountId}/${each.region}/${each.activity.resourceId}`;
}

async function refusalOf(work: () => Promise<void>): Promise<ServiceError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}
