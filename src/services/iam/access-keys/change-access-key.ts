import type { StoredAccessKey } from '../../../model/identity/stored-identity.ts';
import { changeAccount } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { noSuchEntity } from '../iam-errors.ts';

/** @param change returns the key as it is to be; undefined: it is deleted. Throws NoSuchEntity */
export async function changeAccessKey(
  deps: IamDependencies,
  accountId: string,
  userName: string,
  id: string,
  change: (key: StoredAccessKey) => StoredAccessKey | undefined,
): Promise<void> {
  await changeAccount(deps.store, accountId, async (account) => {
    const user = await account.require('user', userName);
    if (!user.accessKeys.some((key) => key.id === id))
      throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
    const accessKeys = user.accessKeys.flatMap((key) => (key.id === id ? (change(key) ?? []) : key));
    await account.put({ ...user, accessKeys });
  });
}
