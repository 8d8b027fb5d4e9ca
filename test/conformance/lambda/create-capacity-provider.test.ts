import {
  CreateCapacityProviderCommand,
  type CreateCapacityProviderCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { ROLE, startServer, type TestServer } from '../../support/server.ts';
import { MACHINE } from './capacity-provider-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(change: object): ReturnType<typeof refusal> {
  const input = {
    CapacityProviderName: uniqueName(),
    VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
    PermissionsConfig: { CapacityProviderOperatorRoleArn: ROLE },
    ...change,
  };
  return await refusal(
    server.lambda.send(new CreateCapacityProviderCommand(input as CreateCapacityProviderCommandInput)),
  );
}

describe('CreateCapacityProvider', () => {
  test('is refused rather than pretended [created, limit]', async () => {
    const answer = await refused({});
    expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400, type: 'User' });
    expect(answer.message).toMatch(/^CreateCapacityProvider.* is not implemented by Lambent yet\.$/);
  });

  test('has the machine already [duplicate]', async () => {
    for (const CapacityProviderName of ['machine', MACHINE]) {
      expect(await refused({ CapacityProviderName })).toEqual({
        name: 'ResourceConflictException',
        message: `Capacity provider already exists: ${MACHINE}`,
        status: 409,
        type: 'User',
      });
    }
  });

  test('names everything that is wrong first [validation]', async () => {
    const missing = await refused({ VpcConfig: undefined, PermissionsConfig: undefined });
    expect(missing).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(missing.message).toMatch(/^2 validation errors detected: /);
    const scaling = await refused({
      CapacityProviderScalingConfig: { MaxVCpuCount: 1, ScalingMode: 'Later' },
    });
    expect(scaling.message).toContain(
      "Value '1' at 'capacityProviderScalingConfig.maxVCpuCount' failed to satisfy constraint: Member must have value greater than or equal to 2",
    );
    expect(scaling.message).toContain("Value 'Later' at 'capacityProviderScalingConfig.scalingMode'");
    expect(await refused({ CapacityProviderName: 'not a name' })).toMatchObject({
      name: 'ValidationException',
    });
  });

  test('refuses tags out of bounds [tag-rules]', async () => {
    const Tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, 'v']));
    expect(await refused({ Tags })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Number of tags exceeds resource tag limit.',
    });
  });
});
