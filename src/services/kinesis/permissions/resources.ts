import type { RequestContext } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { inUse, notBuilt, notFound } from '../kinesis-errors.ts';
import { changeStream, requireActive } from '../streams/stream-rows.ts';
import type { StoredConsumer, StoredStream } from '../streams/stored-stream.ts';
import { parseConsumerArn } from '../streams/stream-name.ts';
import { admit, admitConsumer, type StreamTarget } from './stream-access.ts';

/** A stream, or a consumer of it: both have tags and a policy. */
export interface Resource {
  readonly name: string;
  readonly stream: StoredStream;
  readonly consumer: StoredConsumer | undefined;
}

interface ResourceTarget {
  readonly ResourceARN: string | undefined;
  readonly StreamId?: string | undefined;
}

interface Labels {
  readonly tags: Readonly<Record<string, string>>;
  readonly policy?: string | undefined;
}

/** @throws ResourceNotFoundException, AccessDeniedException */
export async function admitResource(
  deps: KinesisDependencies,
  { ResourceARN: arn = '', StreamId }: ResourceTarget,
  context: RequestContext,
  action: string,
  keys?: Parameters<typeof admit>[4],
): Promise<Resource> {
  if (StreamId !== undefined) throw notBuilt('StreamId');
  if (parseConsumerArn(arn) !== undefined) {
    const { stream, consumer } = await admitConsumer(deps, arn, context, action, keys);
    return { name: consumer.name, stream, consumer };
  }
  const target: StreamTarget = { StreamARN: arn };
  const stream = await admit(deps, target, context, action, keys);
  return { name: stream.name, stream, consumer: undefined };
}

/** @param change of tags and policy. @throws ResourceInUseException, ResourceNotFoundException */
export async function changeResource(
  { store }: Pick<KinesisDependencies, 'store'>,
  { stream, consumer }: Resource,
  change: (before: Labels) => Labels,
): Promise<void> {
  await changeStream(store, stream, async (before, tx) => {
    requireActive(before);
    // A policy that is taken away is written as none.
    if (consumer === undefined)
      return { definition: { policy: undefined, ...change(labelsOf(before.definition)) } };
    const own = before.consumers.find(({ arn }) => arn === consumer.arn);
    if (own === undefined) throw notFound(`Consumer ${consumer.name} not found.`);
    if (own.status !== 'ACTIVE') throw inUse(`Consumer ${consumer.name} is not ACTIVE.`);
    await tx
      .updateTable('kinesis_consumers')
      .set({ definition: JSON.stringify(change(labelsOf(own.definition))) })
      .where('stream_id', '=', before.id)
      .where('name', '=', own.name)
      .execute();
    return {};
  });
}

function labelsOf({ tags, policy }: Labels): Labels {
  return policy === undefined ? { tags } : { tags, policy };
}
