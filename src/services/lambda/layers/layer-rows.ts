import type { Kysely, Transaction } from 'kysely';
import { type LayerKey, layerVersionArn, type StoredLayerVersion } from '../../../model/stored-layer.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { checkCodeStorage } from '../functions/code-storage.ts';
import { deletePolicies } from '../functions/qualifier-rows.ts';
import type { LayerVersionKey } from './layer-reference.ts';

/** What the column holds; a caller may ask for any number. */
const HIGHEST_VERSION = 2_147_483_647;

/** Gives the layer its next version. Throws CodeStorageExceededException when the account holds too much then. */
export async function insertLayerVersion(
  store: Store,
  draft: Omit<StoredLayerVersion, 'version'>,
  codeStorageLimitBytes: number,
): Promise<StoredLayerVersion> {
  return await store.write(async (tx) => {
    const stored = { ...draft, version: await takeNumber(tx, draft) };
    await tx
      .insertInto('lambda_layer_versions')
      .values({
        account_id: stored.accountId,
        region: stored.region,
        name: stored.name,
        version: stored.version,
        configuration: JSON.stringify(stored),
        code_size: stored.codeSize,
      })
      .execute();
    await store.blobs.reference(tx, stored.codeSha256, layerVersionArn(stored, stored.version));
    await checkCodeStorage(tx, stored, codeStorageLimitBytes);
    return stored;
  });
}

/** One statement, which locks the layer's row: of writers at the same moment each gets a number of its own. */
async function takeNumber(tx: Transaction<Database>, { accountId, region, name }: LayerKey): Promise<number> {
  const row = await tx
    .insertInto('lambda_layers')
    .values({ account_id: accountId, region, name, last_version: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'region', 'name'])
        .doUpdateSet((set) => ({ last_version: set('lambda_layers.last_version', '+', 1) })),
    )
    .returning('last_version')
    .executeTakeFirstOrThrow();
  return row.last_version;
}

export async function findLayerVersion(
  db: Kysely<Database>,
  key: LayerVersionKey,
): Promise<StoredLayerVersion | undefined> {
  if (key.version > HIGHEST_VERSION) return undefined;
  const row = await db
    .selectFrom('lambda_layer_versions')
    .select('configuration')
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('name', '=', key.name)
    .where('version', '=', key.version)
    .executeTakeFirst();
  return row && layerVersionOf(row);
}

/** Its versions below `before`, newest first. */
export async function listLayerVersionRows(
  db: Kysely<Database>,
  key: LayerKey,
  before: number,
): Promise<StoredLayerVersion[]> {
  const rows = await db
    .selectFrom('lambda_layer_versions')
    .select('configuration')
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('name', '=', key.name)
    .where('version', '<', Math.min(before, HIGHEST_VERSION))
    .orderBy('version', 'desc')
    .execute();
  return rows.map(layerVersionOf);
}

/** Versions of all layers whose names come after `afterName`: by name, each layer's newest first. */
export async function listLayerRows(
  db: Kysely<Database>,
  owner: Pick<LayerKey, 'accountId' | 'region'>,
  afterName: string,
): Promise<StoredLayerVersion[]> {
  const rows = await db
    .selectFrom('lambda_layer_versions')
    .select('configuration')
    .where('account_id', '=', owner.accountId)
    .where('region', '=', owner.region)
    .where('name', '>', afterName)
    .orderBy('name')
    .orderBy('version', 'desc')
    .execute();
  return rows.map(layerVersionOf);
}

/**
 * Removes a version and its policy; one that is not there is no error. Its number stays taken, and functions that have
 * it keep its content by references of their own.
 */
export async function deleteLayerVersionRow(store: Store, key: LayerVersionKey): Promise<void> {
  await store.write(async (tx, announce) => {
    const found = await findLayerVersion(tx, key);
    if (found === undefined) return;
    const arn = layerVersionArn(key, key.version);
    await tx
      .deleteFrom('lambda_layer_versions')
      .where('account_id', '=', key.accountId)
      .where('region', '=', key.region)
      .where('name', '=', key.name)
      .where('version', '=', key.version)
      .execute();
    await deletePolicies(tx, announce, arn, 'exactly');
    await store.blobs.release(tx, found.codeSha256, arn);
  });
}

function layerVersionOf(row: { readonly configuration: string }): StoredLayerVersion {
  return JSON.parse(row.configuration) as StoredLayerVersion;
}
