import { assumedRoleArn, parseRoleArn } from '../model/identity/identity-names.ts';
import type { StoredRole } from '../model/identity/stored-identity.ts';
import { authorize, denialMessage } from '../model/policy/authorize.ts';
import { compilePolicy, evaluatePolicy } from '../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../model/policy/parse-policy.ts';
import { requestKeys } from '../model/policy/principal.ts';
import { ServiceError } from '../model/service-error.ts';
import type { RoleUse, ServiceRoles } from '../model/service-roles.ts';
import type { IdentityDirectory } from '../services/iam/directory/identity-directory.ts';
import { sessionCaller } from './callers.ts';

/** Asks trust policies and roles' own policies, where callers are authorised. */
export class AskedRoles implements ServiceRoles {
  readonly #isStrict: boolean;
  readonly #directory: IdentityDirectory;

  constructor(isStrict: boolean, directory: IdentityDirectory) {
    this.#isStrict = isStrict;
    this.#directory = directory;
  }

  canBeAssumed(roleArn: string, accountId: string, service: string): boolean {
    return !this.#isStrict || this.#trusting(roleArn, accountId, service) !== undefined;
  }

  check({ roleArn, accountId, service, action, resource, keys: own = {} }: RoleUse): void {
    if (!this.#isStrict) return;
    const role = this.#trusting(roleArn, accountId, service);
    if (role === undefined)
      throw new ServiceError('AccessDeniedException', `${roleArn} cannot be assumed by ${service}.`, 403);
    const caller = sessionCaller(sessionOf(role, service), this.#directory);
    const { principal } = caller;
    const keys = requestKeys(principal, { 'aws:ResourceAccount': resource.split(':')[4], ...own });
    // What the resource itself says is asked where the role's account comes with its request.
    const request = { principal, action, resource, resourceAccountId: accountId, keys };
    const policies = this.#directory.policiesOf(caller);
    const decision = authorize(request, { own: policies, resource: undefined });
    if (!decision.isAllowed)
      throw new ServiceError('AccessDeniedException', denialMessage(request, decision.reason), 403);
  }

  #trusting(roleArn: string, accountId: string, service: string): StoredRole | undefined {
    const parts = parseRoleArn(roleArn);
    const role = parts && this.#directory.find('role', accountId, parts.name);
    if (role?.arn !== roleArn) return undefined;
    const principal = { type: 'Service', name: service } as const;
    const keys = requestKeys(principal, { 'aws:SourceAccount': accountId });
    const request = { principal, action: 'sts:AssumeRole', resource: roleArn, keys };
    const trust = compilePolicy(parsePolicy(role.trustPolicy, 'trust'));
    return evaluatePolicy(trust, request).effect === 'allow' ? role : undefined;
  }
}

/** A session as the service would have: named after it, over with the request. */
function sessionOf({ accountId, arn: roleArn, id, name }: StoredRole, service: string) {
  const sessionName = service.split('.')[0] ?? service;
  const partition = parseRoleArn(roleArn)?.partition ?? 'aws';
  return {
    accessKeyId: '',
    accountId,
    arn: assumedRoleArn({ partition, accountId, name }, sessionName),
    roleArn,
    issuerId: id,
    userId: `${id}:${sessionName}`,
    issuedMs: 0,
    expiresMs: 0,
  };
}
