import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { listTags } from './list-tags.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';

export function tagOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    ListTags: listTags(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
  };
}
