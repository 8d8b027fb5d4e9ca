import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { eventually } from './functions.ts';
import { PATIENCE_MS } from './mappings.ts';
import type { TestServer } from './server.ts';

/**
 * A function that writes down each event and does what the bodies of its messages say: `fail` throws, `item` names the
 * message as failed.
 */
export const DIARY = `
  exports.handler = async (event) => {
    console.log('diary ' + JSON.stringify(event));
    if (event.Records.some(({ body }) => body.includes('fail'))) throw new Error('as asked');
    const failures = event.Records.filter(({ body }) => body.includes('item'));
    return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
`;

export interface DiaryRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface DiaryEvent {
  readonly Records: readonly DiaryRecord[];
}

/** The events a DIARY function got, oldest first. */
export async function diaryOf({ logs }: TestServer, name: string): Promise<DiaryEvent[]> {
  const found: DiaryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs
      .send(
        new FilterLogEventsCommand({
          logGroupName: `/aws/lambda/${name}`,
          filterPattern: 'diary',
          nextToken,
        }),
      )
      .catch(() => ({ events: [], nextToken: undefined }));
    for (const { message = '' } of page.events ?? []) {
      const at = message.indexOf('diary {');
      if (at !== -1) found.push(JSON.parse(message.slice(at + 6)) as DiaryEvent);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

/** The diary once it has so many records. */
export async function diaryWith(server: TestServer, name: string, records: number): Promise<DiaryEvent[]> {
  return await eventually(
    async () => await diaryOf(server, name),
    (events) => events.flatMap(({ Records }) => Records).length >= records,
    PATIENCE_MS,
  );
}

/** The bodies of each event. */
export function diaryBodies(events: readonly DiaryEvent[]): string[][] {
  return events.map(({ Records }) => Records.map(({ body }) => body));
}
