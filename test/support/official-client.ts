import { type CreateFunctionCommandInput, CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { invoke, untilUpdated } from './functions.ts';
import { ROLE, startServer, type TestServer } from './server.ts';
import { zipFolder } from './zip.ts';

export interface ClientSample {
  /** The deployment package, as a folder. */
  readonly folder: string;
  readonly settings: Partial<CreateFunctionCommandInput>;
  /** How the client names the error of the sample. */
  readonly errorType: unknown;
}

/** What the sample of every official runtime client has to show: it answers, logs, fails, and goes on. */
export function clientTests({ folder, settings, errorType }: ClientSample): void {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    const { lambda } = server;
    const code = { ZipFile: await zipFolder(folder) };
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'sample',
        Role: ROLE,
        Code: code,
        Timeout: 30,
        MemorySize: 512,
        ...settings,
      }),
    );
    await untilUpdated(lambda, 'sample');
  }, 300_000);
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  test('it answers event after event with what the Runtime API tells it', async () => {
    for (const name of ['Ada', 'Grace']) {
      const answer = await invoke(server.lambda, 'sample', { name });
      expect(answer).toMatchObject({ status: 200, functionError: undefined });
      expect(answer.payload).toEqual({
        message: `Hello ${name}`,
        requestId: answer.requestId,
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:sample',
        hasTime: true,
        function: 'sample',
      });
      expect(answer.log).toContain(`handling ${name}`);
    }
  });

  test('its errors are the caller’s, and the next event is served', async () => {
    const failed = await invoke(server.lambda, 'sample', { fail: true });
    expect(failed).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorMessage: 'asked to fail', errorType },
    });
    const next = await invoke(server.lambda, 'sample', { name: 'again' });
    expect(next).toMatchObject({ functionError: undefined, payload: { message: 'Hello again' } });
  });

  test('a large event comes through whole', async () => {
    const name = 'x'.repeat(1_000_000);
    const { payload } = await invoke(server.lambda, 'sample', { name });
    expect(payload).toMatchObject({ message: `Hello ${name}` });
  });
}
