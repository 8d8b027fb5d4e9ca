import type { FunctionVersion } from '../model/function-version.ts';

/** What all environments that may stand in for each other have in common; a tenant's only for that tenant. */
export function deploymentKey(
  { functionArn, version, deploymentId, tenantId: own }: FunctionVersion,
  tenantId = own,
): string {
  const key = `${functionArn}:${version}:${deploymentId}`;
  // No tenant's id has a `#`.
  return tenantId === undefined ? key : `${key}#${tenantId}`;
}
