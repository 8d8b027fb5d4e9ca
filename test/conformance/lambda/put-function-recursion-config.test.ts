import {
  GetFunctionRecursionConfigCommand,
  InvokeCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  type RecursiveLoop,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordedRuns } from '../../support/async-events.ts';
import { eventually } from '../../support/functions.ts';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';
import { deployRecorder } from './event-invoke-config-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function put(FunctionName: string, loop: string | undefined) {
  const { $metadata: _, ...answer } = await server.lambda.send(
    new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: loop as RecursiveLoop }),
  );
  return answer;
}

/** Answers with its trace header, which a caller in the chain would send on. */
const TRACED = `exports.handler = async () => process.env._X_AMZN_TRACE_ID;`;

/** Invokes as an SDK inside the function would, with the header of the invocation before. */
async function invokeNext(name: string, header: string | undefined, type = 'RequestResponse') {
  const command = new InvokeCommand({
    FunctionName: name,
    InvocationType: type === 'Event' ? 'Event' : 'RequestResponse',
  });
  command.middlewareStack.add(
    (next) => async (step) => {
      const { headers } = step.request as { headers: Record<string, string> };
      if (header !== undefined) headers['X-Amzn-Trace-Id'] = header;
      return await next(step);
    },
    { step: 'build' },
  );
  const output = await server.lambda.send(command);
  return output.Payload?.transformToString() ?? '';
}

/** The header of the last invocation a chain is allowed. */
async function chainOf16(name: string): Promise<string> {
  let header: string | undefined;
  for (let count = 1; count <= 16; count += 1) {
    header = JSON.parse(await invokeNext(name, header)) as string;
  }
  return header ?? '';
}

describe('PutFunctionRecursionConfig', () => {
  test('answers with what was set [set-values]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    expect(await put(FunctionName, 'Allow')).toEqual({ RecursiveLoop: 'Allow' });
    expect(await put(FunctionArn, 'Terminate')).toEqual({ RecursiveLoop: 'Terminate' });
    const { RecursiveLoop } = await server.lambda.send(
      new GetFunctionRecursionConfigCommand({ FunctionName }),
    );
    expect(RecursiveLoop).toBe('Terminate');
  });

  test('knows two values [not-an-option] [required]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const answer = await refusal(put(FunctionName, 'Sometimes'));
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(answer.message).toMatch(
      /^1 validation error detected: Value 'Sometimes' at 'recursiveLoop' failed to satisfy constraint: Member must satisfy enum value set: \[Terminate, Allow\]$/,
    );
    expect(await refusal(put(FunctionName, undefined))).toMatchObject({ name: 'ValidationException' });
  });

  test('needs a function, and no qualifier [missing-function] [unqualified-only]', async () => {
    const name = uniqueName();
    expect(await refusal(put(name, 'Allow'))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      status: 404,
      type: 'User',
    });
    const { FunctionName } = await deploy(server.lambda);
    expect(await refusal(put(`${FunctionName}:$LATEST`, 'Allow'))).toMatchObject({
      name: 'ValidationException',
    });
  });

  test('stops a chain at its 17th invocation, unless loops are allowed [stops-loops] [allows-loops] [other-chains]', async () => {
    const { FunctionName } = await deploy(server.lambda, {
      Code: { ZipFile: await zipOf({ 'index.js': TRACED }) },
    });
    const header = await chainOf16(FunctionName);
    expect(await refusal(invokeNext(FunctionName, header))).toEqual({
      name: 'RecursiveInvocationException',
      message: expect.stringContaining('recursive loop'),
      status: 400,
      type: 'User',
    });
    expect(await invokeNext(FunctionName, undefined)).toContain('Root=');
    await put(FunctionName, 'Allow');
    expect(await invokeNext(FunctionName, header)).toContain('Root=');
  });

  test('sends a looping event to the destination of failures [stops-events]', async () => {
    const { FunctionName } = await deploy(server.lambda, {
      Code: { ZipFile: await zipOf({ 'index.js': TRACED }) },
    });
    const destination = await deployRecorder(server);
    await server.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        DestinationConfig: { OnFailure: { Destination: destination.FunctionArn } },
      }),
    );
    await invokeNext(FunctionName, await chainOf16(FunctionName), 'Event');
    const [run] = await eventually(
      async () => await recordedRuns(server, destination.FunctionName),
      (runs) => runs.length === 1,
    );
    expect(run?.event).toMatchObject({
      requestContext: { condition: 'RecursiveInvocation', approximateInvokeCount: 0 },
      requestPayload: {},
    });
  });
});
