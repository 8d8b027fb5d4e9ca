import type { DeleteProvisionedConcurrencyConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { deleteQualifierRow } from '../functions/qualifier-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { provisionedReference, qualifierNotFound } from './concurrency-rules.ts';
import { qualifierExists } from './provisioned-rows.ts';

export function deleteProvisionedConcurrencyConfig(
  deps: LambdaDependencies,
): OperationHandler<DeleteProvisionedConcurrencyConfigRequest, Record<string, never>> {
  return async (input, context) => {
    const key = provisionedReference(input, context);
    await deps.store.write(async (tx, announce) => {
      if (!(await qualifierExists(tx, key))) throw qualifierNotFound(key);
      await deleteQualifierRow(tx, announce, 'lambda_provisioned_concurrency', key);
    });
    return {};
  };
}
