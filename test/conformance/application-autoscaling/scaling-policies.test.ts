import {
  type ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  type DescribeScalingPoliciesCommandInput,
  PutScalingPolicyCommand,
  type PutScalingPolicyCommandInput,
  RegisterScalableTargetCommand,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { GetProvisionedConcurrencyConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { autoscalingClient, place, type Place, registered } from '../../support/autoscaling.ts';
import { eventually } from '../../support/functions.ts';
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

const TRACKING: TargetTrackingScalingPolicyConfiguration = {
  TargetValue: 0.7,
  PredefinedMetricSpecification: { PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' },
};

function policy(where: Place, change: Partial<PutScalingPolicyCommandInput> = {}): PutScalingPolicyCommand {
  return new PutScalingPolicyCommand({
    ...where,
    PolicyName: 'busy',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: TRACKING,
    ...change,
  });
}

async function described({ ResourceId }: Place) {
  const command = new DescribeScalingPoliciesCommand({ ServiceNamespace: 'lambda', ResourceId });
  return (await scaling.send(command)).ScalingPolicies ?? [];
}

describe('PutScalingPolicy', () => {
  test('makes a policy with its two alarms, and puts another in its place', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    const { PolicyARN, Alarms = [] } = await scaling.send(policy(where));
    const [, id = ''] = /scalingPolicy:([\da-f-]{36}):/.exec(PolicyARN ?? '') ?? [];
    expect(PolicyARN).toBe(
      `arn:aws:autoscaling:us-east-1:000000000000:scalingPolicy:${id}:resource/lambda/${where.ResourceId}:policyName/busy`,
    );
    expect(Alarms.map(({ AlarmName }) => AlarmName)).toEqual(
      ['AlarmHigh', 'AlarmLow'].map((kind) => `TargetTracking-${where.ResourceId}-${kind}-${id}`),
    );
    const changed = {
      ...TRACKING,
      TargetValue: 0.5,
      ScaleInCooldown: 60,
      ScaleOutCooldown: 0,
      DisableScaleIn: true,
    };
    const again = await scaling.send(policy(where, { TargetTrackingScalingPolicyConfiguration: changed }));
    expect(again.PolicyARN).toBe(PolicyARN);
    expect(again.Alarms).toHaveLength(1);
    expect(await described(where)).toEqual([
      {
        ...where,
        PolicyARN,
        PolicyName: 'busy',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: changed,
        Alarms: again.Alarms,
        CreationTime: expect.any(Date) as Date,
      },
    ]);
  });

  test('brings what is provisioned within the bounds of its target', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling, { MinCapacity: 2 });
    await scaling.send(policy(where));
    const [, FunctionName = ''] = where.ResourceId.split(':');
    const get = new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: 'live' });
    await eventually(
      async () => await server.lambda.send(get).catch(() => undefined),
      (found) => found?.Status === 'READY' && found.RequestedProvisionedConcurrentExecutions === 2,
      30_000,
    );
    const activities = new DescribeScalingActivitiesCommand({
      ServiceNamespace: 'lambda',
      ResourceId: where.ResourceId,
    });
    const { ScalingActivities } = await eventually(
      async () => await scaling.send(activities),
      ({ ScalingActivities: found = [] }) => found[0]?.StatusCode === 'Successful',
    );
    expect(ScalingActivities).toEqual([
      {
        ...where,
        ActivityId: expect.any(String) as string,
        Description: 'Setting desired concurrency to 2.',
        Cause: 'minimum capacity was set to 2',
        StartTime: expect.any(Date) as Date,
        EndTime: expect.any(Date) as Date,
        StatusCode: 'Successful',
        StatusMessage: 'Successfully set desired concurrency to 2. Change successfully fulfilled by lambda.',
      },
    ]);
  });

  test('that asks for more than there is fails as an activity, and changes nothing', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling, {
      MinCapacity: 5000,
      MaxCapacity: 5000,
    });
    await scaling.send(policy(where));
    const activities = new DescribeScalingActivitiesCommand({
      ServiceNamespace: 'lambda',
      ResourceId: where.ResourceId,
    });
    const { ScalingActivities: [activity] = [] } = await eventually(
      async () => await scaling.send(activities),
      ({ ScalingActivities = [] }) => ScalingActivities.length > 0,
      30_000,
    );
    expect(activity).toMatchObject({
      StatusCode: 'Failed',
      Description: 'Setting desired concurrency to 5000.',
    });
    expect(activity?.StatusMessage).toContain("greater than account's unreserved concurrency");
    await scaling.send(new DeleteScalingPolicyCommand({ ...where, PolicyName: 'busy' }));
  });

  test.each<[string, Partial<PutScalingPolicyCommandInput>]>([
    ['step scaling', { PolicyType: 'StepScaling', StepScalingPolicyConfiguration: {} }],
    ['no kind, which means step scaling', { PolicyType: undefined }],
    ['a configuration of another kind', { StepScalingPolicyConfiguration: {} }],
    ['no configuration', { TargetTrackingScalingPolicyConfiguration: undefined }],
    ['no metric', { TargetTrackingScalingPolicyConfiguration: { TargetValue: 0.5 } }],
    [
      'a metric of one’s own',
      { TargetTrackingScalingPolicyConfiguration: { TargetValue: 0.5, CustomizedMetricSpecification: {} } },
    ],
    [
      'another metric',
      {
        TargetTrackingScalingPolicyConfiguration: {
          ...TRACKING,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        },
      },
    ],
    [
      'a label',
      {
        TargetTrackingScalingPolicyConfiguration: {
          ...TRACKING,
          PredefinedMetricSpecification: {
            PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization',
            ResourceLabel: 'x',
          },
        },
      },
    ],
    ['too low a target', { TargetTrackingScalingPolicyConfiguration: { ...TRACKING, TargetValue: 0.09 } }],
    ['too high a target', { TargetTrackingScalingPolicyConfiguration: { ...TRACKING, TargetValue: 70 } }],
    [
      'a negative cooldown',
      { TargetTrackingScalingPolicyConfiguration: { ...TRACKING, ScaleInCooldown: -1 } },
    ],
  ])('refuses %s', async (_what, change) => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    await expect(scaling.send(policy(where, change))).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await described(where)).toEqual([]);
  });

  test('says that Lambda has no step scaling', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    for (const PolicyType of ['StepScaling', undefined, 'PredictiveScaling'] as const) {
      await expect(scaling.send(policy(where, { PolicyType }))).rejects.toMatchObject({
        message: `PolicyType ${PolicyType ?? 'StepScaling'} is not supported for service namespace lambda.`,
      });
    }
  });

  test('needs a target', async () => {
    await expect(scaling.send(policy(place('nobody')))).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
    });
  });
});

