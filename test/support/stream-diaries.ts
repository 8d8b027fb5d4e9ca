import { diaryOf, diaryWith } from './polled-functions.ts';
import type { TestServer } from './server.ts';

/**
 * A function that writes down each event and does what the data of its records say: `fail` throws, `item` names the
 * record as failed. In windows it counts.
 */
export const STREAM_DIARY = `
  const text = ({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString();
  exports.handler = async (event) => {
    console.log('diary ' + JSON.stringify(event));
    const failing = event.Records.filter((record) => text(record).includes('item'));
    if (event.Records.some((record) => text(record).includes('fail'))) throw new Error('as asked');
    const batchItemFailures = failing.map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber }));
    const count = (event.state?.count ?? 0) + event.Records.length;
    return { batchItemFailures, ...(event.window && { state: { count } }) };
  };
`;

export interface StreamDiaryEvent {
  readonly Records: readonly {
    readonly kinesis: {
      readonly data: string;
      readonly partitionKey: string;
      readonly sequenceNumber: string;
    };
    readonly eventID: string;
  }[];
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: { readonly count?: number };
  readonly shardId?: string;
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
}

/** The events a STREAM_DIARY function got, oldest first, once they hold so many records. */
export async function streamDiary(
  server: TestServer,
  name: string,
  records = 0,
): Promise<StreamDiaryEvent[]> {
  const events = records === 0 ? await diaryOf(server, name) : await diaryWith(server, name, records);
  return events as unknown as StreamDiaryEvent[];
}

/** The data of each event's records, as texts. */
export function dataOf(events: readonly StreamDiaryEvent[]): string[][] {
  return events.map(({ Records }) =>
    Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()),
  );
}
