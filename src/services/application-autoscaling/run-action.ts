import { writeActivity } from './activity-rows.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { boundsActivity } from './bounds-activity.ts';
import { changeCapacity } from './capacity-change.ts';
import { type Definition, holdDefinition, writeDefinition } from './definition-rows.ts';
import { boundsAfter, isOthers, latestRun, withinBounds } from './scheduled-runs.ts';

/** So long others leave an action to the platform that has taken it. */
const TAKEN_MS = 60_000;

/**
 * Does what an action says that is due: once, however many platforms on one database find it so. Should this one end before
 * it is done, the action runs once more, which changes nothing: here after the next start, elsewhere after a minute.
 */
export async function runAction(
  deps: AutoscalingDependencies,
  { resource, name }: Pick<Definition<'action'>, 'resource' | 'name'>,
): Promise<void> {
  const nowMs = deps.clock.now();
  const bounds = await takeAction(deps, { resource, name }, nowMs);
  if (bounds === undefined) return;
  const change = withinBounds(await deps.capacity.current(resource), bounds);
  if (change !== undefined) await changeCapacity(deps, resource, change.capacity, change.reason);
  await deps.store.write(async (tx, announce) => {
    const { taken, ...latest } = (await holdDefinition(tx, 'action', resource, name)) ?? {};
    // It was put anew, or deleted.
    if (!('doneUntilMs' in latest) || taken?.by !== deps.owner) return;
    const value = { ...latest, doneUntilMs: Math.max(latest.doneUntilMs, nowMs) };
    await writeDefinition(tx, announce, 'action', { resource, name, value });
  });
}

/** @returns the bounds of the target from now on; undefined: nothing is to be done, or another platform does it */
async function takeAction(
  { store, owner }: AutoscalingDependencies,
  { resource, name }: Pick<Definition<'action'>, 'resource' | 'name'>,
  nowMs: number,
): Promise<{ min: number; max: number } | undefined> {
  return await store.write(async (tx, announce) => {
    const target = await holdDefinition(tx, 'target', resource);
    const action = await holdDefinition(tx, 'action', resource, name);
    if (action === undefined || latestRun(action, nowMs) === undefined) return undefined;
    if (isOthers(action, owner, nowMs)) return undefined;
    const isLeft = target === undefined || target.suspended.scheduled;
    const bounds = isLeft ? undefined : boundsAfter(action, target);
    if (!isLeft) {
      const ran = boundsActivity({ resource, name, value: action }, nowMs, bounds !== undefined);
      await writeActivity(tx, resource, ran);
    }
    if (target === undefined || bounds === undefined) {
      const value = { ...action, doneUntilMs: nowMs };
      await writeDefinition(tx, announce, 'action', { resource, name, value });
      return undefined;
    }
    await writeDefinition(tx, announce, 'target', { resource, name: '', value: { ...target, ...bounds } });
    const value = { ...action, taken: { by: owner, untilMs: nowMs + TAKEN_MS } };
    await writeDefinition(tx, announce, 'action', { resource, name, value });
    return bounds;
  });
}
