import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { OperationHandler } from '../../aws/service.ts';

export function getCallerIdentity(): OperationHandler<GetCallerIdentityRequest, GetCallerIdentityResponse> {
  return (_, { caller }) => {
    const { accountId, arn, userId } = caller.principal;
    return { UserId: userId ?? accountId, Account: accountId, Arn: arn };
  };
}
