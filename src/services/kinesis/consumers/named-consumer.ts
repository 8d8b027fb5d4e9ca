import type { Consumer } from '@aws-sdk/client-kinesis';
import type { RequestContext } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument, notBuilt, notFound, theStream } from '../kinesis-errors.ts';
import { admit, admitConsumer, checkCaller, guardedConsumer } from '../permissions/stream-access.ts';
import type { StoredConsumer, StoredStream } from '../streams/stored-stream.ts';
import { parseStreamArn } from '../streams/stream-name.ts';

interface ConsumerTarget {
  readonly StreamARN?: string | undefined;
  readonly ConsumerName?: string | undefined;
  readonly ConsumerARN?: string | undefined;
  readonly StreamId?: string | undefined;
}

interface Found {
  readonly stream: StoredStream;
  readonly consumer: StoredConsumer;
}

/** A consumer by its ARN, or by its stream's and its name; by all of them too. @throws ResourceNotFoundException, AccessDeniedException */
export async function findConsumer(
  deps: KinesisDependencies,
  { StreamARN, ConsumerName, ConsumerARN, StreamId }: ConsumerTarget,
  context: RequestContext,
  action: string,
): Promise<Found> {
  if (StreamId !== undefined) throw notBuilt('StreamId');
  if (ConsumerARN !== undefined) {
    const found = await admitConsumer(deps, ConsumerARN, context, action);
    const isMeant =
      (StreamARN ?? found.stream.arn) === found.stream.arn &&
      (ConsumerName ?? found.consumer.name) === found.consumer.name;
    if (!isMeant) throw invalidArgument('StreamARN and ConsumerName do not match the ConsumerARN.');
    return found;
  }
  if (StreamARN === undefined || ConsumerName === undefined)
    throw invalidArgument('Either ConsumerARN, or both StreamARN and ConsumerName must be specified.');
  return await byName(deps, StreamARN, ConsumerName, context, action);
}

async function byName(
  deps: KinesisDependencies,
  arn: string,
  name: string,
  context: RequestContext,
  action: string,
): Promise<Found> {
  const streamName = parseStreamArn(arn);
  if (streamName === undefined) throw invalidArgument(`Invalid stream ARN: ${arn}`);
  const stream = await deps.streams.find(streamName);
  const consumer = stream?.consumers.find((one) => one.name === name);
  if (stream !== undefined && consumer !== undefined && stream.region === context.region) {
    checkCaller(deps, guardedConsumer(stream, consumer), context, action);
    return { stream, consumer };
  }
  // Whether the stream is there is told only to those who may ask about it.
  await admit(deps, { StreamARN: arn }, context, action);
  throw notFound(`Consumer ${name} of ${theStream(streamName)} not found.`);
}

export function shownConsumer({ name, arn, status, createdAtMs }: StoredConsumer): Consumer {
  return {
    ConsumerName: name,
    ConsumerARN: arn,
    ConsumerStatus: status,
    ConsumerCreationTimestamp: new Date(createdAtMs),
  };
}
