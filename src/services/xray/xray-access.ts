import { givesTags } from '../../aws/given-tags.ts';
import type { RequestContext, RequestedAction } from '../../aws/service.ts';
import { ruleArn, ruleName } from './sampling/sampling-rules.ts';

type Input = Readonly<Record<string, unknown>>;
type NamedRule = { readonly RuleName?: string; readonly RuleARN?: string };

const ABOUT_A_RULE: ReadonlySet<string> = new Set([
  'CreateSamplingRule',
  'DeleteSamplingRule',
  'UpdateSamplingRule',
]);

/** What a request to X-Ray is about, where callers are authorised: a sampling rule, by name or ARN, or else everything. */
export function xrayActions(
  operation: string,
  input: Input,
  context: RequestContext,
): readonly RequestedAction[] {
  const action = `xray:${operation}`;
  const { ResourceARN: arn, SamplingRule: made, SamplingRuleUpdate: update, Tags: tags } = input;
  if (typeof arn === 'string') return [{ action, resource: arn }];
  if (!ABOUT_A_RULE.has(operation)) return [{ action, resource: '*' }];
  const { RuleName, RuleARN }: NamedRule = made ?? update ?? input;
  const resource = ruleArn(context, ruleName(context, RuleName, RuleARN));
  const isTagged = operation === 'CreateSamplingRule' && givesTags(tags);
  return [{ action, resource }, ...(isTagged ? [{ action: 'xray:TagResource', resource }] : [])];
}
