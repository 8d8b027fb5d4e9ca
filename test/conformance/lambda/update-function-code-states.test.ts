import {
  InvokeCommand,
  TagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, updated } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { answering, configurationOf, meanwhile, slowToUnpack } from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function invoked(FunctionName: string): Promise<string> {
  const { Payload } = await server.lambda.send(new InvokeCommand({ FunctionName }));
  return Payload?.transformToString() ?? '';
}

/** A function that answers "old", in an update to code that answers "new". */
async function inUpdate(files?: number): Promise<{ FunctionName: string; FunctionArn: string }> {
  const { FunctionName, FunctionArn } = await deploy(server.lambda, {
    Code: { ZipFile: await answering('old') },
  });
  const ZipFile = await slowToUnpack('new', files);
  await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  return { FunctionName, FunctionArn };
}

const named = ({ FunctionName }: { FunctionName: string }) => ({ FunctionName });

describe('UpdateFunctionCode, while the update goes on', () => {
  test('keeps other updates out, and tags [update-in-progress] [UpdateFunctionConfiguration.update-in-progress] [TagResource.update-in-progress]', async () => {
    const ZipFile = await answering('too soon');
    const { FunctionName, FunctionArn, answers } = await meanwhile(
      server.lambda,
      async () => await inUpdate(),
      async (begun) =>
        await Promise.all([
          refusal(server.lambda.send(new UpdateFunctionCodeCommand({ ...named(begun), ZipFile }))),
          refusal(
            server.lambda.send(new UpdateFunctionConfigurationCommand({ ...named(begun), Timeout: 4 })),
          ),
          refusal(
            server.lambda.send(new TagResourceCommand({ Resource: begun.FunctionArn, Tags: { a: '1' } })),
          ),
        ]),
    );
    for (const answer of answers) {
      expect(answer).toEqual({
        name: 'ResourceConflictException',
        message: `The operation cannot be performed at this time. An update is in progress for resource: ${FunctionArn}`,
        status: 409,
        type: 'User',
      });
    }
    await updated(server.lambda, FunctionName);
    expect(await configurationOf(server.lambda, FunctionName)).toMatchObject({ Timeout: 3 });
  });

  test('lets invokes run the old code and reads see the update [old-code-meanwhile] [GetFunctionConfiguration.in-progress]', {
    timeout: 120_000,
  }, async () => {
    const {
      FunctionName,
      answers: [answer, seen],
    } = await meanwhile(
      server.lambda,
      // An environment has to be made meanwhile.
      async () => await inUpdate(6000),
      async (begun) =>
        await Promise.all([invoked(begun.FunctionName), configurationOf(server.lambda, begun.FunctionName)]),
    );
    expect(answer).toBe('"old"');
    expect(seen).toMatchObject({
      State: 'Active',
      LastUpdateStatus: 'InProgress',
      LastUpdateStatusReason: 'The function is being created.',
      LastUpdateStatusReasonCode: 'Creating',
    });
    await updated(server.lambda, FunctionName);
    expect(await invoked(FunctionName)).toBe('"new"');
    const { CodeSha256 } = await configurationOf(server.lambda, FunctionName);
    expect(CodeSha256).toBe(seen.CodeSha256);
  });
});
