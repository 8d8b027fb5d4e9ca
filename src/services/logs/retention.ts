import type { Change } from '../../store/change-feed.ts';
import { groupNotFound } from './log-errors.ts';
import type { GroupName } from './log-names.ts';
import { groupChange, type LogGroupRow, retentionCutoffMs, selectStreams } from './log-rows.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

const SWEEP_INTERVAL_MS = 3_600_000;
/** Starting up has better things to do. */
const FIRST_SWEEP_MS = 60_000;

/** Keeps a group's events for so many days, or for ever. @throws ServiceError ResourceNotFoundException */
export async function setRetention(
  deps: LogsDependencies,
  group: GroupName,
  days: number | null,
): Promise<void> {
  await deps.store.write(async (tx, announce) => {
    const updated = await tx
      .updateTable('log_groups')
      .set({ retention_days: days })
      .where('account_id', '=', group.accountId)
      .where('region', '=', group.region)
      .where('name', '=', group.name)
      .returning('name')
      .executeTakeFirst();
    if (updated === undefined) throw groupNotFound();
    announce(groupChange(group, { ...group, retentionDays: days }));
  });
}

/**
 * Removes what is past its retention from the disk, every hour of platform time and when a group's retention
 * changes. Reads leave expired events out by themselves; this gives the space back.
 */
export class RetentionSweep {
  readonly #deps: LogsDependencies;
  #cancel: () => void = () => undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #leftoversRemoved = false;

  constructor(deps: LogsDependencies) {
    this.#deps = deps;
  }

  start(): void {
    this.#deps.store.changes.subscribe('log-group', (change) => {
      if (hasRetention(change)) this.#arm(0);
    });
    this.#arm(FIRST_SWEEP_MS);
  }

  #arm(delayMs: number): void {
    this.#cancel();
    this.#cancel = this.#deps.clock.schedule(delayMs, () => {
      this.#arm(SWEEP_INTERVAL_MS);
      this.#sweeping = this.#sweeping.then(() => this.#sweep()).catch(() => undefined);
    });
  }

  async #sweep(): Promise<void> {
    const groups = await this.#deps.store.db
      .selectFrom('log_groups')
      .selectAll()
      .where('retention_days', 'is not', null)
      .execute();
    for (const group of groups) await this.#sweepGroup(group);
    if (!this.#leftoversRemoved) await this.#removeLeftovers();
    this.#leftoversRemoved = true;
  }

  async #sweepGroup(group: LogGroupRow): Promise<void> {
    const cutoffMs = retentionCutoffMs(group, this.#deps.clock.now());
    const name = { accountId: group.account_id, region: group.region, name: group.name };
    for (const stream of await selectStreams(this.#deps.store.db, name).execute()) {
      await this.#deps.segments.removeBefore(stream.directory, cutoffMs);
    }
  }

  /** Directories without a row: the process died between removing the row and removing the files. */
  async #removeLeftovers(): Promise<void> {
    const closed = await this.#deps.segments.listClosed();
    if (closed.length === 0) return;
    const rows = await this.#deps.store.db.selectFrom('log_streams').select('directory').execute();
    const known = new Set(rows.map((row) => row.directory));
    await this.#deps.segments.remove(closed.filter((directory) => !known.has(directory)));
  }
}

function hasRetention(change: Change): boolean {
  const { value } = change;
  return (
    typeof value === 'object' && value !== null && 'retentionDays' in value && value.retentionDays !== null
  );
}
