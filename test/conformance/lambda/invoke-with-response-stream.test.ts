import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let FunctionName: string;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName } = await deploy(server.lambda));
});

afterAll(async () => {
  await server.stop();
});

async function invoke(change: object = {}): Promise<number | undefined> {
  const command = new InvokeWithResponseStreamCommand({ FunctionName, ...change });
  return (await server.lambda.send(command)).StatusCode;
}

describe('InvokeWithResponseStream', () => {
  test('is refused rather than pretended [refused]', async () => {
    const answer = await refusal(invoke({ Payload: '1' }));
    expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400, type: 'User' });
    expect(answer.message).toMatch(/^InvokeWithResponseStream: .* is not implemented by Lambent yet\.$/);
  });

  test('checks a dry run and runs nothing [dry-run]', async () => {
    expect(await invoke({ InvocationType: 'DryRun' })).toBe(204);
    expect(await refusal(invoke({ InvocationType: 'DryRun', FunctionName: uniqueName() }))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('refuses payloads that are no JSON [bad-payload]', async () => {
    expect(await refusal(invoke({ Payload: '{"a": hello}' }))).toMatchObject({
      name: 'InvalidRequestContentException',
      message: expect.stringMatching(/^Could not parse request body into json: /),
      status: 400,
    });
  });

  test('takes two invocation types only [bad-invocation-type]', async () => {
    expect(await refusal(invoke({ InvocationType: 'Event' }))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Value 'Event' at 'invocationType' failed to satisfy constraint"),
    });
  });

  test('says what is not there [missing]', async () => {
    const name = uniqueName();
    expect(await refusal(invoke({ FunctionName: name }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}:$LATEST`,
      status: 404,
    });
  });
});
