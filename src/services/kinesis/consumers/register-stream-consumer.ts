import type { RegisterStreamConsumerInput, RegisterStreamConsumerOutput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { inUse, limitExceeded, theStream } from '../kinesis-errors.ts';
import { admit, tagKeys } from '../permissions/stream-access.ts';
import { checkTags } from '../settings/tags.ts';
import { changeStream, requireActive } from '../streams/stream-rows.ts';
import type { StoredStream } from '../streams/stored-stream.ts';
import { shownConsumer } from './named-consumer.ts';

const MOST_CONSUMERS = 20;
const MOST_CREATING = 5;

/** The consumer can subscribe to shards once it is ACTIVE. */
export function registerStreamConsumer(
  deps: KinesisDependencies,
): OperationHandler<RegisterStreamConsumerInput, RegisterStreamConsumerOutput> {
  return async (input, context) => {
    const tags = input.Tags ?? {};
    const name = input.ConsumerName ?? '';
    const stream = await admit(deps, input, context, 'RegisterStreamConsumer', tagKeys(tags));
    const row = {
      name,
      status: 'CREATING',
      created_at_ms: deps.clock.now(),
      definition: JSON.stringify({ tags: checkTags(tags, {}, name) }),
    };
    const after = await changeStream(deps.store, stream, async (before, tx) => {
      requireActive(before);
      checkRoom(before, name);
      await tx
        .insertInto('kinesis_consumers')
        .values({ stream_id: before.id, ...row })
        .execute();
      return {};
    });
    const consumer = after.consumers.find((one) => one.name === name);
    return { Consumer: consumer && shownConsumer(consumer) };
  };
}

/** @throws ResourceInUseException, LimitExceededException */
function checkRoom(stream: StoredStream, name: string): void {
  const { consumers } = stream;
  if (consumers.some((consumer) => consumer.name === name))
    throw inUse(`Consumer ${name} already exists for ${theStream(stream)}.`);
  if (consumers.length >= MOST_CONSUMERS)
    throw limitExceeded(`${theStream(stream)} has ${MOST_CONSUMERS} consumers, which is the limit.`);
  if (consumers.filter(({ status }) => status === 'CREATING').length >= MOST_CREATING)
    throw limitExceeded(
      `${theStream(stream)} has ${MOST_CREATING} consumers in CREATING, which is the limit.`,
    );
}
