import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../model/clock.ts';
import { stateOnceReady } from '../../../model/managed-instances.ts';
import type { SnapshotOutcome } from '../../../model/snapshot-outcome.ts';
import { ServiceError } from '../../../model/service-error.ts';
import {
  type FunctionRecord,
  functionRecordOf,
  hasSnapStart,
  type StatusReason,
  type StoredFunction,
} from '../../../model/stored-function.ts';
import { MissingBlob } from '../../../store/blob-store.ts';
import type { Store } from '../../../store/store.ts';
import { changeFunction, findFunction } from './function-rows.ts';

export interface ActivationDependencies {
  readonly store: Store;
  readonly clock: Clock;
  /** Makes package and layers ready to run from: unpacks their blobs. Rejects when that cannot be done. */
  readonly prepareCode: (stored: StoredFunction) => Promise<void>;
  /** Initialises a version with SnapStart, whose code is ready. */
  readonly initialise: (stored: StoredFunction) => Promise<SnapshotOutcome>;
  /** Told of failures that have no function to be written to: the platform's log. */
  readonly onError: (error: unknown) => void;
}

export interface FunctionActivation {
  /** Resolves when nothing is being activated. */
  settled(): Promise<void>;
  /** Starts no more; what is running goes on and `settled` still waits for it. */
  stop(): void;
}

/** Another platform that has begun with a function is left so much real time before somebody else sees to it. */
const TAKE_OVER_MS = 60_000;

/**
 * Brings functions from Pending to Active and updates from InProgress to Successful, or to Failed with a reason.
 * Follows the change feed, and looks once through what a previous run of the platform has left behind. Of platforms that
 * share a database the one that was asked for a function activates it, and others if nothing comes of that.
 */
export function startFunctionActivation(deps: ActivationDependencies): FunctionActivation {
  const activation = new Activation(deps);
  const unsubscribe = deps.store.changes.subscribe('function', (change) => {
    if (change.value === undefined) return;
    if (change.isElsewhere) activation.considerLater(change.value as FunctionRecord);
    else activation.consider(change.value as FunctionRecord, true);
  });
  const isAlone = deps.store.others === undefined;
  activation.track(takeUp(deps.store, (record) => activation.consider(record, isAlone)));
  return {
    settled: async () => await activation.settled(),
    stop: () => {
      unsubscribe();
      activation.stop();
    },
  };
}

class Activation {
  readonly #deps: ActivationDependencies;
  /** Deployments being worked on: an announcement of something else about the function must not start a second one. */
  readonly #deployments = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #later = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(deps: ActivationDependencies) {
    this.#deps = deps;
  }

  /** @param isOwn it is nobody else's: what fails here has failed */
  consider({ current }: FunctionRecord, isOwn: boolean): void {
    if (this.#stopped || !isWaiting(current) || this.#deployments.has(current.deploymentId)) return;
    this.#deployments.add(current.deploymentId);
    const done = activate(this.#deps, current, isOwn).finally(() =>
      this.#deployments.delete(current.deploymentId),
    );
    this.track(done);
  }

  considerLater({ current }: FunctionRecord): void {
    if (this.#stopped || !isWaiting(current)) return;
    const timer = setTimeout(() => {
      this.#later.delete(timer);
      this.track(this.#considerAgain(current));
    }, TAKE_OVER_MS).unref();
    this.#later.add(timer);
  }

  async #considerAgain({ deploymentId, version, ...key }: StoredFunction): Promise<void> {
    const record = await findFunction(this.#deps.store.db, key, version);
    if (record?.current.deploymentId === deploymentId) this.consider(record, false);
  }

  track(work: Promise<void>): void {
    const tracked = work.catch(this.#deps.onError).finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#later) clearTimeout(timer);
  }
}

function isWaiting(stored: StoredFunction): boolean {
  return stored.state === 'Pending' || stored.lastUpdateStatus === 'InProgress';
}

async function takeUp(store: Store, consider: (record: FunctionRecord) => void): Promise<void> {
  const rows = await store.db
    .selectFrom('lambda_functions')
    .select(['configuration', 'serving_configuration'])
    // Quotation marks inside values are escaped, so this matches the members themselves and nothing a user wrote.
    .where((where) =>
      where.or([
        where('configuration', 'like', '%"state":"Pending"%'),
        where('configuration', 'like', '%"lastUpdateStatus":"InProgress"%'),
      ]),
    )
    .execute();
  for (const row of rows) consider(functionRecordOf(row));
}

async function activate(
  deps: ActivationDependencies,
  waiting: StoredFunction,
  isOwn: boolean,
): Promise<void> {
  const outcome = await prepared(deps, waiting, isOwn);
  // The next start of the platform takes it up again.
  if (outcome === 'abandoned') return;
  try {
    await changeFunction(deps.store, waiting, (before) => {
      // Another deployment has taken over meanwhile: that one is someone else's work.
      if (before.current.deploymentId !== waiting.deploymentId || !isWaiting(before.current))
        return undefined;
      return outcome === 'ready' ? activated(before) : failed(before, outcome);
    });
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'ResourceNotFoundException')) throw error;
  }
}

async function prepared(
  deps: ActivationDependencies,
  waiting: StoredFunction,
  isOwn: boolean,
): Promise<SnapshotOutcome> {
  try {
    await deps.prepareCode(waiting);
    return hasSnapStart(waiting) ? await deps.initialise(waiting) : 'ready';
  } catch (error) {
    deps.onError(error);
    // Whoever took the package has it.
    if (error instanceof MissingBlob && !isOwn) return 'abandoned';
    return { message: failureOf(error), code: 'InternalError' };
  }
}

/** A system's error names paths of the platform's, which its log has and are nobody else's business. */
function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'syscall' in error && 'code' in error
    ? `The code of the function could not be unpacked: ${String(error.code)}.`
    : error.message;
}

function activated({ current }: FunctionRecord): FunctionRecord {
  const { stateReason: _, lastUpdateStatusReason: __, ...kept } = current;
  return {
    current: {
      ...kept,
      revisionId: randomUUID(),
      state: stateOnceReady(kept.managed),
      lastUpdateStatus: 'Successful',
    },
    serving: undefined,
  };
}

/** A failed creation is final; after a failed update the configuration from before goes on serving. */
function failed(before: FunctionRecord, reason: StatusReason): FunctionRecord {
  const current = { ...before.current, revisionId: randomUUID() };
  if (current.state === 'Pending') {
    return { current: { ...current, state: 'Failed', stateReason: reason }, serving: undefined };
  }
  return {
    current: { ...current, lastUpdateStatus: 'Failed', lastUpdateStatusReason: reason },
    serving: before.serving,
  };
}
