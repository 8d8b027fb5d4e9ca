import type {
  ListTargetsByRuleRequest,
  ListTargetsByRuleResponse,
  PutTargetsRequest,
  PutTargetsResponse,
  RemoveTargetsRequest,
  RemoveTargetsResponse,
} from '@aws-sdk/client-eventbridge';
import { pageOf } from '../../../aws/list-page.ts';
import type { OperationHandler } from '../../../aws/service.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
import { badToken, limitExceeded, validation } from '../events-errors.ts';
import { ruleOf } from '../rules/rule-operations.ts';
import { checkRole } from '../rules/rule-role.ts';
import { changeRule } from '../rules/rule-rows.ts';
import { storedTarget, targetProblem } from './check-target.ts';

const MOST_TARGETS = 5;

/** Adds targets to a rule, or replaces those of the same id: all of them or none. */
export function putTargets(
  deps: EventsDependencies,
): OperationHandler<PutTargetsRequest, PutTargetsResponse> {
  return async (input, context) => {
    const rule = ruleOf(deps, input.EventBusName, input.Rule, context, 'PutTargets');
    const targets = input.Targets ?? [];
    for (const target of targets) {
      const problem = targetProblem(target);
      if (problem !== undefined) throw validation(problem);
      checkRole(deps.roles, target.RoleArn, rule.bus.accountId);
    }
    // Of those with one id the last holds.
    const added = [...new Map(targets.map((target) => [target.Id, storedTarget(target)])).values()];
    await changeRule(deps.store, rule, (before) => {
      const ids = new Set(added.map(({ Id }) => Id));
      const kept = before.targets.filter(({ Id }) => !ids.has(Id));
      if (kept.length + ids.size > MOST_TARGETS)
        throw limitExceeded('The requested resource exceeds the maximum number allowed.');
      return { ...before, targets: [...kept, ...added] };
    });
    return { FailedEntryCount: 0, FailedEntries: [] };
  };
}

/** Takes targets away; those that are not there are told, one by one. */
export function removeTargets(
  deps: EventsDependencies,
): OperationHandler<RemoveTargetsRequest, RemoveTargetsResponse> {
  return async (input, context) => {
    const rule = ruleOf(deps, input.EventBusName, input.Rule, context, 'RemoveTargets');
    const ids = input.Ids ?? [];
    const missing = ids.filter((id) => !rule.targets.some(({ Id }) => Id === id));
    await changeRule(deps.store, rule, (before) => ({
      ...before,
      targets: before.targets.filter(({ Id }) => !ids.includes(Id)),
    }));
    return {
      FailedEntryCount: missing.length,
      FailedEntries: missing.map((TargetId) => ({
        TargetId,
        ErrorCode: 'ResourceNotFoundException',
        ErrorMessage: `Target ${TargetId} does not exist on the rule.`,
      })),
    };
  };
}

export function listTargetsByRule(
  deps: EventsDependencies,
): OperationHandler<ListTargetsByRuleRequest, ListTargetsByRuleResponse> {
  return (input, context) => {
    const { targets } = ruleOf(deps, input.EventBusName, input.Rule, context, 'ListTargetsByRule');
    const all = [...targets].sort((a, b) => (a.Id < b.Id ? -1 : 1));
    const { page, more } = pageOf(
      all,
      ({ Id }) => Id,
      { limit: input.Limit, token: input.NextToken },
      badToken,
    );
    return { Targets: [...page], ...more };
  };
}
