import type { GetProvisionedConcurrencyConfigResponse } from '@aws-sdk/client-lambda';
import type {
  ProvisionedStatus,
  StoredProvisionedConcurrency,
} from '../../../model/provisioned-concurrency.ts';

/** Before the platform has begun with it. */
const NOT_BEGUN: ProvisionedStatus = { allocated: 0, available: 0, status: 'IN_PROGRESS', reason: undefined };

/** Provisioned concurrency as the API shows it. */
export function provisionedConfiguration(
  stored: StoredProvisionedConcurrency,
  { allocated, available, status, reason }: ProvisionedStatus = NOT_BEGUN,
): GetProvisionedConcurrencyConfigResponse {
  return {
    RequestedProvisionedConcurrentExecutions: stored.requested,
    AvailableProvisionedConcurrentExecutions: available,
    AllocatedProvisionedConcurrentExecutions: allocated,
    Status: status,
    ...(reason !== undefined && { StatusReason: reason }),
    LastModified: wholeSeconds(stored.lastModifiedMs),
  };
}

/** `2026-01-12T15:32:21+0000` */
function wholeSeconds(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, '+0000');
}
