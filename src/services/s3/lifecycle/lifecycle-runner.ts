import { randomUUID } from 'node:crypto';
import { findBucket } from '../buckets/bucket-rows.ts';
import { deleteVersion } from '../objects/delete-version.ts';
import type { StoredObject } from '../objects/stored-object.ts';
import { changeObjects } from '../objects/write-version.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { dropUpload } from '../uploads/upload-rows.ts';
import { agingVersions, keysOf } from './aging-versions.ts';
import { type Fate, fateOf, isAbandoned, type StoredRule } from './lifecycle-rules.ts';

const DAY_MS = 86_400_000;

/** Another version has come in its place since it was looked at. */
class Superseded extends Error {}

/** Once a day, at midnight in UTC, does with the objects of every bucket what its rules say. */
export class LifecycleRunner {
  readonly #deps: S3Dependencies;
  readonly #onNotice: (message: string) => void;
  #cancel: () => void = () => undefined;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();

  /** @param onNotice what an operator should read */
  constructor(deps: S3Dependencies, onNotice: (message: string) => void) {
    this.#deps = deps;
    this.#onNotice = onNotice;
  }

  /** Catches up with the midnights that nobody saw. */
  start(): void {
    this.#isRunning = true;
    this.#deps.clock.during(this.#run());
    this.#arm();
  }

  /** Waits for what is under way, which ends soon. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancel();
    await this.#running;
  }

  #arm(): void {
    const { clock } = this.#deps;
    const nowMs = clock.now();
    const midnightMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
    this.#cancel = clock.schedule(midnightMs - nowMs, async () => {
      if (!this.#isRunning) return;
      this.#arm();
      await this.#run();
    });
  }

  /** One after the other. */
  async #run(): Promise<void> {
    const before = this.#running;
    this.#running = before.then(async () => await this.#runAll());
    await this.#running;
  }

  async #runAll(): Promise<void> {
    try {
      const rows = await this.#deps.store.db
        .selectFrom('s3_buckets')
        .select('name')
        .where('settings', 'like', '%"lifecycle":%')
        .execute();
      for (const { name } of rows) if (this.#isRunning) await this.#runBucket(name);
    } catch (error) {
      this.#onNotice(`Objects could not be expired; the next midnight tries again: ${String(error)}`);
    }
  }

  async #runBucket(name: string): Promise<void> {
    const { store, clock } = this.#deps;
    const bucket = await findBucket(store.db, name);
    const rules = bucket?.settings['lifecycle'] as readonly StoredRule[] | undefined;
    if (rules === undefined) return;
    const nowMs = clock.now();
    for await (const versions of keysOf(store.db, name)) {
      if (!this.#isRunning) return;
      const aging = agingVersions(versions);
      for (const [at, version] of versions.entries()) {
        const seen = aging[at];
        const fate = seen === undefined ? 'stays' : fateOf(rules, seen, nowMs);
        if (fate !== 'stays') await this.#end(version, fate);
      }
    }
    await this.#abandonUploads(name, rules, nowMs);
  }

  async #end({ bucket, key, versionId, sequence }: StoredObject, fate: Fate): Promise<void> {
    const deletion = {
      bucket,
      key,
      versionId: fate === 'expires' ? undefined : versionId,
      family: 'LifecycleExpiration' as const,
      origin: {
        accountId: 's3.amazonaws.com',
        principalId: 's3.amazonaws.com',
        sourceIp: 's3.amazonaws.com',
        requestId: randomUUID(),
      },
      check: (current: StoredObject | undefined) => {
        if (current?.sequence !== sequence) throw new Superseded();
      },
    };
    try {
      await changeObjects(
        this.#deps,
        async (tx, aftermath) => await deleteVersion(this.#deps, tx, deletion, aftermath),
      );
    } catch (error) {
      // It is looked at again next time.
      if (!(error instanceof Superseded)) throw error;
    }
  }

  async #abandonUploads(bucket: string, rules: readonly StoredRule[], nowMs: number): Promise<void> {
    if (rules.every(({ abortDays }) => abortDays === undefined)) return;
    const uploads = await this.#deps.store.db
      .selectFrom('s3_uploads')
      .select(['upload_id', 'key', 'initiated_at_ms'])
      .where('bucket', '=', bucket)
      .execute();
    for (const { upload_id, key, initiated_at_ms } of uploads) {
      if (!isAbandoned(rules, { key, initiatedMs: initiated_at_ms }, nowMs)) continue;
      await changeObjects(this.#deps, async (tx, aftermath) => await dropUpload(tx, upload_id, aftermath));
    }
  }
}
