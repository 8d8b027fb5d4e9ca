import type {
  SamplingRuleUpdate,
  UpdateSamplingRuleRequest,
  UpdateSamplingRuleResult,
} from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import {
  DEFAULT_RULE,
  ruleMissing,
  ruleName,
  ruleRow,
  samplingRules,
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
      const before = (await samplingRules(tx, context)).find((known) => known.name === name);
      if (before === undefined) throw ruleMissing(name);
      const after = { ...before, modifiedAtMs: clock.now(), rule: { ...before.rule, ...changes } };
      const row = ruleRow(context, after);
      const { modified_at_ms, rule } = row;
      await tx
        .insertInto('xray_sampling_rules')
        .values(row)
        .onConflict((known) =>
          known.columns(['account_id', 'region', 'name']).doUpdateSet({ modified_at_ms, rule }),
        )
        .execute();
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
