import type { CreateTopicInput, CreateTopicResponse } from '@aws-sdk/client-sns';
import type { OperationHandler, RequestContext } from '../../../aws/service.ts';
import type { SnsDependencies } from '../sns-dependencies.ts';
import { badParameter, invalidParameter, notBuilt } from '../sns-errors.ts';
import { storedTopicOf, type StoredTopic, type TopicRow } from './stored-topic.ts';
import { checkTopicAttribute, withAttribute } from './topic-attributes.ts';
import { checkTopicName, topicArn, type TopicName } from './topic-name.ts';
import { findTopic, topicChange, type Tx } from './topic-rows.ts';
import { withTags } from './topic-tags.ts';

/** Creates a topic; one that is there already with these attributes and tags is as good. */
export function createTopic(deps: SnsDependencies): OperationHandler<CreateTopicInput, CreateTopicResponse> {
  return async (input, context) => {
    const row = rowOf(input, context);
    const topic = storedTopicOf(row);
    await deps.store.write(async (tx, announce) => {
      const before = await findTopic(tx, topic);
      if (before !== undefined) return refuseDifference(before, topic, input);
      if (await insert(tx, row)) announce(topicChange(topic, row));
      else refuseDifference(await existing(tx, topic), topic, input);
    });
    return { TopicArn: topicArn(topic) };
  };
}

function rowOf(input: CreateTopicInput, { accountId, region }: RequestContext): TopicRow {
  if (input.DataProtectionPolicy !== undefined)
    throw notBuilt('DataProtectionPolicy', 'data protection policies');
  const { FifoTopic: fifo, ...given } = input.Attributes ?? {};
  if (fifo !== undefined && fifo !== 'true' && fifo !== 'false') throw invalidParameter('FifoTopic');
  const isFifo = fifo === 'true';
  const name = checkTopicName(input.Name, isFifo);
  let attributes: Record<string, string> = {};
  for (const [attribute, value] of Object.entries(given)) {
    attributes = withAttribute(attributes, attribute, checkTopicAttribute(attribute, value, isFifo));
  }
  return {
    account_id: accountId,
    region,
    name,
    attributes: JSON.stringify(attributes),
    tags: JSON.stringify(withTags({}, input.Tags ?? [])),
    deleted_subscriptions: 0,
  };
}

/** @returns whether nobody else was faster */
async function insert(tx: Tx, row: TopicRow): Promise<boolean> {
  const inserted = await tx
    .insertInto('sns_topics')
    .values(row)
    .onConflict((conflict) => conflict.columns(['account_id', 'region', 'name']).doNothing())
    .returning('name')
    .execute();
  return inserted.length > 0;
}

async function existing(tx: Tx, name: TopicName): Promise<StoredTopic> {
  const found = await findTopic(tx, name);
  if (found === undefined) throw badParameter('Name', 'the topic is being changed');
  return found;
}

function refuseDifference(before: StoredTopic, wanted: StoredTopic, input: CreateTopicInput): void {
  const differs = Object.entries(wanted.attributes).some(
    ([name, value]) => before.attributes[name] !== value,
  );
  if (differs) throw badParameter('Attributes', 'Topic already exists with different attributes');
  if (
    input.Tags !== undefined &&
    JSON.stringify(sorted(before.tags)) !== JSON.stringify(sorted(wanted.tags))
  ) {
    throw badParameter('Tags', 'Topic already exists with different tags');
  }
}

function sorted(tags: Readonly<Record<string, string>>): readonly [string, string][] {
  return Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
