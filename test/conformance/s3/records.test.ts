import { randomUUID } from 'node:crypto';
import { PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { RECORDER, sendEvent } from '../../support/async-events.ts';
import { deploy, eventually } from '../../support/functions.ts';
import { makeQueue, receive } from '../../support/queues.ts';
import { s3ClientFor } from '../../support/s3.ts';
import { startServer } from '../../support/server.ts';

test('a bucket gets the record of an event that failed, and tells of it', async () => {
  const server = await startServer();
  const s3 = s3ClientFor(server);
  try {
    const Bucket = `failures-${randomUUID()}`;
    await s3.send(new CreateBucketCommand({ Bucket }));
    const queue = await makeQueue(server.sqs, {
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 's3.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: '*',
        },
      }),
    });
    const Filter = { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'aws/lambda/' }] } };
    const QueueConfigurations = [{ QueueArn: queue.arn, Events: ['s3:ObjectCreated:Put' as const], Filter }];
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { QueueConfigurations },
      }),
    );
    const FunctionName = `failing-${randomUUID()}`;
    await deploy(server.lambda, FunctionName, { 'index.js': RECORDER });
    await server.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: `arn:aws:s3:::${Bucket}` } },
      }),
    );
    const requestId = await sendEvent(server.lambda, FunctionName, { fail: true });
    const keys: string[] = [];
    await eventually(
      async () => {
        for (const { Body = '' } of await receive(server.sqs, queue)) {
          const { Records = [] } = JSON.parse(Body) as { Records?: { s3: { object: { key: string } } }[] };
          keys.push(...Records.map((record) => record.s3.object.key));
        }
        return keys.length;
      },
      (count) => count === 1,
      30_000,
    );
    const [Key = ''] = keys;
    expect(Key).toMatch(
      new RegExp(
        `^aws/lambda/async/${FunctionName}/\\d{4}/\\d\\d/\\d\\d/\\d{4}-\\d\\d-\\d\\dT\\d\\d\\.\\d\\d\\.\\d\\d-[0-9a-f-]{36}$`,
      ),
    );
    const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(ContentType).toBe('application/json');
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
      requestContext: { requestId, condition: 'RetriesExhausted', approximateInvokeCount: 1 },
      requestPayload: { fail: true },
    });
  } finally {
    s3.destroy();
    await server.stop();
  }
});
