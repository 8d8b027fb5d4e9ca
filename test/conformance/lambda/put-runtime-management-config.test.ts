import { PublishVersionCommand, PutRuntimeManagementConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const RUNTIME_VERSION = `arn:aws:lambda:us-east-1::runtime:${'0'.repeat(64)}`;

async function put(
  FunctionName: string,
  UpdateRuntimeOn: string | undefined,
  more: object = {},
): Promise<object> {
  const command = new PutRuntimeManagementConfigCommand({
    FunctionName,
    UpdateRuntimeOn: UpdateRuntimeOn as 'Auto',
    ...more,
  });
  const { $metadata: _, ...answer } = await server.lambda.send(command);
  return answer;
}

describe('PutRuntimeManagementConfig', () => {
  test('accepts Auto for $LATEST and for versions [auto] [function-arn]', async () => {
    const { FunctionName, FunctionArn } = await deploy(server.lambda);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect(await put(FunctionName, 'Auto')).toEqual({ UpdateRuntimeOn: 'Auto', FunctionArn });
    expect(await put(FunctionName, 'Auto', { Qualifier: '1' })).toEqual({
      UpdateRuntimeOn: 'Auto',
      FunctionArn: `${FunctionArn}:1`,
    });
  });

  test('wants a runtime version with Manual, and only then [manual-needs-arn] [arn-needs-manual]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const invalid = { name: 'InvalidParameterValueException', status: 400, type: 'User' };
    expect(await refusal(put(FunctionName, 'Manual'))).toMatchObject(invalid);
    for (const mode of ['Auto', 'FunctionUpdate']) {
      const request = put(FunctionName, mode, { RuntimeVersionArn: RUNTIME_VERSION });
      expect(await refusal(request)).toMatchObject(invalid);
    }
  });

  test('refuses the modes that are not built, by name [function-update] [manual]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    const manual = await refusal(put(FunctionName, 'Manual', { RuntimeVersionArn: RUNTIME_VERSION }));
    expect(manual.message).toMatch(/^UpdateRuntimeOn Manual.* is not implemented by Lambent yet\.$/);
    const update = await refusal(put(FunctionName, 'FunctionUpdate'));
    expect(update.message).toMatch(/^UpdateRuntimeOn FunctionUpdate.* is not implemented by Lambent yet\.$/);
  });

  test('refuses modes and ARNs that are none [bad-mode] [bad-arn]', async () => {
    const name = uniqueName();
    expect(await refusal(put(name, 'Never'))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Value 'Never' at 'updateRuntimeOn' failed to satisfy constraint"),
    });
    expect(await refusal(put(name, undefined))).toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value null at 'updateRuntimeOn' failed to satisfy constraint: Member must not be null",
    });
    const RuntimeVersionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
    expect(await refusal(put(name, 'Manual', { RuntimeVersionArn }))).toMatchObject({
      name: 'ValidationException',
    });
  });

  test('says what is not there [missing]', async () => {
    const name = uniqueName();
    expect(await refusal(put(name, 'FunctionUpdate'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      status: 404,
    });
  });
});