describe('DescribeScalingPolicies', () => {
  test('finds by name, in pages', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    for (const PolicyName of ['a', 'b', 'c']) await scaling.send(policy(where, { PolicyName }));
    const input = {
      ServiceNamespace: 'lambda',
      ResourceId: where.ResourceId,
      PolicyNames: ['c', 'a'],
      MaxResults: 1,
    } satisfies DescribeScalingPoliciesCommandInput;
    const first = await scaling.send(new DescribeScalingPoliciesCommand(input));
    const second = await scaling.send(
      new DescribeScalingPoliciesCommand({ ...input, NextToken: first.NextToken }),
    );
    expect([first, second].map(({ ScalingPolicies }) => ScalingPolicies?.[0]?.PolicyName)).toEqual([
      'a',
      'c',
    ]);
    expect(second.NextToken).toBeUndefined();
  });

  test('goes on behind a page whose policies were deleted meanwhile', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    for (const PolicyName of ['a', 'b', 'c']) await scaling.send(policy(where, { PolicyName }));
    const input = { ServiceNamespace: 'lambda', ResourceId: where.ResourceId, MaxResults: 1 } as const;
    for (const PolicyName of ['a', 'b']) {
      const before = await scaling.send(new DescribeScalingPoliciesCommand(input));
      expect(before.ScalingPolicies).toMatchObject([{ PolicyName }]);
      await scaling.send(new DeleteScalingPolicyCommand({ ...where, PolicyName }));
      const { NextToken } = before;
      const after = await scaling.send(new DescribeScalingPoliciesCommand({ ...input, NextToken }));
      expect(after.ScalingPolicies).toMatchObject([{ PolicyName: PolicyName === 'a' ? 'b' : 'c' }]);
    }
  });
});

describe('DeleteScalingPolicy', () => {
  test('deletes, and says when there is nothing to delete', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    await scaling.send(policy(where));
    const command = new DeleteScalingPolicyCommand({ ...where, PolicyName: 'busy' });
    await scaling.send(command);
    expect(await described(where)).toEqual([]);
    await expect(scaling.send(command)).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  });
});

describe('a suspended target', () => {
  test('is not scaled out', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling, {
      SuspendedState: { DynamicScalingOutSuspended: true },
    });
    await scaling.send(policy(where));
    await scaling.send(
      new RegisterScalableTargetCommand({ ...where, SuspendedState: { DynamicScalingOutSuspended: false } }),
    );
    const activities = new DescribeScalingActivitiesCommand({
      ServiceNamespace: 'lambda',
      ResourceId: where.ResourceId,
    });
    const found = await eventually(
      async () => {
        await fetch(`${server.endpoint}/_lambent/clock`, {
          method: 'POST',
          body: new URLSearchParams({ advanceMs: '60000' }),
        });
        return await scaling.send(activities);
      },
      ({ ScalingActivities = [] }) => ScalingActivities.length > 0,
      30_000,
    );
    expect(found.ScalingActivities).toHaveLength(1);
  });
});
