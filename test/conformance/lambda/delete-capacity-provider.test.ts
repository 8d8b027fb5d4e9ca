import {
  DeleteCapacityProviderCommand,
  GetCapacityProviderCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { INVALID, MACHINE, notFound, ON_MACHINE } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(CapacityProviderName: string, more: object = {}): ReturnType<typeof refusal> {
  const command = new DeleteCapacityProviderCommand({ CapacityProviderName, ...more });
  return await refusal(server.lambda.send(command));
}

describe('DeleteCapacityProvider', () => {
  test('says what is not there [missing]', async () => {
    const name = uniqueName();
    expect(await refused(name)).toEqual(notFound(name));
    const arn = `arn:aws:lambda:us-east-1:000000000000:capacity-provider:${name}`;
    expect(await refused(arn)).toEqual(notFound(name));
  });

  test('keeps the machine, whether function versions run on it or not [deleted] [in-use]', async () => {
    const unused = await refused('machine');
    expect(unused).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
    expect(unused.message).toMatch(/^DeleteCapacityProvider: .* is not implemented by Lambent yet\.$/);
    const { FunctionName, FunctionArn } = await deploy(server.lambda, ON_MACHINE);
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    for (const name of ['machine', MACHINE]) {
      expect(await refused(name)).toEqual({
        name: 'ResourceConflictException',
        message: `The capacity provider ${MACHINE} is in use by function versions, such as ${FunctionArn}:1.`,
        status: 409,
        type: 'User',
      });
    }
    const found = await server.lambda.send(
      new GetCapacityProviderCommand({ CapacityProviderName: 'machine' }),
    );
    expect(found.CapacityProvider?.State).toBe('Active');
  });

  test('refuses what can be no name', async () => {
    expect(await refused('not a name')).toEqual(INVALID);
  });
});
