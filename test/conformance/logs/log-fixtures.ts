import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';

/** The code and text of the error that a request ends with. */
export async function failure(request: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error) return { code: error.name, message: error.message };
  }
  throw new Error('The request was expected to fail.');
}

export const NO_GROUP = {
  code: 'ResourceNotFoundException',
  message: 'The specified log group does not exist.',
};

export const NO_STREAM = {
  code: 'ResourceNotFoundException',
  message: 'The specified log stream does not exist.',
};

/** Creates a group with streams. */
export async function createStreams(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  ...streams: readonly string[]
): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  for (const logStreamName of streams) {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  }
}

/** Puts messages with a time each, in one request. */
export async function put(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  logStreamName: string,
  events: readonly (readonly [timestamp: number, message: string])[],
) {
  const logEvents = events.map(([timestamp, message]) => ({ timestamp, message }));
  return await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

/** All messages of all pages. */
export async function filteredMessages(
  logs: CloudWatchLogsClient,
  input: FilterLogEventsCommandInput,
): Promise<string[]> {
  const messages: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new FilterLogEventsCommand({ ...input, nextToken }));
    for (const event of page.events ?? []) messages.push(event.message ?? '');
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return messages;
}

/** Moves the platform's time forward. */
export async function advanceClock(endpoint: string, advanceMs: number): Promise<void> {
  const answer = await fetch(`${endpoint}/_lambent/clock`, {
    method: 'POST',
    body: new URLSearchParams({ advanceMs: String(advanceMs) }),
  });
  if (!answer.ok) throw new Error(`The clock did not move: ${await answer.text()}`);
}
