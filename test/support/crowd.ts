import type { AgentOptions } from 'node:http';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { TestServer } from './server.ts';

/** A client for a thousand requests at once, each by a connection of its own; none is tried again. */
export function crowdClient(
  { endpoint }: Pick<TestServer, 'endpoint'>,
  agent: AgentOptions = {},
): LambdaClient {
  return new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      httpAgent: { maxSockets: 1000, ...agent },
      socketAcquisitionWarningTimeout: 120_000,
    }),
  });
}
