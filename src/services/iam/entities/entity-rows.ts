import type { Kysely, Transaction } from 'kysely';
import type { IdentityKind, IdentityOf, StoredIdentity } from '../../../model/identity/stored-identity.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { alreadyExists, notFound } from '../iam-errors.ts';
import { entityKey, nameKey } from './entity-key.ts';

type Db = Kysely<Database>;

export async function findEntity<K extends IdentityKind>(
  db: Db,
  kind: K,
  accountId: string,
  name: string,
): Promise<IdentityOf<K> | undefined> {
  const row = await db
    .selectFrom('iam_entities')
    .select('configuration')
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .where('name_key', '=', nameKey(name))
    .executeTakeFirst();
  return row && (JSON.parse(row.configuration) as IdentityOf<K>);
}

/** Throws NoSuchEntity. */
export async function requireEntity<K extends IdentityKind>(
  db: Db,
  kind: K,
  accountId: string,
  name: string,
): Promise<IdentityOf<K>> {
  const found = await findEntity(db, kind, accountId, name);
  if (found === undefined) throw notFound(kind, name);
  return found;
}

/** All of a kind in an account, by name. */
export async function listEntities<K extends IdentityKind>(
  db: Db,
  kind: K,
  accountId: string,
): Promise<IdentityOf<K>[]> {
  const rows = await db
    .selectFrom('iam_entities')
    .select('configuration')
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .orderBy('name_key')
    .execute();
  return rows.map((row) => JSON.parse(row.configuration) as IdentityOf<K>);
}

/** One account's identities, while nobody else changes them. */
export class IamAccount {
  readonly accountId: string;
  readonly #tx: Transaction<Database>;
  readonly #announce: (change: Change) => void;

  constructor(accountId: string, tx: Transaction<Database>, announce: (change: Change) => void) {
    this.accountId = accountId;
    this.#tx = tx;
    this.#announce = announce;
  }

  async find<K extends IdentityKind>(kind: K, name: string): Promise<IdentityOf<K> | undefined> {
    return await findEntity(this.#tx, kind, this.accountId, name);
  }

  /** Throws NoSuchEntity. */
  async require<K extends IdentityKind>(kind: K, name: string): Promise<IdentityOf<K>> {
    return await requireEntity(this.#tx, kind, this.accountId, name);
  }

  async list<K extends IdentityKind>(kind: K): Promise<IdentityOf<K>[]> {
    return await listEntities(this.#tx, kind, this.accountId);
  }

  /** Throws EntityAlreadyExists. */
  async add<T extends StoredIdentity>(entity: T): Promise<T> {
    if ((await this.find(entity.kind, entity.name)) !== undefined)
      throw alreadyExists(entity.kind, entity.name);
    return await this.put(entity);
  }

  /** Writes what is new or changed. */
  async put<T extends StoredIdentity>(entity: T): Promise<T> {
    const configuration = JSON.stringify(entity);
    await this.#tx
      .insertInto('iam_entities')
      .values({
        account_id: entity.accountId,
        kind: entity.kind,
        name_key: nameKey(entity.name),
        configuration,
      })
      .onConflict((conflict) =>
        conflict.columns(['account_id', 'kind', 'name_key']).doUpdateSet({ configuration }),
      )
      .execute();
    this.#announce({ kind: 'iam-entity', key: entityKey(entity), value: entity });
    return entity;
  }

  async remove(entity: StoredIdentity): Promise<void> {
    await this.#tx
      .deleteFrom('iam_entities')
      .where('account_id', '=', entity.accountId)
      .where('kind', '=', entity.kind)
      .where('name_key', '=', nameKey(entity.name))
      .execute();
    this.#announce({ kind: 'iam-entity', key: entityKey(entity) });
  }

  /** Under a name or path that is another one. Throws EntityAlreadyExists. */
  async replace<T extends StoredIdentity>(before: T, after: T): Promise<T> {
    if (nameKey(before.name) === nameKey(after.name)) return await this.put(after);
    if ((await this.find(after.kind, after.name)) !== undefined) throw alreadyExists(after.kind, after.name);
    await this.remove(before);
    return await this.put(after);
  }
}

/** Reads, decides and writes in one transaction. Two changes of an account come one after the other. */
export async function changeAccount<T>(
  store: Store,
  accountId: string,
  work: (account: IamAccount) => Promise<T>,
): Promise<T> {
  return await store.write(async (tx, announce) => {
    await tx
      .insertInto('iam_locks')
      .values({ account_id: accountId })
      // Changes nothing, and waits on PostgreSQL for whoever has the row.
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ account_id: accountId }))
      .execute();
    return await work(new IamAccount(accountId, tx, announce));
  });
}
