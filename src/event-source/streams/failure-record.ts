import type { RunOutcome } from '../function-door.ts';
import type { ShardRecord, StreamFormat } from './shard-record.ts';

/** Records that were given up, and why. */
export interface GivenUp {
  readonly records: readonly ShardRecord[];
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly tries: number;
  /** Of the last run; undefined: there was none. */
  readonly outcome: RunOutcome | undefined;
  readonly requestId: string;
}

interface FailurePlace {
  /** With or without a qualifier. */
  readonly functionArn: string;
  readonly streamArn: string;
  readonly shardId: string;
  readonly format: Pick<StreamFormat, 'batchInfo' | 'hasMilliseconds'>;
  /** With the records themselves, which only buckets have room for. */
  readonly withPayload?: boolean;
}

/** What an on-failure destination hears of a batch, JSON text: where it is in the stream, not what is in it. */
export function failureRecord(givenUp: GivenUp, place: FailurePlace, nowMs: number): string {
  const { records, condition, outcome } = givenUp;
  const { hasMilliseconds, batchInfo } = place.format;
  const answer = outcome?.kind === 'answered' ? outcome.answer : undefined;
  const [first, last] = [records[0], records.at(-1)];
  const arrival = (record: ShardRecord | undefined): string | undefined =>
    record && written(record.arrivedAtMs, hasMilliseconds);
  return JSON.stringify({
    requestContext: {
      requestId: givenUp.requestId,
      functionArn: place.functionArn.split(':').slice(0, 7).join(':'),
      condition,
      approximateInvokeCount: givenUp.tries,
    },
    ...(condition === 'RetryAttemptsExhausted' &&
      answer !== undefined && {
        responseContext: {
          statusCode: 200,
          executedVersion: answer.executedVersion,
          // What the function itself names as failed was no error of it.
          functionError: answer.functionError ?? null,
        },
      }),
    version: '1.0',
    timestamp: written(nowMs, true),
    [batchInfo]: {
      shardId: place.shardId,
      startSequenceNumber: first?.id,
      endSequenceNumber: last?.id,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn: place.streamArn,
    },
    ...(place.withPayload === true && { payload: `{"Records":[${records.map(({ text }) => text).join()}]}` }),
  });
}

function written(atMs: number, hasMilliseconds: boolean): string {
  const text = new Date(atMs).toISOString();
  return hasMilliseconds ? text : text.replace(/\.\d{3}Z$/, 'Z');
}
