import type { SetTopicAttributesInput } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/topic-access.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { invalidParameter } from '../sns-errors.ts';
import { checkTopicAttribute, withAttribute } from './topic-attributes.ts';
import { changeTopic } from './topic-rows.ts';

export function setTopicAttributes(
  deps: SnsDependencies,
): OperationHandler<SetTopicAttributesInput, undefined> {
  return async (input, context) => {
    const topic = admit(deps, input.TopicArn, context, 'SetTopicAttributes');
    const { AttributeName: name = '', AttributeValue: value = '' } = input;
    if (name === 'FifoTopic') throw invalidParameter('AttributeName');
    const checked = checkTopicAttribute(name, value, topic.isFifo);
    await changeTopic(deps.store, topic, ({ attributes }) => ({
      attributes: JSON.stringify(withAttribute(attributes, name, checked)),
    }));
    return undefined;
  };
}
