import {
  type ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  ListTagsForResourceCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetCommandInput,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { autoscalingClient, place, registered } from '../../support/autoscaling.ts';
import { deployVersion } from '../../support/provisioned.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let scaling: ApplicationAutoScalingClient;

beforeAll(async () => {
  server = await startServer();
  scaling = autoscalingClient(server.endpoint);
});

afterAll(async () => {
  scaling.destroy();
  await server.stop();
});

const UNSUPPORTED = 'Unsupported service namespace, resource type or scalable dimension';

async function described(ResourceId: string) {
  const command = new DescribeScalableTargetsCommand({
    ServiceNamespace: 'lambda',
    ResourceIds: [ResourceId],
  });
  return (await scaling.send(command)).ScalableTargets ?? [];
}

describe('RegisterScalableTarget', () => {
  test('registers an alias or a version, which DescribeScalableTargets shows', async () => {
    const { FunctionName } = await deployVersion(server.lambda);
    for (const qualifier of ['live', '1']) {
      const where = place(FunctionName, qualifier);
      const { ScalableTargetARN } = await scaling.send(
        new RegisterScalableTargetCommand({ ...where, MinCapacity: 0, MaxCapacity: 7 }),
      );
      expect(ScalableTargetARN).toMatch(
        /^arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target\/[a-zA-Z0-9-]+$/,
      );
      expect(await described(where.ResourceId)).toEqual([
        {
          ...where,
          MinCapacity: 0,
          MaxCapacity: 7,
          RoleARN:
            'arn:aws:iam::000000000000:role/aws-service-role/lambda.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency',
          CreationTime: expect.any(Date) as Date,
          SuspendedState: {
            DynamicScalingInSuspended: false,
            DynamicScalingOutSuspended: false,
            ScheduledScalingSuspended: false,
          },
          ScalableTargetARN,
        },
      ]);
    }
  });

  test('again changes what is given and keeps the rest', async () => {
    const { arn, ...where } = await registered(server, scaling);
    const again = await scaling.send(
      new RegisterScalableTargetCommand({
        ...where,
        MaxCapacity: 9,
        SuspendedState: { DynamicScalingInSuspended: true },
      }),
    );
    expect(again.ScalableTargetARN).toBe(arn);
    expect(await described(where.ResourceId)).toMatchObject([
      { MinCapacity: 1, MaxCapacity: 9, SuspendedState: { DynamicScalingInSuspended: true } },
    ]);
  });

  test.each<[string, Partial<Record<keyof RegisterScalableTargetCommandInput, unknown>>, string]>([
    [
      'another service',
      { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' },
      UNSUPPORTED,
    ],
    ['another dimension', { ScalableDimension: 'ecs:service:DesiredCount' }, UNSUPPORTED],
    ['no qualifier', { ResourceId: 'function:nobody' }, UNSUPPORTED],
    ['$LATEST', { ResourceId: 'function:nobody:$LATEST' }, UNSUPPORTED],
    [
      'nobody',
      { ResourceId: 'function:nobody:1' },
      'Lambda function version or alias does not exist: function:nobody:1',
    ],
    [
      'no bounds',
      { MinCapacity: undefined },
      'Minimum and maximum capacity are required when a scalable target is registered.',
    ],
    ['bounds that cross', { MinCapacity: 6 }, 'Maximum capacity cannot be less than minimum capacity'],
    ['less than nothing', { MinCapacity: -1 }, 'Minimum and maximum capacity must not be less than 0.'],
  ])('refuses %s', async (_what, change, message) => {
    const { FunctionName } = await deployVersion(server.lambda);
    const input = { ...place(FunctionName), MinCapacity: 1, MaxCapacity: 5, ...change };
    const command = new RegisterScalableTargetCommand(input as RegisterScalableTargetCommandInput);
    await expect(scaling.send(command)).rejects.toMatchObject({ name: 'ValidationException', message });
    expect(await described(place(FunctionName).ResourceId)).toEqual([]);
  });
});

describe('DescribeScalableTargets', () => {
  test('makes pages', async () => {
    const ids = [await registered(server, scaling), await registered(server, scaling)].map(
      ({ ResourceId }) => ResourceId,
    );
    const input = { ServiceNamespace: 'lambda', ResourceIds: ids, MaxResults: 1 } as const;
    const first = await scaling.send(new DescribeScalableTargetsCommand(input));
    expect(first.ScalableTargets).toHaveLength(1);
    const second = await scaling.send(
      new DescribeScalableTargetsCommand({ ...input, NextToken: first.NextToken }),
    );
    expect(second.NextToken).toBeUndefined();
    const found = [first, second].flatMap(({ ScalableTargets = [] }) =>
      ScalableTargets.map((each) => each.ResourceId),
    );
    expect(new Set(found)).toEqual(new Set(ids));
    await expect(
      scaling.send(new DescribeScalableTargetsCommand({ ...input, NextToken: 'nothing' })),
    ).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
    await expect(
      scaling.send(new DescribeScalableTargetsCommand({ ...input, MaxResults: 51 })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(
      scaling.send(
        new DescribeScalableTargetsCommand({
          ServiceNamespace: 'lambda',
          ScalableDimension: 'lambda:function:ProvisionedConcurrency',
        }),
      ),
    ).rejects.toMatchObject({
      message: 'If you specify a scalable dimension, you must also specify a resource ID.',
    });
  });
});

describe('DeregisterScalableTarget', () => {
  test('takes policies and scheduled actions along', async () => {
    const { arn, ...where } = await registered(server, scaling, { Tags: { a: '1' } });
    await scaling.send(
      new PutScalingPolicyCommand({
        ...where,
        PolicyName: 'p',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 0.7,
          PredefinedMetricSpecification: { PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' },
        },
      }),
    );
    await scaling.send(
      new PutScheduledActionCommand({
        ...where,
        ScheduledActionName: 'a',
        Schedule: 'rate(1 day)',
        ScalableTargetAction: { MinCapacity: 1 },
      }),
    );
    await scaling.send(new DeregisterScalableTargetCommand(where));
    expect(await described(where.ResourceId)).toEqual([]);
    const rest = { ServiceNamespace: 'lambda', ResourceId: where.ResourceId } as const;
    expect((await scaling.send(new DescribeScalingPoliciesCommand(rest))).ScalingPolicies).toEqual([]);
    expect((await scaling.send(new DescribeScheduledActionsCommand(rest))).ScheduledActions).toEqual([]);
    await expect(scaling.send(new ListTagsForResourceCommand({ ResourceARN: arn }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(scaling.send(new DeregisterScalableTargetCommand(where))).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
      message: `No scalable target registered for service namespace: lambda, resource ID: ${where.ResourceId}, scalable dimension: lambda:function:ProvisionedConcurrency`,
    });
  });
});

describe('tags of a scalable target', () => {
  test('are set, added, overwritten, listed and removed', async () => {
    const { arn: ResourceARN } = await registered(server, scaling, { Tags: { a: '1', b: '2' } });
    const tags = async () => (await scaling.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
    expect(await tags()).toEqual({ a: '1', b: '2' });
    await scaling.send(new TagResourceCommand({ ResourceARN, Tags: { b: '3', c: '4' } }));
    await scaling.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a', 'z'] }));
    expect(await tags()).toEqual({ b: '3', c: '4' });
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, 'v']));
    await expect(scaling.send(new TagResourceCommand({ ResourceARN, Tags: many }))).rejects.toMatchObject({
      name: 'TooManyTagsException',
    });
    const nobody = ResourceARN.replace(/[^/]+$/, 'nobody');
    const lost = { name: 'ResourceNotFoundException' };
    const tagging = new TagResourceCommand({ ResourceARN: nobody, Tags: { a: '1' } });
    await expect(scaling.send(tagging)).rejects.toMatchObject(lost);
    const untagging = new UntagResourceCommand({ ResourceARN: nobody, TagKeys: ['a'] });
    await expect(scaling.send(untagging)).rejects.toMatchObject(lost);
  });

  test('come with the first registration only', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    const again = new RegisterScalableTargetCommand({ ...where, Tags: { a: '1' } });
    await expect(scaling.send(again)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
