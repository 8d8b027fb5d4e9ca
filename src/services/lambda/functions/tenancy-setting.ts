import type { TenancyConfig } from '@aws-sdk/client-lambda';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';

/** What is stored of it when a function is made. */
export function tenancySetting(config: TenancyConfig | undefined): Pick<StoredFunction, 'tenancy'> {
  return config?.TenantIsolationMode === 'PER_TENANT' ? { tenancy: 'PER_TENANT' } : {};
}

/** 400 for what comes without a tenant's id, or would be ready for a tenant before it is known. */
export function refuseTenants(stored: Pick<StoredFunction, 'tenancy'>, what: string): void {
  if (stored.tenancy === undefined) return;
  throw invalidParameterValue(`${what} isn't supported for functions with tenant isolation.`);
}

/** As the API shows it. */
export function tenancyConfig({ tenancy }: StoredFunction): { TenancyConfig?: TenancyConfig } {
  return tenancy === undefined ? {} : { TenancyConfig: { TenantIsolationMode: tenancy } };
}
