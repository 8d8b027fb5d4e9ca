import type { GetAccountSettingsResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { unreservedConcurrency } from '../../../model/concurrency-limits.ts';
import {
  CODE_STORAGE_LIMIT_BYTES,
  UNZIPPED_CODE_LIMIT_BYTES,
  ZIPPED_CODE_LIMIT_BYTES,
} from '../../../model/limits.ts';
import { functionRecordOf } from '../../../model/stored-function.ts';
import { readClaims } from '../concurrency/claim-rows.ts';
import { listLayerRows } from '../layers/layer-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

export function getAccountSettings(
  deps: LambdaDependencies,
): OperationHandler<Record<string, never>, GetAccountSettingsResponse> {
  return async (_input, context) => {
    const rows = await deps.store.db
      .selectFrom('lambda_functions')
      .select(['configuration', 'serving_configuration'])
      .where('account_id', '=', context.accountId)
      .where('region', '=', context.region)
      .execute();
    const claims = await readClaims(deps.store.db, context);
    const layers = await listLayerRows(deps.store.db, context, '');
    const functions = rows.map((row) => functionRecordOf(row).current);
    return {
      AccountLimit: {
        TotalCodeSize: CODE_STORAGE_LIMIT_BYTES,
        CodeSizeUnzipped: UNZIPPED_CODE_LIMIT_BYTES,
        CodeSizeZipped: ZIPPED_CODE_LIMIT_BYTES,
        ConcurrentExecutions: deps.concurrentExecutions,
        UnreservedConcurrentExecutions: unreservedConcurrency(deps.concurrentExecutions, claims),
      },
      AccountUsage: {
        TotalCodeSize: [...functions, ...layers].reduce((sum, stored) => sum + stored.codeSize, 0),
        FunctionCount: functions.filter((stored) => stored.version === '$LATEST').length,
      },
    };
  };
}
