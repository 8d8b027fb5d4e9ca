import type { QueueSenderIdentity } from '../../../model/queue-ports.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { StreamPublisher } from '../../../model/stream-ports.ts';
import type { SequencedOutgoing } from './outgoing-rows.ts';
import type { StreamingDestination } from './streaming-destination.ts';

/** What became of some records. */
export interface Attempt {
  /** Of those that are done with. */
  readonly sequences: readonly number[];
  /** Why others have to wait; undefined: none has to. */
  readonly refusal: Error | undefined;
  /** Why some were given up. */
  readonly loss: Error | undefined;
}

/** Puts records into their stream. An item's later records wait for its earlier ones; other items' do not. */
export async function putOutgoing(
  streams: StreamPublisher,
  destination: StreamingDestination,
  records: readonly SequencedOutgoing[],
): Promise<Attempt> {
  const { streamArn } = destination;
  const sender: QueueSenderIdentity = { kind: 'account', accountId: destination.table.accountId };
  // A stream that is gone is not asked for each record.
  const absence = await problemOf(streams.check(streamArn, sender));
  if (absence !== undefined && !isGivenUp(destination, absence))
    return { sequences: [], refusal: absence, loss: undefined };
  const sequences: number[] = [];
  let [refusal, loss]: (Error | undefined)[] = [];
  const putAll = async (ofItem: readonly SequencedOutgoing[]): Promise<void> => {
    for (const { sequence, partitionKey, text } of ofItem) {
      const data = Buffer.from(text);
      const problem = await problemOf(streams.put({ streamArn, sender, partitionKey, data }));
      if (problem !== undefined && isGivenUp(destination, problem)) loss = problem;
      else if (problem !== undefined) {
        if (refusal === undefined || isFinal(problem)) refusal = problem;
        return;
      }
      sequences.push(sequence);
    }
  };
  const byItem = Map.groupBy(records, ({ partitionKey }) => partitionKey);
  await Promise.all([...byItem.values()].map(putAll));
  return { sequences, refusal, loss };
}

/** Too much at once, which is over in a moment. */
export function isPassing(problem: Error): boolean {
  return problem instanceof ServiceError && problem.status === 503;
}

/** As long as the stream and the record are what they are. */
function isFinal(problem: Error): boolean {
  return problem instanceof ServiceError && problem.status < 500;
}

/** Nobody would mend a stream for a table that has nothing to do with it any more. */
function isGivenUp({ status }: StreamingDestination, problem: Error): boolean {
  return status === 'DISABLING' && isFinal(problem);
}

async function problemOf(work: Promise<unknown>): Promise<Error | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
