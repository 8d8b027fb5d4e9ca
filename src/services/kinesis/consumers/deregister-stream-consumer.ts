import type { DeregisterStreamConsumerInput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { notFound } from '../kinesis-errors.ts';
import { changeStream } from '../streams/stream-rows.ts';
import { findConsumer } from './named-consumer.ts';

/** Its subscriptions end. */
export function deregisterStreamConsumer(
  deps: KinesisDependencies,
): OperationHandler<DeregisterStreamConsumerInput, undefined> {
  return async (input, context) => {
    const { stream, consumer } = await findConsumer(deps, input, context, 'DeregisterStreamConsumer');
    await changeStream(deps.store, stream, async (before, tx) => {
      if (!before.consumers.some(({ arn }) => arn === consumer.arn))
        throw notFound(`Consumer ${consumer.name} not found.`);
      await tx
        .updateTable('kinesis_consumers')
        .set({ status: 'DELETING' })
        .where('stream_id', '=', before.id)
        .where('name', '=', consumer.name)
        .execute();
      return {};
    });
    deps.subscriptions.end(consumer.arn);
    return undefined;
  };
}
