import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-eventbridge';
import type { OperationHandler, RequestContext } from '../../aws/service.ts';
import { ServiceError } from '../../model/service-error.ts';
import { changeBus } from './buses/bus-rows.ts';
import { busArn, parseBus } from './buses/stored-bus.ts';
import type { EventsDependencies } from './events-dependencies.ts';
import { changeRule } from './rules/rule-rows.ts';
import { shownTags, type Tags, withoutTags, withTags } from './tags.ts';

/** What can be tagged: a bus or a rule of the caller's account. */
interface Tagged {
  readonly tags: Tags;
  change(decide: (before: Tags) => Tags): Promise<unknown>;
}

const RULE = /:rule\/(?:([A-Za-z0-9._-]+)\/)?([A-Za-z0-9._-]+)$/;

function find(deps: EventsDependencies, arn: string | undefined, context: RequestContext): Tagged {
  const text = arn ?? '';
  const [, busName, name] = RULE.exec(text) ?? [];
  if (name !== undefined) {
    const bus = { accountId: context.accountId, region: context.region, name: busName ?? 'default' };
    const rule = deps.directory.rule(bus, name);
    if (rule?.arn === text) {
      return {
        tags: rule.tags,
        change: async (decide) =>
          await changeRule(deps.store, rule, (before) => ({ ...before, tags: decide(before.tags) })),
      };
    }
  } else if (text.includes(':event-bus/')) {
    const bus = deps.directory.bus(parseBus(text, context));
    if (bus?.accountId === context.accountId && busArn(bus) === text) {
      return {
        tags: bus.tags,
        change: async (decide) =>
          await changeBus(deps.store, bus, (before) => ({ ...before, tags: decide(before.tags) })),
      };
    }
  }
  throw new ServiceError('ResourceNotFoundException', `Resource ${text} does not exist.`);
}

export function tagResource(
  deps: EventsDependencies,
): OperationHandler<TagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const added = input.Tags ?? [];
    await find(deps, input.ResourceARN, context).change((tags) => withTags(tags, added));
    return {};
  };
}

export function untagResource(
  deps: EventsDependencies,
): OperationHandler<UntagResourceRequest, Record<string, never>> {
  return async (input, context) => {
    const keys = input.TagKeys ?? [];
    await find(deps, input.ResourceARN, context).change((tags) => withoutTags(tags, keys));
    return {};
  };
}

export function listTagsForResource(
  deps: EventsDependencies,
): OperationHandler<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return (input, context) => ({ Tags: shownTags(find(deps, input.ResourceARN, context).tags) });
}
