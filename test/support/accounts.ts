import { LambdaClient } from '@aws-sdk/client-lambda';
import type { TestServer } from './server.ts';

/** A client of the Lambda API whose requests are an account's: twelve digits as the access key are an account id. */
export function lambdaOf(server: TestServer, accountId: string, region = 'us-east-1'): LambdaClient {
  return new LambdaClient({
    endpoint: server.endpoint,
    region,
    credentials: { accessKeyId: accountId, secretAccessKey: 'any' },
    maxAttempts: 1,
  });
}
