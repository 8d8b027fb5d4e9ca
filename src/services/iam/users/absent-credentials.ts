import type { OperationHandler } from '../../../aws/service.ts';
import { requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { noSuchEntity } from '../iam-errors.ts';

interface Input {
  readonly UserName?: string | undefined;
}

/**
 * Lists of credentials that no user has, since what would make them is not built: SSH keys, MFA devices, certificates.
 * Tools that remove a user look through all of them. Throws NoSuchEntity for a user who is not there.
 */
export function listAbsent<K extends string>(
  deps: IamDependencies,
  member: K,
): OperationHandler<Input, Record<K, never[]>> {
  return async ({ UserName }, { accountId }) => {
    if (UserName !== undefined) await requireEntity(deps.store.db, 'user', accountId, UserName);
    return { [member]: [] as never[], IsTruncated: false } as unknown as Record<K, never[]>;
  };
}

/** Nobody has a password. */
export function noLoginProfile(deps: IamDependencies): OperationHandler<Input, never> {
  return async ({ UserName = '' }, { accountId }) => {
    const user = await requireEntity(deps.store.db, 'user', accountId, UserName);
    throw noSuchEntity(`Login Profile for User ${user.name} cannot be found.`);
  };
}
