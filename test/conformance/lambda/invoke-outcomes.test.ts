import {
  InvokeCommand,
  type InvokeCommandInput,
  type InvokeCommandOutput,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;
let FunctionName: string;
let FunctionArn: string;

const SOURCE = `
exports.handler = async (event) => {
  if (event.exit !== undefined) process.exit(event.exit);
  if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (event.bytes) return 'x'.repeat(event.bytes - 2);
};`;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName, FunctionArn } = await deploy(server.lambda, {
    Code: { ZipFile: await zipOf({ 'index.js': SOURCE }) },
    MemorySize: 256,
    // A process that has ended starts again within it.
    Timeout: 30,
  }));
});

afterAll(async () => {
  await server.stop();
});

async function invoke(input: Partial<InvokeCommandInput> = {}): Promise<InvokeCommandOutput> {
  return await server.lambda.send(new InvokeCommand({ FunctionName, ...input }));
}

async function errorOf(event: object, name = FunctionName): Promise<{ id: string; error: unknown }> {
  const { StatusCode, FunctionError, Payload, $metadata } = await invoke({
    FunctionName: name,
    Payload: JSON.stringify(event),
  });
  expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: 'Unhandled' });
  return { id: $metadata.requestId ?? '', error: JSON.parse(Payload?.transformToString() ?? '') };
}

describe('Invoke, what may come of it', () => {
  test('nothing returned is null [null-result]', async () => {
    const { Payload, FunctionError } = await invoke();
    expect(FunctionError).toBeUndefined();
    expect(Payload?.transformToString()).toBe('null');
  });

  test('a result may have 6 MiB and 100 bytes [response-too-large]', async () => {
    const { Payload, FunctionError } = await invoke({ Payload: '{"bytes":6291556}' });
    expect(FunctionError).toBeUndefined();
    expect(Payload?.byteLength).toBe(6_291_556);
    expect((await errorOf({ bytes: 6_291_557 })).error).toEqual({
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      errorType: 'Function.ResponseSizeTooLarge',
    });
  });

  test('time may run out [timeout]', async () => {
    const hasty = await deploy(server.lambda, {
      Code: { ZipFile: await zipOf({ 'index.js': SOURCE }) },
      Timeout: 2,
    });
    const { id, error } = await errorOf({ hang: true }, hasty.FunctionName);
    expect(error).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${id} Error: Task timed out after 2.00 seconds`,
    });
  });

  test.each([
    [0, 'Runtime exited without providing a reason'],
    [3, 'Runtime exited with error: exit status 3'],
  ])('the process may end with %s [exit]', async (exit, reason) => {
    const { id, error } = await errorOf({ exit });
    expect(error).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${id} Error: ${reason}`,
    });
  });

  test('there may be no concurrency for it [throttled]', async () => {
    const throttled = await deploy(server.lambda);
    await server.lambda.send(
      new PutFunctionConcurrencyCommand({
        FunctionName: throttled.FunctionName,
        ReservedConcurrentExecutions: 0,
      }),
    );
    const error: unknown = await invoke({ FunctionName: throttled.FunctionName }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TooManyRequestsException);
    expect(error).toMatchObject({
      message: 'Rate Exceeded.',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
      $metadata: { httpStatusCode: 429 },
    });
  });
});

describe('Invoke, refusals', () => {
  test('knows three invocation types and two log types [constraints]', async () => {
    const constraint = 'failed to satisfy constraint: Member must satisfy enum value set: ';
    for (const [change, member] of [
      [{ InvocationType: 'Later' as 'Event' }, 'invocationType'],
      [{ LogType: 'Head' as 'Tail' }, 'logType'],
    ] as const) {
      const answer = await refusal(invoke(change));
      expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
      expect(answer.message).toContain(`at '${member}' ${constraint}`);
    }
  });

  test('may bring a request id that is a UUID, and no other [bad-request-id]', async () => {
    const withId = async (requestId: string): Promise<unknown> => {
      const command = new InvokeCommand({ FunctionName });
      command.middlewareStack.add(
        (next) => async (args) => {
          (args.request as { headers: Record<string, string> }).headers['x-amzn-RequestId'] = requestId;
          return await next(args);
        },
        { step: 'build' },
      );
      return await server.lambda.send(command);
    };
    for (const bad of [
      'mine',
      '6f0a7c1e-0000-4000-8000-00000000000',
      '6f0a7c1e-0000-4000-8000-0000000000000',
    ]) {
      expect(await refusal(withId(bad))).toMatchObject({
        name: 'InvalidRequestContentException',
        message: 'The x-amzn-RequestId header must be a valid UUID.',
        status: 400,
      });
    }
    expect(await withId('6F0A7C1E-0000-4000-8000-000000000000')).toMatchObject({ StatusCode: 200 });
  });

  test('has no durable executions where the function has none [durable-name]', async () => {
    const answer = await refusal(invoke({ DurableExecutionName: 'once' }));
    expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400, type: 'User' });
    expect(answer.message).toContain('DurableExecutionName');
  });

  test('stays in its Region and its account [other-region] [other-account]', async () => {
    const elsewhere = FunctionArn.replace('us-east-1', 'eu-west-1');
    expect(await refusal(invoke({ FunctionName: elsewhere }))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
      status: 404,
    });
    const foreign = FunctionArn.replace('000000000000', '111122223333');
    expect(await refusal(invoke({ FunctionName: foreign }))).toMatchObject({
      name: 'AccessDeniedException',
      status: 403,
    });
  });
});
