import type { PutRuleRequest, PutRuleResponse } from '@aws-sdk/client-eventbridge';
import type { OperationHandler } from '../../../aws/service.ts';
import { RULE_DIALECT } from '../../../model/event-pattern/event-pattern.ts';
import { parseEventPattern } from '../../../model/event-pattern/parse-pattern.ts';
import { parseSchedule } from '../../../model/schedule/schedule.ts';
import { admit } from '../buses/bus-access.ts';
import { DEFAULT_BUS } from '../buses/stored-bus.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
import { badParameter, invalidPattern, limitExceeded, notBuilt, validation } from '../events-errors.ts';
import { withTags } from '../tags.ts';
import { checkRole } from './rule-role.ts';
import { putRuleRow } from './rule-rows.ts';
import { ruleArn, type StoredRule } from './stored-rule.ts';

const MOST_RULES = 300;
const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Creates a rule, or replaces what it says; its targets stay. */
export function putRule(deps: EventsDependencies): OperationHandler<PutRuleRequest, PutRuleResponse> {
  return async (input, context) => {
    const { accountId, region, name: busName } = admit(deps, input.EventBusName, context, 'PutRule');
    const bus = { accountId, region, name: busName };
    checkRule(input, busName);
    checkRole(deps.roles, input.RoleArn, accountId);
    const rule = { bus, name: input.Name ?? '' };
    const rules = [...deps.directory.rulesOf(bus)];
    if (rules.length >= MOST_RULES && deps.directory.rule(bus, rule.name) === undefined)
      throw limitExceeded('The requested resource exceeds the maximum number allowed.');
    await putRuleRow(deps.store, rule, (before) => {
      const after: StoredRule = {
        ...rule,
        ...(input.EventPattern !== undefined && { eventPattern: input.EventPattern }),
        ...(input.ScheduleExpression !== undefined && { scheduleExpression: input.ScheduleExpression }),
        isEnabled: input.State !== 'DISABLED',
        ...(input.Description !== undefined && { description: input.Description }),
        ...(input.RoleArn !== undefined && { roleArn: input.RoleArn }),
        // Tags are for a new rule only.
        tags: before?.tags ?? withTags({}, input.Tags ?? []),
        createdAtMs: before?.createdAtMs ?? deps.clock.now(),
        targets: before?.targets ?? [],
      };
      return after;
    });
    return { RuleArn: ruleArn(rule) };
  };
}

function checkRule(input: PutRuleRequest, busName: string): void {
  if (!NAME.test(input.Name ?? '')) throw badParameter('Name');
  // No trail records what is asked of the platform, so there are no such events.
  if (input.State === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS')
    throw notBuilt('State ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
  const { EventPattern: pattern, ScheduleExpression: schedule } = input;
  if (pattern === undefined && schedule === undefined)
    throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (pattern !== undefined) checkPattern(pattern);
  if (schedule === undefined) return;
  if (busName !== DEFAULT_BUS)
    throw validation('ScheduleExpression is supported only on the default event bus.');
  const parsed = parseSchedule(schedule);
  if (parsed === undefined || parsed.kind === 'at') throw badParameter('ScheduleExpression');
}

/** @throws InvalidEventPatternException */
export function checkPattern(pattern: string): void {
  const { problem } = parseEventPattern(pattern, RULE_DIALECT);
  if (problem !== undefined) throw invalidPattern(problem);
}
