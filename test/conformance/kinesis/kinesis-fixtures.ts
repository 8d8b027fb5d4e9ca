import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { kinesisFor } from '../../support/streams.ts';

interface Shared {
  readonly server: TestServer;
  readonly kinesis: KinesisClient;
}

/** One server for all the tests of a file, and a client for it. */
export function useKinesis(flags: readonly string[] = []): Shared {
  let started: Shared | undefined;
  beforeAll(async () => {
    const server = await startServer({ flags });
    started = { server, kinesis: kinesisFor(server) };
  });
  afterAll(async () => {
    started?.kinesis.destroy();
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
    get kinesis() {
      return shared().kinesis;
    },
  };
}

/** A request's error: its code, and its text. */
export async function refusal(request: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await request;
  } catch (error) {
    const { name, message } = error as Error;
    return { code: name, message };
  }
  throw new Error('The request was expected to fail.');
}
