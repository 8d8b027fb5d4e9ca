import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { deleteFunctionConcurrency } from './delete-function-concurrency.ts';
import { deleteProvisionedConcurrencyConfig } from './delete-provisioned-concurrency-config.ts';
import { getFunctionConcurrency } from './get-function-concurrency.ts';
import { getProvisionedConcurrencyConfig } from './get-provisioned-concurrency-config.ts';
import { listProvisionedConcurrencyConfigs } from './list-provisioned-concurrency-configs.ts';
import { putFunctionConcurrency } from './put-function-concurrency.ts';
import { putProvisionedConcurrencyConfig } from './put-provisioned-concurrency-config.ts';

export function concurrencyOperations(deps: LambdaDependencies) {
  return {
    DeleteFunctionConcurrency: deleteFunctionConcurrency(deps),
    DeleteProvisionedConcurrencyConfig: deleteProvisionedConcurrencyConfig(deps),
    GetFunctionConcurrency: getFunctionConcurrency(deps),
    GetProvisionedConcurrencyConfig: getProvisionedConcurrencyConfig(deps),
    ListProvisionedConcurrencyConfigs: listProvisionedConcurrencyConfigs(deps),
    PutFunctionConcurrency: putFunctionConcurrency(deps),
    PutProvisionedConcurrencyConfig: putProvisionedConcurrencyConfig(deps),
  };
}
