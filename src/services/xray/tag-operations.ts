import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  Tag,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-xray';
import type { OperationHandler, RequestContext } from '../../aws/service.ts';
import { ServiceError } from '../../model/service-error.ts';
import { withoutTags, withTags } from './sampling/rule-tags.ts';
import { holdRules, putRule, samplingRules, type StoredRule } from './sampling/sampling-rules.ts';
import type { XrayDependencies } from './xray-dependencies.ts';

/** Tags of sampling rules, the only resources there are: groups are not built. */

function find(rules: readonly StoredRule[], arn: string | undefined): StoredRule {
  const found = rules.find(({ rule }) => rule.RuleARN === arn);
  if (found !== undefined) return found;
  throw new ServiceError('ResourceNotFoundException', `Resource ${arn} does not exist.`);
}

async function change(
  { store }: XrayDependencies,
  arn: string | undefined,
  context: RequestContext,
  decide: (before: readonly Tag[]) => Tag[],
): Promise<Record<string, never>> {
  await store.write(async (tx) => {
    const rule = find(await holdRules(tx, store.engine, context), arn);
    await putRule(tx, context, { ...rule, tags: decide(rule.tags) });
  });
  return {};
}

export function tagResource(
  deps: XrayDependencies,
): OperationHandler<TagResourceRequest, Record<string, never>> {
  return async ({ ResourceARN, Tags = [] }, context) =>
    await change(deps, ResourceARN, context, (before) => withTags(before, Tags));
}

export function untagResource(
  deps: XrayDependencies,
): OperationHandler<UntagResourceRequest, Record<string, never>> {
  return async ({ ResourceARN, TagKeys = [] }, context) =>
    await change(deps, ResourceARN, context, (before) => withoutTags(before, TagKeys));
}

/** There are so few that all come at once: no token leads anywhere. */
export function listTagsForResource({
  store,
}: XrayDependencies): OperationHandler<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return async ({ ResourceARN }, context) => ({
    Tags: [...find(await samplingRules(store.db, context), ResourceARN).tags],
  });
}
