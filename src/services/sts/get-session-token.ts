import type { GetSessionTokenRequest, GetSessionTokenResponse } from '@aws-sdk/client-sts';
import type { OperationHandler } from '../../aws/service.ts';
import { isRoot } from '../../model/identity/caller-identity.ts';
import { newSession } from './new-session.ts';
import type { StsDependencies } from './sts-dependencies.ts';
import { accessDenied, notBuilt } from './sts-errors.ts';

const HALF_DAY_SECONDS = 43_200;
const ROOT_SECONDS = 3600;

export function getSessionToken(
  deps: StsDependencies,
): OperationHandler<GetSessionTokenRequest, GetSessionTokenResponse> {
  return (input, { caller }) => {
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined) throw notBuilt('MFA devices');
    if (input.MinimumSessionTokenSize !== undefined) throw notBuilt('MinimumSessionTokenSize');
    if (caller.session !== undefined)
      throw accessDenied('Cannot call GetSessionToken with session credentials');
    const { accountId, arn, userId } = caller.principal;
    const wanted = input.DurationSeconds ?? HALF_DAY_SECONDS;
    const durationSeconds = isRoot(caller) ? Math.min(wanted, ROOT_SECONDS) : wanted;
    const issuer = userId === undefined ? {} : { issuerId: userId };
    const draft = { accountId, arn, userId: userId ?? accountId, ...issuer };
    return { Credentials: newSession(deps, draft, durationSeconds) };
  };
}
