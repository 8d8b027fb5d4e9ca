import { InvokeCommand, type InvokeCommandInput, type LambdaClient } from '@aws-sdk/client-lambda';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { TestServer } from './server.ts';

/** Handler source of a function that logs `ran <event as JSON>` and then fails or answers. */
export const RECORDER = `
exports.handler = async (event, context) => {
  console.log('ran ' + JSON.stringify({ event, id: context.awsRequestId }));
  if (event.fail) throw new Error('as asked');
  return { seen: event };
};`;

/** One run that a RECORDER logged. */
export interface RecordedRun {
  readonly event: Readonly<Record<string, unknown>>;
  readonly id: string;
}

/** Invokes with type Event. @returns the request id */
export async function sendEvent(
  lambda: LambdaClient,
  FunctionName: string,
  event: unknown = {},
  settings: Partial<InvokeCommandInput> = {},
): Promise<string> {
  const answer = await lambda.send(
    new InvokeCommand({
      FunctionName,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
      ...settings,
    }),
  );
  if (answer.StatusCode !== 202) throw new Error(`Expected 202, got ${answer.StatusCode}`);
  return answer.$metadata.requestId ?? '';
}

/** What a RECORDER has logged so far, oldest first. */
export async function recordedRuns(server: TestServer, name: string): Promise<RecordedRun[]> {
  const runs: RecordedRun[] = [];
  let nextToken: string | undefined;
  do {
    const page = await server.logs
      .send(
        new FilterLogEventsCommand({
          logGroupName: `/aws/lambda/${name}`,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      )
      // The group comes with the first line.
      .catch((error: Error) => {
        if (error.name === 'ResourceNotFoundException') return { events: [], nextToken: undefined };
        throw error;
      });
    for (const { message = '' } of page.events ?? []) {
      const found = /\tran (\{.*\})/.exec(message)?.[1];
      if (found !== undefined) runs.push(JSON.parse(found) as RecordedRun);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return runs;
}

/** Moves platform time. */
export async function advanceClock(server: TestServer, advanceMs: number): Promise<void> {
  const answer = await fetch(`${server.endpoint}/_lambent/clock`, {
    method: 'POST',
    body: new URLSearchParams({ advanceMs: String(advanceMs) }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Stops platform time for as long as `during` takes; advancing still moves it. */
export async function withFrozenClock(server: TestServer, during: () => Promise<void>): Promise<void> {
  const turn = async (order: string): Promise<void> => {
    const answer = await fetch(`${server.endpoint}/_lambent/clock`, {
      method: 'POST',
      body: new URLSearchParams({ [order]: 'true' }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await turn('freeze');
  try {
    await during();
  } finally {
    await turn('resume');
  }
}

/** The platform's own counts of events. */
export async function eventCounts(server: TestServer): Promise<Readonly<Record<string, number>>> {
  const health = (await (await fetch(`${server.endpoint}/_lambent/health`)).json()) as {
    events: Readonly<Record<string, number>>;
  };
  return health.events;
}
