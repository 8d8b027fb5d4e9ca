import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionConfigurationCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, refusal, updated } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

async function refused(
  change: Partial<Record<keyof CreateFunctionCommandInput, unknown>>,
): ReturnType<typeof refusal> {
  const input = await creation(change as Partial<CreateFunctionCommandInput>);
  return await refusal(server.lambda.send(new CreateFunctionCommand(input)));
}

/** What asks for nothing: clients send these back from what they have read. */
const NOTHING = {
  VpcConfig: { SubnetIds: [], SecurityGroupIds: [], Ipv6AllowedForDualStack: false },
  Layers: [],
  FileSystemConfigs: [],
  DeadLetterConfig: { TargetArn: '' },
  KMSKeyArn: '',
  SnapStart: { ApplyOn: 'None' as const },
  TracingConfig: { Mode: 'PassThrough' as const },
  ImageConfig: {},
};

const FILE_SYSTEM = {
  Arn: 'arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0',
  LocalMountPath: '/mnt/data',
};

const VPC = { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] };

const UNBUILT: readonly (readonly [string, object])[] = [
  ['VpcConfig', { VpcConfig: VPC }],
  ['KMSKeyArn', { KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k' }],
  ['ImageConfig', { ImageConfig: { Command: ['index.handler'] } }],
  // Before anybody looks for the access point.
  ['VpcConfig', { VpcConfig: VPC, FileSystemConfigs: [FILE_SYSTEM] }],
];

const IMAGE = '000000000000.dkr.ecr.us-east-1.amazonaws.com/image:1';

describe('CreateFunction and UpdateFunctionConfiguration, fields without effect yet', () => {
  test('accept what asks for nothing, and do not show it [defaults-sent-back]', async () => {
    const { FunctionName } = await deploy(server.lambda, { ...NOTHING, PackageType: 'Zip', Publish: false });
    const before = await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    for (const field of ['VpcConfig', 'Layers', 'FileSystemConfigs', 'DeadLetterConfig', 'KMSKeyArn']) {
      expect(before).not.toHaveProperty(field);
    }
    expect(before).not.toHaveProperty('ImageConfigResponse');
    expect(before).toMatchObject({
      TracingConfig: { Mode: 'PassThrough' },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    });
    await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...NOTHING }));
    await updated(server.lambda, FunctionName);
    const { $metadata: _, ...after } = await server.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName }),
    );
    const { RevisionId: __, LastModified: ___, ...same } = after;
    expect(before).toMatchObject(same);
    expect(Object.keys(after).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      Object.keys(before)
        .filter((key) => key !== '$metadata')
        .toSorted((a, b) => (a < b ? -1 : 1)),
    );
  });

  test.each([
    ...UNBUILT,
    [
      'PackageType',
      { PackageType: 'Image', Runtime: undefined, Handler: undefined, Code: { ImageUri: IMAGE } },
    ],
    ['ImageUri', { Code: { ImageUri: IMAGE } }],
    ['PublishTo', { PublishTo: 'LATEST_PUBLISHED' }],
    ['DurableConfig', { DurableConfig: { ExecutionTimeout: 60 } }],
  ] as const)(
    'CreateFunction refuses %s rather than ignore it [unbuilt] [code-from-image, image-config, vpc, vpc-missing, file-system, kms-key] [UpdateFunctionCode.zip-for-image]',
    async (field, change) => {
      const answer = await refused(change);
      expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400, type: 'User' });
      expect(answer.message).toMatch(new RegExp(`^${field}.* is not implemented by Lambent yet\\.$`));
    },
  );

  test('UpdateFunctionConfiguration refuses them rather than ignore them [UpdateFunctionConfiguration.unbuilt]', async () => {
    const { FunctionName } = await deploy(server.lambda);
    for (const [field, change] of UNBUILT) {
      const command = new UpdateFunctionConfigurationCommand({ FunctionName, ...change });
      const answer = await refusal(server.lambda.send(command));
      expect(answer).toMatchObject({ name: 'InvalidParameterValueException', status: 400, type: 'User' });
      expect(answer.message).toMatch(new RegExp(`^${field}.* is not implemented by Lambent yet\\.$`));
    }
  });

  test('refuse what Lambda refuses in its own words [vpc-ids] [file-system-vpc] [file-system-count] [snap-start-runtime]', async () => {
    expect(await refused({ VpcConfig: { SubnetIds: ['net-1'] } })).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(
        /^1 validation error detected: Value '\[net-1\]' at 'vpcConfig\.subnetIds'/,
      ),
    });
    expect(
      await refused({ VpcConfig: { ...VPC, SecurityGroupIds: ['1', '2', '3', '4', '5', '6'] } }),
    ).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Member must have length less than or equal to 5'),
    });
    expect(await refused({ FileSystemConfigs: [FILE_SYSTEM] })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringMatching(/^Function must be configured to execute in a VPC/),
    });
    expect(await refused({ FileSystemConfigs: [FILE_SYSTEM, FILE_SYSTEM] })).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("at 'fileSystemConfigs' failed to satisfy constraint"),
    });
    expect(await refused({ SnapStart: { ApplyOn: 'PublishedVersions' } })).toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'nodejs22.x is not supported for SnapStart enabled functions.',
    });
  });

  test('refuse combinations that are none [image-handler] [durable-timeout] [UpdateFunctionConfiguration.capacity-provider-update]', async () => {
    const invalid = { name: 'InvalidParameterValueException', status: 400, type: 'User' };
    expect(await refused({ PackageType: 'Image' })).toEqual({
      ...invalid,
      message:
        "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
    });
    expect(await refused({ DurableConfig: {} })).toEqual({
      ...invalid,
      message: 'You cannot create a function with a durable configuration without an executionTimeout',
    });
    const { FunctionName } = await deploy(server.lambda);
    const CapacityProviderConfig = {
      LambdaManagedInstancesCapacityProviderConfig: {
        CapacityProviderArn: 'arn:aws:lambda:us-east-1:000000000000:capacity-provider:p',
      },
    };
    const command = new UpdateFunctionConfigurationCommand({ FunctionName, CapacityProviderConfig });
    expect(await refusal(server.lambda.send(command))).toEqual({
      ...invalid,
      message: "CapacityProviderConfig isn't supported for Lambda Default functions.",
    });
  });

  test('are not repeated where they are sensitive', async () => {
    const answer = await refused({ Environment: { Variables: { GOOD: 'hunter2', A: '1' } } });
    expect(answer.message).toMatch(/^1 validation error detected: Value at 'environment.variables' failed /);
  });

  test('take values of the right form only [bad-values] [environment-names]', async () => {
    for (const [change, member] of [
      [{ TracingConfig: { Mode: 'Sometimes' } }, 'tracingConfig.mode'],
      [{ SnapStart: { ApplyOn: 'Always' } }, 'snapStart.applyOn'],
      [{ KMSKeyArn: 'my-key' }, 'kMSKeyArn'],
      [{ DeadLetterConfig: { TargetArn: 'my-queue' } }, 'deadLetterConfig.targetArn'],
      [{ EphemeralStorage: { Size: 10_241 } }, 'ephemeralStorage.size'],
      [{ EphemeralStorage: {} }, 'ephemeralStorage.size'],
      [{ Architectures: ['x86_64', 'arm64'] }, 'architectures'],
      [{ Architectures: ['X86_64'] }, 'architectures'],
      [{ PackageType: 'Tar' }, 'packageType'],
      [{ LoggingConfig: { LogGroup: 'no group' } }, 'loggingConfig.logGroup'],
      [{ Environment: { Variables: { A: '1' } } }, 'environment.variables'],
      [{ DurableConfig: { ExecutionTimeout: 0 } }, 'durableConfig.executionTimeout'],
      [{ TenancyConfig: {} }, 'tenancyConfig.tenantIsolationMode'],
      [{ CodeSigningConfigArn: 'csc-1' }, 'codeSigningConfigArn'],
    ] as const) {
      const answer = await refused(change);
      expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
      expect(answer.message).toContain(`at '${member}' failed to satisfy constraint: `);
    }
  });
});
