import type {
  DeleteRuleRequest,
  DescribeRuleRequest,
  DescribeRuleResponse,
  DisableRuleRequest,
  EnableRuleRequest,
  ListRuleNamesByTargetRequest,
  ListRuleNamesByTargetResponse,
  ListRulesRequest,
  ListRulesResponse,
  Rule,
  TestEventPatternRequest,
  TestEventPatternResponse,
} from '@aws-sdk/client-eventbridge';
import { pageOf } from '../../../aws/list-page.ts';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { compileEventPattern } from '../../../model/event-pattern/compile-pattern.ts';
import { RULE_DIALECT } from '../../../model/event-pattern/event-pattern.ts';
import { isJsonObject, readExactJson } from '../../../model/event-pattern/exact-json.ts';
import { parseEventPattern } from '../../../model/event-pattern/parse-pattern.ts';
import { admit } from '../buses/bus-access.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
import { badToken, invalidPattern, ruleDoesNotExist, validation } from '../events-errors.ts';
import { changeRule, deleteRuleRow } from './rule-rows.ts';
import { type LiveRule, ruleArn } from './stored-rule.ts';

/** @throws ResourceNotFoundException */
export function ruleOf(
  deps: EventsDependencies,
  bus: string | undefined,
  name: string | undefined,
  context: RequestContext,
  action: string,
): LiveRule {
  const { name: busName, accountId, region } = admit(deps, bus, context, action);
  const rule = deps.directory.rule({ accountId, region, name: busName }, name ?? '');
  if (rule === undefined) throw ruleDoesNotExist(name ?? '', busName);
  return rule;
}

/** Deletes a rule without targets; one that is not there is as good. */
export function deleteRule(deps: EventsDependencies): OperationHandler<DeleteRuleRequest, undefined> {
  return async (input, context) => {
    const { accountId, region, name } = admit(deps, input.EventBusName, context, 'DeleteRule');
    const rule = { bus: { accountId, region, name }, name: input.Name ?? '' };
    await deleteRuleRow(deps.store, rule, ({ targets }) => {
      if (targets.length > 0) throw validation("Rule can't be deleted since it has targets.");
    });
    return undefined;
  };
}

export function enableRule(deps: EventsDependencies): OperationHandler<EnableRuleRequest, undefined> {
  return async (input, context) => {
    const rule = ruleOf(deps, input.EventBusName, input.Name, context, 'EnableRule');
    await changeRule(deps.store, rule, (before) => ({ ...before, isEnabled: true }));
    return undefined;
  };
}

export function disableRule(deps: EventsDependencies): OperationHandler<DisableRuleRequest, undefined> {
  return async (input, context) => {
    const rule = ruleOf(deps, input.EventBusName, input.Name, context, 'DisableRule');
    await changeRule(deps.store, rule, (before) => ({ ...before, isEnabled: false }));
    return undefined;
  };
}

export function describeRule(
  deps: EventsDependencies,
): OperationHandler<DescribeRuleRequest, DescribeRuleResponse> {
  return (input, context) => {
    const rule = ruleOf(deps, input.EventBusName, input.Name, context, 'DescribeRule');
    return { ...shown(rule), CreatedBy: rule.bus.accountId };
  };
}

export function listRules(deps: EventsDependencies): OperationHandler<ListRulesRequest, ListRulesResponse> {
  return (input, context) => {
    const all = rulesByName(deps, input.EventBusName, context, 'ListRules').filter(({ name }) =>
      name.startsWith(input.NamePrefix ?? ''),
    );
    const { page, more } = pageOf(
      all,
      ({ name }) => name,
      {
        limit: input.Limit,
        token: input.NextToken,
      },
      badToken,
    );
    return { Rules: page.map(shown), ...more };
  };
}

export function listRuleNamesByTarget(
  deps: EventsDependencies,
): OperationHandler<ListRuleNamesByTargetRequest, ListRuleNamesByTargetResponse> {
  return (input, context) => {
    const all = rulesByName(deps, input.EventBusName, context, 'ListRuleNamesByTarget').filter(
      ({ targets }) => targets.some(({ Arn }) => Arn === input.TargetArn),
    );
    const { page, more } = pageOf(
      all,
      ({ name }) => name,
      {
        limit: input.Limit,
        token: input.NextToken,
      },
      badToken,
    );
    return {
      RuleNames: page.map(({ name }) => name),
      ...more,
    };
  };
}

/** Fields every event has. */
const EVENT_FIELDS = ['id', 'detail-type', 'source', 'account', 'time', 'region'];

export function testEventPattern(): OperationHandler<TestEventPatternRequest, TestEventPatternResponse> {
  return (input) => {
    const { pattern, problem } = parseEventPattern(input.EventPattern ?? '', RULE_DIALECT);
    if (pattern === undefined) throw invalidPattern(problem);
    const event = readExactJson(input.Event ?? '')?.value;
    if (event === undefined || !isJsonObject(event)) throw validation('Parameter Event is not valid.');
    if (EVENT_FIELDS.some((name) => !Object.hasOwn(event, name)))
      throw validation(`Parameter Event is not valid. Reason: it must have ${EVENT_FIELDS.join(', ')}.`);
    return { Result: compileEventPattern(pattern)(event) };
  };
}

function rulesByName(
  deps: EventsDependencies,
  bus: string | undefined,
  context: RequestContext,
  action: string,
): LiveRule[] {
  const name = admit(deps, bus, context, action);
  return [...deps.directory.rulesOf(name)].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function shown(rule: LiveRule): Rule {
  const { eventPattern, scheduleExpression, description, roleArn } = rule;
  return {
    Name: rule.name,
    Arn: ruleArn(rule),
    ...(eventPattern !== undefined && { EventPattern: eventPattern }),
    State: rule.isEnabled ? 'ENABLED' : 'DISABLED',
    ...(description !== undefined && { Description: description }),
    ...(scheduleExpression !== undefined && { ScheduleExpression: scheduleExpression }),
    ...(roleArn !== undefined && { RoleArn: roleArn }),
    EventBusName: rule.bus.name,
  };
}
