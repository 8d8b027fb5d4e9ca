import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { dynamodbFor } from '../../support/tables.ts';

interface Shared {
  readonly server: TestServer;
  readonly client: DynamoDBClient;
}

/** One server for all the tests of a file, and a client for it. */
export function useDynamodb(): Shared {
  let started: Shared | undefined;
  beforeAll(async () => {
    const server = await startServer();
    started = { server, client: dynamodbFor(server) };
  });
  afterAll(async () => {
    started?.client.destroy();
    await started?.server.stop();
  });
  const shared = (): Shared => {
    if (started === undefined) throw new Error('The server is not started yet.');
    return started;
  };
  return {
    get server() {
      return shared().server;
    },
    get client() {
      return shared().client;
    },
  };
}

/** A request's error: its code, its text and what else it carries. */
export async function refusal(
  request: Promise<unknown>,
): Promise<Error & { Item?: unknown; CancellationReasons?: unknown }> {
  try {
    await request;
  } catch (error) {
    return error as Error;
  }
  throw new Error('The request was expected to fail.');
}
