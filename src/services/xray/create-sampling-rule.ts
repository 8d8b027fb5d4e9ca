import type { CreateSamplingRuleRequest, CreateSamplingRuleResult } from '@aws-sdk/client-xray';
import type { OperationHandler } from '../../aws/service.ts';
import { ServiceError } from '../../model/service-error.ts';
import { DEFAULT_RULE, holdRules, putRule, ruleArn, ruleName, shownRule } from './sampling/sampling-rules.ts';
import { withTags } from './sampling/rule-tags.ts';
import type { XrayDependencies } from './xray-dependencies.ts';
import { invalidRequest, notBuilt } from './xray-errors.ts';

/** Beside the default, of an account in a Region. */
const MOST_RULES = 25;

/** For whoever samples by rules: clients of X-Ray's SDKs. Lambda's own sampling cannot be configured, here as on AWS. */
export function createSamplingRule({
  store,
  clock,
}: XrayDependencies): OperationHandler<CreateSamplingRuleRequest, CreateSamplingRuleResult> {
  return async ({ SamplingRule: given, Tags = [] }, context) => {
    if (given === undefined) throw invalidRequest('A sampling rule is required.');
    if (given.SamplingRateBoost !== undefined) throw notBuilt('SamplingRule.SamplingRateBoost');
    if (given.Version !== 1) throw invalidRequest('The version of a sampling rule must be 1.');
    const name = ruleName(context, given.RuleName, given.RuleARN);
    const nowMs = clock.now();
    const rule = { Attributes: {}, ...given, RuleName: name, RuleARN: ruleArn(context, name) };
    const stored = { name, createdAtMs: nowMs, modifiedAtMs: nowMs, rule, tags: withTags([], Tags) };
    await store.write(async (tx) => {
      const rules = await holdRules(tx, store.engine, context);
      if (rules.some((known) => known.name === name))
        throw invalidRequest(`Sampling rule ${name} already exists.`);
      if (rules.filter((known) => known.name !== DEFAULT_RULE).length >= MOST_RULES)
        throw new ServiceError(
          'RuleLimitExceededException',
          `There are ${MOST_RULES} sampling rules already.`,
        );
      await putRule(tx, context, stored);
    });
    return { SamplingRuleRecord: shownRule(stored) };
  };
}
