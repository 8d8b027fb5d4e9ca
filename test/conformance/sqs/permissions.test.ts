import {
  AddPermissionCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  RemovePermissionCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { counts, makeQueue, type TestQueue } from '../../support/queues.ts';
import { refusal, useServer } from './sqs-fixtures.ts';

const shared = useServer();
let foreign: SQSClient;

beforeAll(() => {
  foreign = new SQSClient({
    endpoint: shared.server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(() => foreign.destroy());

async function policyOf(queue: TestQueue): Promise<unknown> {
  const { Attributes } = await shared.server.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['Policy'] }),
  );
  return Attributes?.Policy === undefined ? undefined : JSON.parse(Attributes.Policy);
}

async function add(queue: TestQueue, Label: string, Actions: string[]): Promise<void> {
  await shared.server.sqs.send(
    new AddPermissionCommand({ QueueUrl: queue.url, Label, Actions, AWSAccountIds: ['111111111111'] }),
  );
}

const send = async (client: SQSClient, queue: TestQueue) =>
  await client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'x' }));

describe('permissions', () => {
  test('are statements of the policy, by label', async () => {
    const queue = await makeQueue(shared.server.sqs);
    await add(queue, 'first', ['ReceiveMessage']);
    const statement = (Sid: string, Action: unknown) => ({
      Sid,
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action,
      Resource: queue.arn,
    });
    expect(await policyOf(queue)).toEqual({
      Version: '2008-10-17',
      Id: `${queue.arn}/SQSDefaultPolicy`,
      Statement: [statement('first', 'SQS:ReceiveMessage')],
    });
    expect(await refusal(add(queue, 'first', ['SendMessage']))).toEqual({
      code: 'InvalidParameterValue',
      message: 'Value first for parameter Label is invalid. Reason: Already exists.',
      status: 400,
    });
    await add(queue, 'second', ['SendMessage', 'GetQueueUrl']);
    const remove = async (Label: string) =>
      await shared.server.sqs.send(new RemovePermissionCommand({ QueueUrl: queue.url, Label }));
    await remove('first');
    expect(await policyOf(queue)).toMatchObject({
      Statement: [statement('second', ['SQS:SendMessage', 'SQS:GetQueueUrl'])],
    });
    await remove('second');
    expect(await policyOf(queue)).toBeUndefined();
    expect(await refusal(remove('second'))).toEqual({
      code: 'InvalidParameterValue',
      message: "Value second for parameter Label is invalid. Reason: can't find label.",
      status: 400,
    });
  });

  test('let another account do what they name, and nothing else', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    expect(await refusal(send(foreign, queue))).toEqual({
      code: 'AccessDenied',
      message: `User: arn:aws:iam::111111111111:root is not authorized to perform: sqs:sendmessage on resource: ${queue.arn} because no resource-based policy allows the sqs:sendmessage action`,
      status: 403,
    });
    await add(queue, 'senders', ['SendMessage', 'GetQueueUrl']);
    await send(foreign, queue);
    const { QueueUrl } = await foreign.send(
      new GetQueueUrlCommand({ QueueName: queue.name, QueueOwnerAWSAccountId: '000000000000' }),
    );
    expect(QueueUrl).toBe(queue.url);
    for (const command of [
      new ReceiveMessageCommand({ QueueUrl: queue.url }),
      new PurgeQueueCommand({ QueueUrl: queue.url }),
    ]) {
      expect(await refusal(foreign.send(command))).toMatchObject({
        code: 'AccessDenied',
      });
    }
    expect(await counts(sqs, queue)).toEqual([1, 0, 0]);
  });

  test('a policy grants no administration to others, and may deny the owner', async () => {
    const { sqs } = shared.server;
    const queue = await makeQueue(sqs);
    const set = async (Statement: object) =>
      await sqs.send(
        new SetQueueAttributesCommand({
          QueueUrl: queue.url,
          Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) },
        }),
      );
    await set({ Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: queue.arn });
    await send(foreign, queue);
    const administer = new SetQueueAttributesCommand({
      QueueUrl: queue.url,
      Attributes: { VisibilityTimeout: '1' },
    });
    expect(await refusal(foreign.send(administer))).toMatchObject({ code: 'AccessDenied', status: 403 });
    await set({ Effect: 'Deny', Principal: '*', Action: 'sqs:SendMessage', Resource: queue.arn });
    expect(await refusal(send(sqs, queue))).toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('with an explicit deny in a resource-based policy'),
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy: '' } }));
    await send(sqs, queue);
  });

  test.each([
    [{ Label: 'a b' }, 'InvalidParameterValue'],
    [{ Actions: ['CreateQueue'] }, 'InvalidParameterValue'],
    [{ AWSAccountIds: ['12'] }, 'InvalidParameterValue'],
    [{ Actions: [] }, 'MissingParameter'],
  ])('refuse %j', async (change, code) => {
    const queue = await makeQueue(shared.server.sqs);
    const input = {
      QueueUrl: queue.url,
      Label: 'l',
      AWSAccountIds: ['111111111111'],
      Actions: ['SendMessage'],
    };
    expect(
      await refusal(shared.server.sqs.send(new AddPermissionCommand({ ...input, ...change }))),
    ).toMatchObject({ code });
    expect(await policyOf(queue)).toBeUndefined();
  });
});
