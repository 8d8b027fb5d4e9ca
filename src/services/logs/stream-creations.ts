import { setTimeout as delay } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { LogStreamName } from '../../model/log-sink.ts';
import type { Announce } from './log-rows.ts';
import type { StreamLog } from '../../store/log-segments/stream-log.ts';
import type { Database } from '../../store/schema.ts';
import { groupChange, selectStreams } from './log-rows.ts';
import type { LogsDependencies } from './logs-dependencies.ts';

/** A stream that has taken its first event and needs its rows. */
export interface Creation {
  readonly name: LogStreamName;
  readonly log: StreamLog;
  /** The rows are written; `used` is the log to go on with. */
  placed(used: StreamLog): void;
}

interface Place {
  readonly directory: string;
  readonly isNew: boolean;
}

const BATCH = 500;
const ATTEMPTS = 3;
const RETRY_MS = 1000;

/** Writes the rows of new streams, many in one transaction: two hundred environments may start at once. */
export class StreamCreations {
  readonly #deps: LogsDependencies;
  #waiting: Creation[] = [];
  #running = false;

  constructor(deps: LogsDependencies) {
    this.#deps = deps;
  }

  /** Costs nothing here: the work begins after whatever else is going on in this turn. */
  add(creation: Creation): void {
    this.#waiting.push(creation);
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#create(this.#waiting.splice(0, BATCH), ATTEMPTS);
    }
    this.#running = false;
  }

  async #create(batch: readonly Creation[], attempts: number): Promise<void> {
    let places: Map<string, Place>;
    try {
      places = await this.#write(batch);
    } catch {
      if (attempts > 1) {
        await delay(RETRY_MS);
        return this.#create(batch, attempts - 1);
      }
      // The next event of each stream tries again.
      for (const { log } of batch) this.#deps.segments.abandon(log);
      return;
    }
    for (const creation of batch) {
      const place = places.get(keyOf(creation.name));
      if (place === undefined) this.#deps.segments.abandon(creation.log);
      else creation.placed(this.#deps.segments.place(creation.log, place.directory, place.isNew));
    }
  }

  async #write(batch: readonly Creation[]): Promise<Map<string, Place>> {
    const streams = new Map(batch.map(({ name }) => [keyOf(name), name]));
    return this.#deps.store.write(async (tx, announce) => {
      await this.#insertGroups(tx, [...streams.values()], announce);
      const places = await this.#insertStreams(tx, [...streams.values()]);
      for (const [key, name] of streams) {
        if (!places.has(key)) places.set(key, await existingPlace(tx, name));
      }
      return places;
    });
  }

  async #insertGroups(
    tx: Transaction<Database>,
    streams: readonly LogStreamName[],
    announce: Announce,
  ): Promise<void> {
    const groups = new Map(
      streams.map(({ accountId, region, group }) => [
        JSON.stringify([accountId, region, group]),
        {
          account_id: accountId,
          region,
          name: group,
          created_at_ms: this.#deps.clock.now(),
          retention_days: null,
        },
      ]),
    );
    const created = await tx
      .insertInto('log_groups')
      .values([...groups.values()])
      .onConflict((conflict) => conflict.doNothing())
      .returning(['account_id', 'region', 'name'])
      .execute();
    for (const row of created) {
      const group = { accountId: row.account_id, region: row.region, name: row.name };
      announce(groupChange(group, { ...group, retentionDays: null }));
    }
  }

  async #insertStreams(
    tx: Transaction<Database>,
    streams: readonly LogStreamName[],
  ): Promise<Map<string, Place>> {
    const rows = await tx
      .insertInto('log_streams')
      .values(
        streams.map(({ accountId, region, group, stream }) => ({
          account_id: accountId,
          region,
          group_name: group,
          name: stream,
          created_at_ms: this.#deps.clock.now(),
          directory: this.#deps.segments.newDirectory(),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .returning(['account_id', 'region', 'group_name', 'name', 'directory'])
      .execute();
    return new Map(
      rows.map((row) => {
        const { account_id: accountId, region, group_name: group, name: stream, directory } = row;
        return [keyOf({ accountId, region, group, stream }), { directory, isNew: true }];
      }),
    );
  }
}

/** Somebody had created the stream before the function wrote to it. */
async function existingPlace(tx: Transaction<Database>, name: LogStreamName): Promise<Place> {
  const group = { accountId: name.accountId, region: name.region, name: name.group };
  const row = await selectStreams(tx, group).where('name', '=', name.stream).executeTakeFirstOrThrow();
  return { directory: row.directory, isNew: false };
}

function keyOf({ accountId, region, group, stream }: LogStreamName): string {
  return JSON.stringify([accountId, region, group, stream]);
}
