import { randomUUID } from 'node:crypto';
import type { Definition } from './definition-rows.ts';
import type { StoredActivity } from './stored-definitions.ts';

/**
 * What AWS writes down of a scheduled action that ran, before what becomes of the capacity.
 * @param nowMs platform time
 * @param isPossible false: the bounds it says and those there are contradict each other
 */
export function boundsActivity(
  { resource, name, value: { min, max } }: Definition<'action'>,
  nowMs: number,
  isPossible: boolean,
): StoredActivity {
  const bounds = [
    ...(min === undefined ? [] : [`min capacity to ${min}`]),
    ...(max === undefined ? [] : [`max capacity to ${max}`]),
  ].join(' and ');
  return {
    id: randomUUID(),
    resourceId: resource.resourceId,
    description: `Setting ${bounds}`,
    cause: `scheduled action name ${name} was triggered`,
    startMs: nowMs,
    endMs: undefined,
    status: isPossible ? 'Successful' : 'Failed',
    statusMessage: isPossible
      ? `Successfully set ${bounds}`
      : `Failed to set ${bounds}. Reason: Maximum capacity cannot be less than minimum capacity`,
    capacity: undefined,
  };
}
