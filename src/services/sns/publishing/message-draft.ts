import { createHash } from 'node:crypto';
import type { PublishBatchRequestEntry, PublishInput } from '@aws-sdk/client-sns';
import { badParameter, invalidParameter } from '../sns-errors.ts';
import type { StoredTopic } from '../topics/stored-topic.ts';
import { attributeBytes, type Attributes, checkAttributes } from './message-attributes.ts';

/** A message that can be published: everything about it is in order. */
export interface MessageDraft {
  /** By protocol, where they differ; `default` for every other one. */
  readonly texts: Readonly<Record<string, string>>;
  readonly subject: string | undefined;
  readonly attributes: Attributes;
  readonly groupId: string | undefined;
  /** Only of FIFO topics. */
  readonly deduplicationId: string | undefined;
  readonly bytes: number;
  /** `X-Amzn-Trace-Id` value of what it comes from. */
  readonly traceHeader?: string | undefined;
}

type MessageInput = Pick<
  PublishInput & PublishBatchRequestEntry,
  | 'Message'
  | 'Subject'
  | 'MessageStructure'
  | 'MessageAttributes'
  | 'MessageDeduplicationId'
  | 'MessageGroupId'
>;

export const MESSAGE_LIMIT = 262_144;
const SUBJECT_LIMIT = 100;
/** Text on one line that begins with something that can be seen. */
const SUBJECT = /^[\x21-\x7E][\x20-\x7E]*$/;
const FIFO_ID = /^[A-Za-z0-9!"#$%&'()*+,./:;<=>?@[\]^_`{|}~\\-]{1,128}$/;

/** @throws InvalidParameter, ParameterValueInvalid */
export function draftOf(input: MessageInput, topic: StoredTopic): MessageDraft {
  const message = input.Message ?? '';
  if (message === '') throw invalidParameter('Empty message');
  const { Subject: subject } = input;
  if (subject !== undefined && (subject.length > SUBJECT_LIMIT || !SUBJECT.test(subject)))
    throw invalidParameter('Subject');
  const attributes = checkAttributes(input.MessageAttributes);
  const bytes = Buffer.byteLength(message) + attributeBytes(attributes);
  if (bytes > MESSAGE_LIMIT) throw invalidParameter('Message too long');
  return {
    texts: textsOf(message, input.MessageStructure),
    subject,
    attributes,
    bytes,
    groupId: checkGroup(input.MessageGroupId, topic),
    deduplicationId: deduplicationIdOf(input, message, topic),
  };
}

function textsOf(message: string, structure: string | undefined): Readonly<Record<string, string>> {
  if (structure === undefined || structure === '') return { default: message };
  if (structure !== 'json') throw invalidParameter('MessageStructure');
  let texts: unknown;
  try {
    texts = JSON.parse(message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (typeof texts !== 'object' || texts === null || Array.isArray(texts))
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  const kept = Object.entries(texts).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const byProtocol = Object.fromEntries(kept);
  if (byProtocol['default'] === undefined)
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  return byProtocol;
}

/** A standard topic hands a group on to its queues, which are fair between groups. */
function checkGroup(groupId: string | undefined, { isFifo }: StoredTopic): string | undefined {
  if (groupId === undefined && isFifo)
    throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  if (groupId !== undefined && !FIFO_ID.test(groupId)) throw invalidParameter('MessageGroupId');
  return groupId;
}

function deduplicationIdOf(
  { MessageDeduplicationId: given }: MessageInput,
  message: string,
  { isFifo, attributes }: StoredTopic,
): string | undefined {
  if (!isFifo) {
    if (given === undefined) return undefined;
    throw badParameter(
      'MessageDeduplicationId',
      'The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  if (given !== undefined) {
    if (!FIFO_ID.test(given)) throw invalidParameter('MessageDeduplicationId');
    return given;
  }
  if (attributes['ContentBasedDeduplication'] === 'true')
    return createHash('sha256').update(message).digest('hex');
  throw invalidParameter(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}
