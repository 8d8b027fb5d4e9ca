import { type Expression, type ExpressionBuilder, sql, type SqlBool } from 'kysely';
import {
  mappingArn,
  type MappingKey,
  mappingOf,
  type StoredMapping,
} from '../model/stored-event-source-mapping.ts';
import { databaseTime } from '../store/database-time.ts';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

/** A mapping this platform may poll for, as it is now. */
export interface HeldMapping {
  readonly mapping: StoredMapping;
  /** Another one after each change by its owner. */
  readonly revision: number;
}

/** How long others keep off a mapping whose platform no longer says that it polls. */
const LEASE_MS = 20_000;

type Mappings = ExpressionBuilder<Database, 'lambda_event_source_mappings'>;

/**
 * Who polls for which mapping, on disk. Platforms that share a database tell the time by it, so that no two of them
 * poll for one mapping; the embedded engine has one platform only.
 */
export class MappingPolls {
  readonly #store: Store;
  readonly #owner: string;

  constructor(store: Store, owner: string) {
    this.#store = store;
    this.#owner = owner;
  }

  /** All that this platform may poll for or has to see to: what an earlier run of it had is its own again. */
  async open(): Promise<readonly MappingKey[]> {
    return await this.#keys((mappings) => this.#isFree(mappings));
  }

  /** Likewise, without those that are at rest and polled for here. */
  async waiting(): Promise<readonly MappingKey[]> {
    return await this.#keys((mappings) =>
      mappings.and([
        this.#isFree(mappings),
        mappings.or([mappings('state', '!=', 'Enabled'), mappings.not(this.#isOwn(mappings))]),
      ]),
    );
  }

  async #keys(chosen: (mappings: Mappings) => Expression<SqlBool>): Promise<readonly MappingKey[]> {
    const rows = await this.#store.db
      .selectFrom('lambda_event_source_mappings')
      .select(['account_id', 'region', 'uuid'])
      .where('state', '!=', 'Disabled')
      .where(chosen)
      .execute();
    return rows.map((row) => ({ accountId: row.account_id, region: row.region, uuid: row.uuid }));
  }

  /** Takes the mapping for this platform. Undefined: it is gone, or another one has it. */
  async take(key: MappingKey): Promise<HeldMapping | undefined> {
    return await this.#store.write(async (tx) => {
      const row = await tx
        .updateTable('lambda_event_source_mappings')
        .set({ polled_by: this.#owner, polled_until_ms: this.#until() })
        .where('account_id', '=', key.accountId)
        .where('region', '=', key.region)
        .where('uuid', '=', key.uuid)
        .where((mappings) => this.#isFree(mappings))
        .returning(['configuration', 'last_result', 'revision'])
        .executeTakeFirst();
      return row && { mapping: mappingOf(row), revision: row.revision };
    });
  }

  /** Holds what this platform polls for a while longer. @returns the UUIDs it still has */
  async renew(): Promise<ReadonlySet<string>> {
    const rows = await this.#store.write(
      async (tx) =>
        await tx
          .updateTable('lambda_event_source_mappings')
          .set({ polled_until_ms: this.#until() })
          .where('polled_by', '=', this.#owner)
          .returning('uuid')
          .execute(),
    );
    return new Set(rows.map(({ uuid }) => uuid));
  }

  /** The state a mapping has come to. False: its owner has changed it meanwhile, or it is another platform's. */
  async settle({ mapping, revision }: HeldMapping, after: StoredMapping): Promise<boolean> {
    return await this.#store.write(async (tx, announce) => {
      const { numUpdatedRows } = await tx
        .updateTable('lambda_event_source_mappings')
        .set({ state: after.state, configuration: JSON.stringify(after), revision: revision + 1 })
        .$if(after.state === 'Disabled', (query) => query.set({ polled_by: null, polled_until_ms: null }))
        .where('uuid', '=', mapping.uuid)
        .where('revision', '=', revision)
        .where('polled_by', '=', this.#owner)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return false;
      announce({ kind: 'event-source-mapping-state', key: mappingArn(mapping), value: after });
      return true;
    });
  }

  /** A mapping that is Deleting ends. */
  async remove({ mapping }: HeldMapping): Promise<void> {
    await this.#store.write(async (tx, announce) => {
      const removed = await tx
        .deleteFrom('lambda_event_source_mappings')
        .where('uuid', '=', mapping.uuid)
        .where('polled_by', '=', this.#owner)
        .executeTakeFirst();
      if (removed.numDeletedRows !== 1n) return;
      await tx.deleteFrom('lambda_mapping_checkpoints').where('uuid', '=', mapping.uuid).execute();
      await tx.deleteFrom('resource_tags').where('resource_arn', '=', mappingArn(mapping)).execute();
      announce({ kind: 'event-source-mapping-state', key: mappingArn(mapping) });
    });
  }

  /** What processing has come to, as long as this platform polls. */
  async record({ uuid }: MappingKey, result: string): Promise<void> {
    await this.#store.write(async (tx) => {
      await tx
        .updateTable('lambda_event_source_mappings')
        .set({ last_result: result })
        .where('uuid', '=', uuid)
        .where('polled_by', '=', this.#owner)
        .execute();
    });
  }

  /** Lets others poll. */
  async releaseAll(): Promise<void> {
    await this.#store.write(async (tx) => {
      await tx
        .updateTable('lambda_event_source_mappings')
        .set({ polled_by: null, polled_until_ms: null })
        .where('polled_by', '=', this.#owner)
        .execute();
    });
  }

  #isOwn(mappings: Mappings): Expression<SqlBool> {
    return mappings.and([mappings('polled_by', 'is not', null), mappings('polled_by', '=', this.#owner)]);
  }

  #isFree(mappings: Mappings): Expression<SqlBool> {
    if (this.#store.engine === 'sqlite') return sql<SqlBool>`1 = 1`;
    return mappings.or([
      mappings('polled_by', 'is', null),
      mappings('polled_by', '=', this.#owner),
      mappings('polled_until_ms', '<', databaseTime()),
    ]);
  }

  #until() {
    return this.#store.engine === 'sqlite' ? null : sql<number>`${databaseTime()} + ${LEASE_MS}`;
  }
}
