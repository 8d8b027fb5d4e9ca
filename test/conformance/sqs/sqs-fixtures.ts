import { afterAll, beforeAll } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';

/** One server for all the tests of a file. */
export function useServer(): { readonly server: TestServer } {
  let started: TestServer | undefined;
  beforeAll(async () => {
    started = await startServer();
  });
  afterAll(async () => {
    await started?.stop();
  });
  return {
    get server() {
      if (started === undefined) throw new Error('The server is not started yet.');
      return started;
    },
  };
}

/** The error of a request: its older code, its text and its status. */
export async function refusal(
  request: Promise<unknown>,
): Promise<{ code: string; message: string; status: number | undefined }> {
  try {
    await request;
  } catch (error) {
    const { Code, name, message, $metadata } = error as Error & {
      Code?: string;
      $metadata?: { httpStatusCode?: number };
    };
    return { code: Code ?? name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error('The request was expected to fail.');
}

export const NO_QUEUE = {
  code: 'AWS.SimpleQueueService.NonExistentQueue',
  message: 'The specified queue does not exist.',
  status: 400,
};
