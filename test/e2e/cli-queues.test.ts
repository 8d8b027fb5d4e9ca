import { afterAll, beforeAll, expect, test } from 'vitest';
import { LambentCommand } from '../support/lambent-command.ts';
import { counts, makeQueue, receive, sendAll, type TestQueue, withDeadLetters } from '../support/queues.ts';

let command: LambentCommand;
let dead: TestQueue;
let queue: TestQueue;

beforeAll(async () => {
  command = await LambentCommand.start();
});
afterAll(() => command.stop());

test('queues says that there are none, on standard error', async () => {
  const { code, out, err } = await command.run(['queues', '--region', 'eu-west-1']);
  expect({ code, out, err }).toEqual({
    code: 0,
    out: '',
    err: expect.stringMatching(/^No queues in eu-west-1 yet\./),
  });
});

test('mappings says that none is polled', async () => {
  const { code, out, err } = await command.run(['mappings']);
  expect({ code, out, err }).toEqual({
    code: 0,
    out: '',
    err: expect.stringMatching(/^No event source mapping is polled\./),
  });
});

test('queues lists what waits, is in flight, delayed and dead', async () => {
  const { sqs } = command.server;
  dead = await makeQueue(sqs);
  queue = await withDeadLetters(sqs, dead, 1, { VisibilityTimeout: '0' });
  await sendAll(sqs, queue, 'poison');
  await receive(sqs, queue);
  expect(await receive(sqs, queue)).toEqual([]);
  await sendAll(sqs, queue, 'a', 'b');
  await receive(sqs, queue, { MaxNumberOfMessages: 1, VisibilityTimeout: 600 });
  const { code, out } = await command.run(['queues']);
  expect(code).toBe(0);
  expect(out.split('\n')).toContain(`${queue.name}\t1\t1\t0\t1`);
  expect(out.split('\n')).toContain(`${dead.name}\t1\t0\t0\t-`);
  const listed = JSON.parse((await command.run(['queues', '--json'])).out) as object[];
  expect(listed).toContainEqual(
    expect.objectContaining({
      name: queue.name,
      arn: queue.arn,
      waiting: 1,
      inFlight: 1,
      delayed: 0,
      dead: 1,
    }),
  );
});

test('redrive moves dead letters back, named by either queue', async () => {
  const { sqs } = command.server;
  const { code, out } = await command.run(['redrive', queue.name]);
  expect({ code, out: out.trim() }).toEqual({ code: 0, out: `moved 1 out of ${dead.name}` });
  expect(await counts(sqs, dead)).toEqual([0, 0, 0]);
  const other = await makeQueue(sqs);
  await sendAll(sqs, dead, 'c');
  expect((await command.run(['redrive', dead.name, '--to', other.name, '--rate', '500'])).code).toBe(0);
  expect(await counts(sqs, other)).toEqual([1, 0, 0]);
});

test('redrive says why it cannot', async () => {
  const missing = await command.run(['redrive', 'nothing-of-the-kind']);
  expect(missing.code).toBe(1);
  expect(missing.err).toContain('The specified queue does not exist');
  const other = await makeQueue(command.server.sqs);
  expect((await command.run(['redrive', other.name])).err).toContain('configured as a Dead Letter Queue');
  expect((await command.run(['redrive', dead.name, '--rate', 'fast'])).err).toContain('"fast" is no number');
});
