import type { PublishInput, PublishResponse } from '@aws-sdk/client-sns';
import type { OperationHandler } from '../../../aws/service.ts';
import { admit } from '../permissions/topic-access.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { invalidParameter, notBuilt } from '../sns-errors.ts';
import { draftOf } from './message-draft.ts';
import { publishMessage } from './topic-messages.ts';

export function publish(deps: SnsDependencies): OperationHandler<PublishInput, PublishResponse> {
  return async (input, context) => {
    if (input.PhoneNumber !== undefined) throw notBuilt('PhoneNumber', 'text messages to telephones');
    const arn = input.TopicArn ?? input.TargetArn;
    if (arn === undefined)
      throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
    const parameter = input.TopicArn === undefined ? 'TargetArn' : 'TopicArn';
    const topic = admit(deps, arn, context, 'Publish', parameter);
    const { messageId, sequenceNumber } = await publishMessage(
      deps,
      topic,
      { ...draftOf(input, topic), traceHeader: context.header('x-amzn-trace-id') },
      context.origin,
    );
    return {
      MessageId: messageId,
      ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
    };
  };
}
