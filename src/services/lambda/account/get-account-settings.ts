import type { GetAccountSettingsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { unreservedConcurrency } from '../../../model/concurrency-limits.ts';
import { UNZIPPED_CODE_LIMIT_BYTES, ZIPPED_CODE_LIMIT_BYTES } from '../../../model/limits.ts';
import { readClaims } from '../concurrency/claim-rows.ts';
import { codeStorageUsed } from '../functions/code-storage.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

export function getAccountSettings(
  deps: LambdaDependencies,
): OperationHandler<Record<string, never>, GetAccountSettingsResponse> {
  return async (_input, context) => {
    const { count } = await deps.store.db
      .selectFrom('lambda_functions')
      .select((query) => query.fn.countAll<number>().as('count'))
      .where('account_id', '=', context.accountId)
      .where('region', '=', context.region)
      .where('version', '=', '$LATEST')
      .executeTakeFirstOrThrow();
    const claims = await readClaims(deps.store.db, context);
    return {
      AccountLimit: {
        TotalCodeSize: deps.codeStorageLimitBytes,
        CodeSizeUnzipped: UNZIPPED_CODE_LIMIT_BYTES,
        CodeSizeZipped: ZIPPED_CODE_LIMIT_BYTES,
        ConcurrentExecutions: deps.concurrentExecutions,
        UnreservedConcurrentExecutions: unreservedConcurrency(deps.concurrentExecutions, claims),
      },
      AccountUsage: {
        TotalCodeSize: await codeStorageUsed(deps.store.db, context),
        FunctionCount: count,
      },
    };
  };
}
