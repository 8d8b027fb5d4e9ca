import { GetEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal } from '../../support/lambda-requests.ts';
import { makeMapping } from '../../support/mappings.ts';
import { makeQueue } from '../../support/queues.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('GetEventSourceMapping', () => {
  test('shows what was set, and every default [answer]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    const { arn: EventSourceArn } = await makeQueue(server.sqs);
    const settings = {
      EventSourceArn,
      BatchSize: 50,
      MaximumBatchingWindowInSeconds: 3,
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["order"]}}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures' as const],
      ScalingConfig: { MaximumConcurrency: 7 },
    };
    const { UUID } = await makeMapping(server.lambda, { FunctionName, ...settings });
    const { $metadata: _, ...shown } = await server.lambda.send(new GetEventSourceMappingCommand({ UUID }));
    expect(shown).toEqual({
      ...settings,
      UUID,
      FunctionArn,
      State: 'Enabled',
      StateTransitionReason: 'USER_INITIATED',
      LastModified: expect.any(Date) as Date,
      EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${UUID}`,
    });
  });

  test.each(['6f0a7c1e-0000-4000-8000-000000000000', 'not-a-uuid', '%2e%2e', 'ü'])(
    'does not find %s [missing]',
    async (UUID) => {
      expect(await refusal(server.lambda.send(new GetEventSourceMappingCommand({ UUID })))).toEqual({
        name: 'ResourceNotFoundException',
        message: 'The resource you requested does not exist.',
        status: 404,
        type: 'User',
      });
    },
  );
});
