import { settleActivities, changeCapacity } from './capacity-change.ts';
import type { AutoscalingDependencies } from './autoscaling-dependencies.ts';
import { type Definition, DEFINITION_CHANGE, readDefinitions } from './definition-rows.ts';
import { alarmName } from './policy-alarms.ts';
import { runAction } from './run-action.ts';
import type { ScalableResource } from './scalable-resource.ts';
import { latestRun, nextLook, withinBounds } from './scheduled-runs.ts';
import type { StoredTarget } from './stored-definitions.ts';
import { type LastChanges, MOST_POINTS, trackedCapacity } from './target-tracking.ts';

const MINUTE_MS = 60_000;
/** After a failure; later and later while it goes on, a minute at most. */
const RETRY_MS = 1_000;
const NO_CHANGES: LastChanges = { outMs: undefined, outFrom: 0, inMs: undefined };

/** What is remembered of a resource between one minute and the next. */
interface Watched {
  readonly points: (number | undefined)[];
  last: LastChanges;
  /** The capacity when it was last looked at; kept where other platforms change it too. */
  seen: number | undefined;
}

/**
 * Does what policies and scheduled actions say, on the platform's clock: looks at the utilization once a minute while
 * there are policies, and wakes up for the next action. Reads everything afresh each time; a restart forgets only the
 * last minutes' utilization.
 */
export class ScalingRunner {
  readonly #deps: AutoscalingDependencies;
  readonly #watched = new Map<string, Watched>();
  #cancel: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  #nextMinuteMs = 0;
  #failures = 0;
  /** Something was written since the last look began. */
  #isStale = false;
  #isStopped = false;

  constructor(deps: AutoscalingDependencies) {
    this.#deps = deps;
  }

  begin(): void {
    this.#deps.store.changes.subscribe(DEFINITION_CHANGE, () => {
      this.#isStale = true;
      this.#arm(0);
    });
    this.#arm(0);
  }

  /** Resolves when it does nothing any more: the store can be closed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#running;
  }

  #arm(delayMs: number): void {
    this.#cancel();
    if (this.#isStopped) return;
    this.#cancel = this.#deps.clock.schedule(delayMs, () => {
      this.#running = this.#running.then(() => this.#look());
      return this.#running;
    });
  }

  /** What failed is tried again: nothing else might ever wake it. */
  async #look(): Promise<void> {
    try {
      await this.#run();
      this.#failures = 0;
    } catch (error) {
      this.#deps.onError(error);
      // What was written meanwhile waits no longer than for a failure that is the first.
      if (this.#isStale) this.#failures = 0;
      this.#arm(Math.min(MINUTE_MS, RETRY_MS * 2 ** this.#failures));
      this.#failures += 1;
    }
  }

  async #run(): Promise<void> {
    const { store, clock } = this.#deps;
    if (this.#isStopped) return;
    this.#isStale = false;
    const actions = await readDefinitions(store.db, 'action', undefined);
    for (const action of inOrder(actions, clock.now())) await runAction(this.#deps, action);
    const policies = await readDefinitions(store.db, 'policy', undefined);
    const isMinute = clock.now() >= this.#nextMinuteMs;
    if (isMinute) this.#nextMinuteMs = nextMinute(clock.now());
    if (policies.length > 0) await this.#track(policies, isMinute);
    const unsettled = await settleActivities(this.#deps);
    const nowMs = clock.now();
    const times = actions.flatMap(({ value }) => nextLook(value, this.#deps.owner, nowMs) ?? []);
    if (policies.length > 0 || unsettled > 0) times.push(nextMinute(nowMs));
    // What was just done has announced itself, and is looked at once more.
    if (this.#isStale) this.#arm(0);
    else if (times.length > 0) this.#arm(Math.max(0, Math.min(...times) - nowMs));
  }

  async #track(policies: readonly Definition<'policy'>[], isMinute: boolean): Promise<void> {
    const targets = await readDefinitions(this.#deps.store.db, 'target', undefined);
    const known = new Set(targets.map(({ resource }) => keyOf(resource)));
    for (const key of this.#watched.keys()) if (!known.has(key)) this.#watched.delete(key);
    for (const { resource, value } of targets) {
      const own = policies.filter((policy) => keyOf(policy.resource) === keyOf(resource));
      if (own.length > 0) await this.#trackOne(resource, value, own, isMinute);
    }
  }

  /** @param isMinute there is a new point; otherwise only the bounds may have changed */
  async #trackOne(
    resource: ScalableResource,
    target: StoredTarget,
    policies: readonly Definition<'policy'>[],
    isMinute: boolean,
  ): Promise<void> {
    const { capacity, clock } = this.#deps;
    const watched = this.#watch(resource);
    if (isMinute) watched.points.push(capacity.takeUtilization(resource));
    if (watched.points.length > MOST_POINTS) watched.points.shift();
    if (capacity.status(resource)?.status === 'IN_PROGRESS') return;
    const current = await capacity.current(resource);
    const { points, last } = watched;
    // What was seen says nothing about another capacity.
    if (watched.seen !== undefined && watched.seen !== current) points.length = 0;
    if (this.#deps.store.others !== undefined) watched.seen = current;
    const bounded = withinAllowedBounds(current, target);
    if (bounded !== undefined) {
      await this.#change(resource, watched, current, bounded.capacity, bounded.reason);
      return;
    }
    const tracked = trackedCapacity(policies, target, current, points, last, clock.now());
    const policy = policies.find(({ name }) => name === tracked?.policyName);
    if (tracked === undefined || policy === undefined) return;
    const alarm = alarmName(resource, policy.value, tracked.alarm);
    const cause = `monitor alarm ${alarm} in state ALARM triggered policy ${policy.name}`;
    await this.#change(resource, watched, current, tracked.capacity, cause);
  }

  async #change(
    resource: ScalableResource,
    watched: Watched,
    current: number,
    wanted: number,
    cause: string,
  ): Promise<void> {
    // What was seen says nothing about another capacity.
    watched.points.length = 0;
    if (!(await changeCapacity(this.#deps, resource, wanted, cause))) return;
    const nowMs = this.#deps.clock.now();
    watched.last =
      wanted > current
        ? { ...watched.last, outMs: nowMs, outFrom: current }
        : { ...watched.last, inMs: nowMs };
  }

  #watch(resource: ScalableResource): Watched {
    const key = keyOf(resource);
    const watched = this.#watched.get(key) ?? { points: [], last: NO_CHANGES, seen: undefined };
    this.#watched.set(key, watched);
    return watched;
  }
}

function withinAllowedBounds(current: number, target: StoredTarget): ReturnType<typeof withinBounds> {
  const change = withinBounds(current, target);
  if (change === undefined) return undefined;
  const { scaleIn, scaleOut } = target.suspended;
  return (change.capacity > current ? scaleOut : scaleIn) ? undefined : change;
}

/** Those that are due, in the order in which they were. */
function inOrder(actions: readonly Definition<'action'>[], nowMs: number): Definition<'action'>[] {
  const due = actions.flatMap((action) => {
    const atMs = latestRun(action.value, nowMs);
    return atMs === undefined ? [] : [{ action, atMs }];
  });
  return due.toSorted((one, other) => one.atMs - other.atMs).map(({ action }) => action);
}

function keyOf({ accountId, region, resourceId }: ScalableResource): string {
  return `${accountId}/${region}/${resourceId}`;
}

function nextMinute(nowMs: number): number {
  return (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
}
