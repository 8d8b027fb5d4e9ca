import type {
  SamplingRuleUpdate,
  UpdateSamplingRuleRequest,
  UpdateSamplingRuleResult,
} from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import {
  DEFAULT_RULE,
  holdRules,
  putRule,
  ruleMissing,
  ruleName,
  shownRule,
} from './sampling/sampling-rules.ts';
import type { XrayDependencies } from './xray-dependencies.ts';
import { invalidRequest, notBuilt } from './xray-errors.ts';

/** What may change of the default. */
const OF_DEFAULT: ReadonlySet<string> = new Set(['FixedRate', 'ReservoirSize']);

export function updateSamplingRule({
  store,
  clock,
}: XrayDependencies): OperationHandler<UpdateSamplingRuleRequest, UpdateSamplingRuleResult> {
  return async ({ SamplingRuleUpdate: update = {} }, context) => {
    const { RuleName: givenName, RuleARN: givenArn, ...changes } = update;
    if (changes.SamplingRateBoost !== undefined) throw notBuilt('SamplingRuleUpdate.SamplingRateBoost');
    const name = ruleName(context, givenName, givenArn);
    if (name === DEFAULT_RULE) checkDefault(changes);
    const stored = await store.write(async (tx) => {
      const before = (await holdRules(tx, store.engine, context)).find((known) => known.name === name);
      if (before === undefined) throw ruleMissing(name);
      const after = { ...before, modifiedAtMs: clock.now(), rule: { ...before.rule, ...changes } };
      await putRule(tx, context, after);
      return after;
    });
    return { SamplingRuleRecord: shownRule(stored) };
  };
}

function checkDefault(changes: SamplingRuleUpdate): void {
  const wrong = Object.keys(changes).find((member) => !OF_DEFAULT.has(member));
  if (wrong !== undefined)
    throw invalidRequest(
      `Of the default rule only FixedRate and ReservoirSize can be changed, not ${wrong}.`,
    );
}
