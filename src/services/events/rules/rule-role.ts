import { parseRoleArn } from '../../../model/identity/identity-names.ts';
import type { ServiceRoles } from '../../../model/service-roles.ts';
import { targetService } from '../../../delivery/target-arn.ts';
import { badParameter, validation } from '../events-errors.ts';
import type { StoredRule, StoredTarget } from './stored-rule.ts';

export const EVENTS_PRINCIPAL = 'events.amazonaws.com';

/** A role of a rule or a target; none is as good. @throws ValidationException */
export function checkRole(roles: ServiceRoles, roleArn: string | undefined, accountId: string): void {
  if (roleArn === undefined) return;
  if (parseRoleArn(roleArn) === undefined)
    throw badParameter('RoleArn', 'Provided Arn is not in correct format.');
  if (!roles.canBeAssumed(roleArn, accountId, EVENTS_PRINCIPAL))
    throw validation(`Provided role '${roleArn}' cannot be assumed by principal '${EVENTS_PRINCIPAL}'.`);
}

/** Targets without a role have the rule's. Not so buses, as documented: they are asked for the account. */
export function withRole({ roleArn }: StoredRule, target: StoredTarget): StoredTarget {
  if (roleArn === undefined || target.RoleArn !== undefined) return target;
  return targetService(target.Arn) === 'events' ? target : { ...target, RoleArn: roleArn };
}
