import type {
  DescribeAccountSettingsInput,
  DescribeAccountSettingsOutput,
  UpdateAccountSettingsInput,
  UpdateAccountSettingsOutput,
} from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import { notBuilt } from '../kinesis-errors.ts';

/** Nobody is billed here, so there is no commitment either. */
export function describeAccountSettings(): OperationHandler<
  DescribeAccountSettingsInput,
  DescribeAccountSettingsOutput
> {
  return () => ({ MinimumThroughputBillingCommitment: { Status: 'DISABLED' } });
}

export function updateAccountSettings(): OperationHandler<
  UpdateAccountSettingsInput,
  UpdateAccountSettingsOutput
> {
  return (input) => {
    if (input.MinimumThroughputBillingCommitment?.Status !== 'DISABLED')
      throw notBuilt('MinimumThroughputBillingCommitment');
    return { MinimumThroughputBillingCommitment: { Status: 'DISABLED' } };
  };
}
