import type {
  GetProvisionedConcurrencyConfigRequest,
  GetProvisionedConcurrencyConfigResponse,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { qualifiedArn } from '../functions/qualifier-rows.ts';
import { provisionedReference, qualifierNotFound } from './concurrency-rules.ts';
import { provisionedConfiguration } from './provisioned-configuration.ts';
import { findProvisioned, qualifierExists } from './provisioned-rows.ts';

export function getProvisionedConcurrencyConfig(
  deps: LambdaDependencies,
): OperationHandler<GetProvisionedConcurrencyConfigRequest, GetProvisionedConcurrencyConfigResponse> {
  return async (input, context) => {
    const key = provisionedReference(input, context);
    const { db } = deps.store;
    if (!(await qualifierExists(db, key))) throw qualifierNotFound(key);
    const stored = (await findProvisioned(db, key)).get(key.qualifier);
    if (stored === undefined) throw notConfigured();
    return provisionedConfiguration(stored, deps.provisionedStatus(qualifiedArn(key)));
  };
}

function notConfigured(): Error {
  return new ServiceError(
    'ProvisionedConcurrencyConfigNotFoundException',
    'No Provisioned Concurrency Config found for this function',
    404,
    { Type: 'User' },
  );
}
