import type { DeleteSamplingRuleRequest, DeleteSamplingRuleResult } from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import { DEFAULT_RULE, holdRules, ruleMissing, ruleName, shownRule } from './sampling/sampling-rules.ts';
import type { XrayDependencies } from './xray-dependencies.ts';
import { invalidRequest } from './xray-errors.ts';

export function deleteSamplingRule({
  store,
}: XrayDependencies): OperationHandler<DeleteSamplingRuleRequest, DeleteSamplingRuleResult> {
  return async ({ RuleName, RuleARN }, context) => {
    const name = ruleName(context, RuleName, RuleARN);
    if (name === DEFAULT_RULE) throw invalidRequest('The default rule cannot be deleted.');
    const deleted = await store.write(async (tx) => {
      const before = (await holdRules(tx, store.engine, context)).find((known) => known.name === name);
      if (before === undefined) throw ruleMissing(name);
      await tx
        .deleteFrom('xray_sampling_rules')
        .where('account_id', '=', context.accountId)
        .where('region', '=', context.region)
        .where('name', '=', name)
        .execute();
      return before;
    });
    return { SamplingRuleRecord: shownRule(deleted) };
  };
}
