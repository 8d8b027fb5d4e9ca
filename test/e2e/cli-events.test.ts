import {
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RECORDER, sendEvent, withFrozenClock } from '../support/async-events.ts';
import { deploy, eventually } from '../support/functions.ts';
import { LambentCommand } from '../support/lambent-command.ts';
import { updated } from '../support/lambda-requests.ts';
import { makeQueue } from '../support/queues.ts';

let command: LambentCommand;
beforeAll(async () => {
  command = await LambentCommand.start();
});
afterAll(() => command.stop());

interface Listing {
  readonly retrying: number;
  readonly dead: number | null;
  readonly events: readonly object[];
}
const list = async (name: string): Promise<Listing> =>
  JSON.parse((await command.run(['events', name, '--json'])).out) as Listing;

test('events lists what will be tried again, and counts the dead', async () => {
  const { lambda, sqs } = command.server;
  await deploy(lambda, 'listed', { 'index.js': RECORDER });
  expect(await list('listed')).toEqual({ waiting: 0, inHand: 0, retrying: 0, dead: null, events: [] });
  // Its retry comes when all of this has been looked at, however long that takes.
  await withFrozenClock(command.server, async () => {
    const requestId = await sendEvent(lambda, 'listed', { fail: true });
    const { events } = await eventually(
      async () => await list('listed'),
      ({ retrying }) => retrying === 1,
    );
    expect(events).toEqual([
      {
        requestId,
        qualifier: null,
        state: 'retrying',
        attempts: 1,
        acceptedAt: expect.stringMatching(/Z$/),
        dueAt: expect.stringMatching(/Z$/),
      },
    ]);
    const { code, out, err } = await command.run(['events', 'listed']);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining('0 waiting, 0 in hand, 1 retrying'),
    });
    expect(out).toMatch(new RegExp(`^${requestId}\\tretrying\\t1\\t`));
  });
  const queue = await makeQueue(sqs);
  const DeadLetterConfig = { TargetArn: queue.arn };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'listed', DeadLetterConfig }));
  await updated(lambda, 'listed');
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName: 'listed', MaximumRetryAttempts: 0 }),
  );
  await lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'listed', ReservedConcurrentExecutions: 0 }),
  );
  await sendEvent(lambda, 'listed', { n: 1 });
  await eventually(
    async () => await list('listed'),
    ({ dead }) => dead === 1,
  );
});

test('a function that is not there, and a request that names none', async () => {
  const { code, err } = await command.run(['events', 'missing']);
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringContaining('There is no function missing in us-east-1.'),
  });
  const answer = await fetch(`${command.server.endpoint}/_lambent/events`);
  expect({ status: answer.status, body: await answer.json() }).toEqual({
    status: 400,
    body: { message: 'Name a function: ?function=NAME.' },
  });
});
