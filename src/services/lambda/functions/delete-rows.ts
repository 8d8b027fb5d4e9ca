import { resourceConflict } from '../../../model/lambda-errors.ts';
import { functionArn, functionRecordOf } from '../../../model/stored-function.ts';
import { aliasArn, versionsOf } from '../../../model/stored-alias.ts';
import type { Store } from '../../../store/store.ts';
import { findAliases } from '../aliases/alias-rows.ts';
import { deleteTags } from '../tags/resource-tags.ts';
import { moveReferences } from './code-references.ts';
import { deletePolicies, deleteQualifierRows } from './qualifier-rows.ts';
import { type Announce, changed, type FunctionKey, lockFunction, type Tx } from './function-rows.ts';

/** Removes a function with its versions, aliases, settings, policies and tags. Throws 404 when there is none. */
export async function deleteFunctionRows(store: Store, key: FunctionKey): Promise<void> {
  await store.write(async (tx, announce) => {
    await lockFunction(tx, key);
    const arn = functionArn(key.accountId, key.region, key.name);
    // Before the versions, so that nobody who follows the changes sees an alias that leads nowhere.
    for (const alias of await findAliases(tx, key)) announce({ kind: 'alias', key: aliasArn(alias) });
    await tx
      .deleteFrom('lambda_aliases')
      .where('account_id', '=', key.accountId)
      .where('region', '=', key.region)
      .where('function_name', '=', key.name)
      .execute();
    await deleteVersions(store, tx, announce, key);
    await tx
      .deleteFrom('lambda_function_settings')
      .where('account_id', '=', key.accountId)
      .where('region', '=', key.region)
      .where('name', '=', key.name)
      .execute();
    announce({ kind: 'function-settings', key: arn });
    await deleteQualifierRows(tx, announce, key, undefined);
    await deletePolicies(tx, announce, arn, 'with qualifiers');
    await deleteTags(tx, arn);
  });
}

/** Removes one published version; one that is not there is no error. Throws 409 while an alias points to it. */
export async function deleteVersionRows(store: Store, key: FunctionKey, version: string): Promise<void> {
  await store.write(async (tx, announce) => {
    await lockFunction(tx, key);
    const aliases = (await findAliases(tx, key)).filter((alias) => versionsOf(alias).includes(version));
    if (aliases.length > 0) {
      throw resourceConflict(
        `Unable to delete version because the following aliases reference it: [${aliases.map(({ name }) => name).join(', ')}]`,
      );
    }
    if ((await deleteVersions(store, tx, announce, key, version)) === 0) return;
    await deleteQualifierRows(tx, announce, key, version);
    const arn = `${functionArn(key.accountId, key.region, key.name)}:${version}`;
    await deletePolicies(tx, announce, arn, 'exactly');
  });
}

/** @returns how many there were */
async function deleteVersions(
  store: Store,
  tx: Tx,
  announce: Announce,
  key: FunctionKey,
  version?: string,
): Promise<number> {
  const versions = tx
    .deleteFrom('lambda_functions')
    .where('account_id', '=', key.accountId)
    .where('region', '=', key.region)
    .where('name', '=', key.name);
  const rows = await (version === undefined ? versions : versions.where('version', '=', version))
    .returning(['configuration', 'serving_configuration'])
    .execute();
  for (const record of rows.map(functionRecordOf)) {
    await moveReferences(tx, store.blobs, record, undefined);
    announce(changed(record.current));
  }
  return rows.length;
}
