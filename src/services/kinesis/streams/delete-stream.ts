import type { DeleteStreamInput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { inUse, streamNotFound, theStream } from '../kinesis-errors.ts';
import { admit } from '../permissions/stream-access.ts';
import { changeStream } from './stream-rows.ts';

/** Nothing can be written or read from then on; the stream is DELETING until its records are gone. */
export function deleteStream(deps: KinesisDependencies): OperationHandler<DeleteStreamInput, undefined> {
  return async (input, context) => {
    const stream = await admit(deps, input, context, 'DeleteStream');
    await changeStream(deps.store, stream, async (before, tx) => {
      if (before.id !== stream.id) throw streamNotFound(stream);
      if (before.status === 'DELETING' || before.status === 'CREATING')
        throw inUse(`${theStream(stream)} not ACTIVE, instead in state ${before.status}`);
      if (before.consumers.length > 0 && input.EnforceConsumerDeletion !== true)
        throw inUse(
          `${theStream(stream)} has consumers registered with it. Deregister them, or set EnforceConsumerDeletion.`,
        );
      await tx.deleteFrom('kinesis_consumers').where('stream_id', '=', before.id).execute();
      // Without its shards nothing more can get in.
      await tx.deleteFrom('kinesis_shards').where('stream_id', '=', before.id).execute();
      return { status: 'DELETING' };
    });
    return undefined;
  };
}
