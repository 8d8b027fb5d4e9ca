import { InvokeCommand, type InvokeCommandInput, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordedRuns } from '../../support/async-events.ts';
import { eventually } from '../../support/functions.ts';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { deployRecorder } from './event-invoke-config-fixtures.ts';

let server: TestServer;
let FunctionName: string;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName } = await deployRecorder(server));
});

afterAll(async () => {
  await server.stop();
});

async function invoke(input: Partial<InvokeCommandInput> = {}): Promise<InvokeCommandOutput> {
  return await server.lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', ...input }));
}

async function ranAs(requestId: string | undefined) {
  return await eventually(
    async () => (await recordedRuns(server, FunctionName)).find((run) => run.id === requestId),
    (run) => run !== undefined,
  );
}

describe('Invoke with InvocationType Event', () => {
  test('answers 202 with nothing, and runs the function under the same request id [event-accepted]', async () => {
    const output = await invoke({ Payload: '{"n":1}' });
    expect(output.StatusCode).toBe(202);
    expect(output.Payload?.transformToString() ?? '').toBe('');
    expect(output).not.toHaveProperty('ExecutedVersion');
    expect(output).not.toHaveProperty('FunctionError');
    expect(output).not.toHaveProperty('LogResult');
    expect(await ranAs(output.$metadata.requestId)).toMatchObject({ event: { n: 1 } });
  });

  test('delivers {} when there is no payload [event-empty-payload]', async () => {
    const output = await invoke();
    expect(await ranAs(output.$metadata.requestId)).toMatchObject({ event: {} });
  });

  test('takes log type and client context, to no effect [event-ignores]', async () => {
    const ClientContext = Buffer.from('{"custom":{"a":1}}').toString('base64');
    const output = await invoke({ LogType: 'Tail', ClientContext });
    expect(output.StatusCode).toBe(202);
    expect(output).not.toHaveProperty('LogResult');
    await ranAs(output.$metadata.requestId);
  });

  test('takes 1 MB and no more [event-too-large]', async () => {
    const payload = (size: number): string => `{"text":"${'x'.repeat(size - 11)}"}`;
    expect((await invoke({ Payload: payload(1_048_576) })).StatusCode).toBe(202);
    expect(await refusal(invoke({ Payload: payload(1_048_577) }))).toMatchObject({
      name: 'RequestTooLargeException',
      message: '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
      status: 413,
    });
  });

  test('refuses payloads that are no JSON [event-invalid-json]', async () => {
    expect(await refusal(invoke({ Payload: '{"a": hello}' }))).toMatchObject({
      name: 'InvalidRequestContentException',
      message: expect.stringContaining('Could not parse request body into json'),
      status: 400,
    });
  });

  test('refuses a function that is not there [event-missing-function]', async () => {
    const name = uniqueName();
    expect(await refusal(invoke({ FunctionName: name }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}:$LATEST`,
    });
    expect(await refusal(invoke({ Qualifier: 'nowhere' }))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
