import type { Target } from '@aws-sdk/client-eventbridge';
import { compileEventPattern, type EventMatcher } from '../../../model/event-pattern/compile-pattern.ts';
import { RULE_DIALECT } from '../../../model/event-pattern/event-pattern.ts';
import { parseEventPattern } from '../../../model/event-pattern/parse-pattern.ts';
import { parseSchedule, type Schedule } from '../../../model/schedule/schedule.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { Change } from '../../../store/change-feed.ts';
import { type BusName, busArn, DEFAULT_BUS } from '../buses/stored-bus.ts';

export interface RuleName {
  readonly bus: BusName;
  readonly name: string;
}

/** A rule as it is kept, with its targets. */
export interface StoredRule extends RuleName {
  /** JSON text */
  readonly eventPattern?: string;
  readonly scheduleExpression?: string;
  readonly isEnabled: boolean;
  readonly description?: string;
  readonly roleArn?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** A rate counts from here. */
  readonly createdAtMs: number;
  readonly targets: readonly StoredTarget[];
  /** The last instant its schedule set it off for; kept only where platforms share a database. */
  readonly setOffUntilMs?: number;
}

/** As PutTargets was given it. */
export type StoredTarget = Target & { readonly Id: string; readonly Arn: string };

/** A rule ready to be asked. */
export interface LiveRule extends StoredRule {
  readonly arn: string;
  /** Undefined: only its schedule sets it off. */
  readonly matches: EventMatcher | undefined;
  readonly schedule: Schedule | undefined;
}

export function ruleArn({ bus, name }: RuleName): string {
  const path = bus.name === DEFAULT_BUS ? name : `${bus.name}/${name}`;
  return `arn:${partitionOf(bus.region)}:events:${bus.region}:${bus.accountId}:rule/${path}`;
}

export function liveRule(rule: StoredRule): LiveRule {
  const pattern =
    rule.eventPattern === undefined ? undefined : parseEventPattern(rule.eventPattern, RULE_DIALECT).pattern;
  return {
    ...rule,
    arn: ruleArn(rule),
    matches: pattern === undefined ? undefined : compileEventPattern(pattern),
    schedule: rule.scheduleExpression === undefined ? undefined : parseSchedule(rule.scheduleExpression),
  };
}

/** For `announce`; without a value the rule is gone. */
export function ruleChange(rule: RuleName, value?: StoredRule): Change {
  const key = ruleArn(rule);
  if (value === undefined) return { kind: 'event-rule', key, value: { gone: rule } };
  return { kind: 'event-rule', key, value: { rule: value } };
}

/** What the change feed says of a rule. */
export type RuleChange = { readonly gone: RuleName } | { readonly rule: StoredRule };

export function busKey(rule: RuleName): string {
  return busArn(rule.bus);
}
