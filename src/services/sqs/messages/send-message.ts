import type { SendMessageRequest, SendMessageResult } from '@aws-sdk/client-sqs';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import { admit } from '../permissions/queue-access.ts';
import type { SqsDependencies } from '../sqs-dependencies.ts';
import type { Accepted } from './fifo-sends.ts';
import { md5Of, md5OfAttributes } from './message-attributes.ts';
import { draftMessage, type MessageSender, systemAttributes } from './message-draft.ts';
import { type MessageDraft, sequenceNumber } from './message-rows.ts';

export function sendMessage(deps: SqsDependencies): OperationHandler<SendMessageRequest, SendMessageResult> {
  return async (input, context) => {
    const queue = await admit(deps, input.QueueUrl, context, 'SendMessage');
    deps.throughput.take(queue, 'SendMessage', [input.MessageGroupId]);
    const draft = draftMessage(queue, input, senderOf(context), deps.clock.now());
    const [accepted] = await deps.messages.send(queue, [draft]);
    return sentMessage(draft, accepted);
  };
}

/** The SDKs in functions send the trace of their invocation with every request. */
export function senderOf(context: RequestContext): MessageSender {
  return { id: context.accountId, traceHeader: context.header('x-amzn-trace-id') };
}

/** The digests are those of what was sent, also when a FIFO queue had the message already. */
export function sentMessage(draft: MessageDraft, accepted: Accepted | undefined): SendMessageResult {
  const ofAttributes = md5OfAttributes(draft.attributes);
  const ofSystemAttributes = md5OfAttributes(systemAttributes(draft));
  return {
    MD5OfMessageBody: md5Of(draft.body),
    ...(ofAttributes !== undefined && { MD5OfMessageAttributes: ofAttributes }),
    ...(ofSystemAttributes !== undefined && { MD5OfMessageSystemAttributes: ofSystemAttributes }),
    MessageId: accepted?.messageId ?? draft.messageId,
    ...(accepted !== undefined && { SequenceNumber: sequenceNumber(accepted.sequence) }),
  };
}
