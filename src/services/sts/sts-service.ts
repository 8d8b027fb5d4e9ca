import type { ServiceDefinition } from '../../aws/service.ts';
import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getSessionToken } from './get-session-token.ts';
import type { StsDependencies } from './sts-dependencies.ts';

/**
 * STS, as far as it is built. Nobody needs a permission to be told who they are, and a role's trust policy may be all
 * it takes to assume it: operations see to that themselves.
 */
export function createStsService(deps: StsDependencies): ServiceDefinition {
  return {
    model: 'sts',
    access: { isOwn: true },
    operations: {
      AssumeRole: assumeRole(deps),
      GetCallerIdentity: getCallerIdentity(),
      GetSessionToken: getSessionToken(deps),
    },
  };
}
