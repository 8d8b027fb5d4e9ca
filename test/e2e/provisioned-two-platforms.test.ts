import {
  type ApplicationAutoScalingClient,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  ListAliasesCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { autoscalingClient, type Place, place, registered } from '../support/autoscaling.ts';
import { deploy, eventually, untilUpdated } from '../support/functions.ts';
import { meetingAt } from '../support/held-rows.ts';
import { ECHO } from '../support/lambda-requests.ts';
import { deployVersion } from '../support/provisioned.ts';
import { PATIENT, type Platforms, sharedPostgres, startPlatforms } from '../support/platforms.ts';

const shared = sharedPostgres();
const TARGETS = `select configuration from autoscaling_definitions where kind = 'target' for update`;

describe.skipIf(shared === undefined)('two platforms that provision the same function', PATIENT, () => {
  let platforms: Platforms;
  let scaling: Record<'one' | 'two', ApplicationAutoScalingClient>;

  beforeAll(async () => {
    platforms = await startPlatforms(shared ?? '');
    scaling = {
      one: autoscalingClient(platforms.one.endpoint),
      two: autoscalingClient(platforms.two.endpoint),
    };
  });

  afterAll(async () => {
    scaling.one.destroy();
    scaling.two.destroy();
    await platforms.remove();
  });

  test('never claim the environments of a version for it and for an alias that moves to it', async () => {
    const { lambda } = platforms.one;
    const { two } = platforms;
    const FunctionName = 'moving';
    await deploy(lambda, FunctionName, { 'index.js': ECHO });
    for (const Timeout of [11, 12]) {
      await lambda.send(new PublishVersionCommand({ FunctionName }));
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout }));
      await untilUpdated(lambda, FunctionName);
    }
    const provisioned = (Qualifier: string): PutProvisionedConcurrencyConfigCommand =>
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName,
        Qualifier,
        ProvisionedConcurrentExecutions: 1,
      });
    for (let round = 0; round < 4; round += 1) {
      const alias = { FunctionName, Name: `moving-${round}` };
      await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
      // Now the version comes second, now the alias.
      const [first = '', second = ''] = round % 2 === 0 ? [alias.Name, '2'] : ['2', alias.Name];
      await lambda.send(provisioned(first));
      const rivals = [
        async (): Promise<unknown> => await lambda.send(provisioned(second)),
        async (): Promise<unknown> =>
          await two.lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2' })),
      ];
      const lock = 'lock table lambda_provisioned_concurrency in access exclusive mode';
      const ends = await meetingAt(platforms, lock, round < 2 ? rivals : rivals.toReversed());
      expect(ends.map((end) => (end.status === 'rejected' ? (end.reason as Error).name : ''))).toEqual([
        '',
        'ResourceConflictException',
      ]);
      expect(await claimedTwice(platforms, FunctionName)).toEqual([]);
      await lambda.send(new DeleteAliasCommand(alias));
      await lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: '2' }));
    }
  });

  test('keep both when one of them changes the least and the other the most of a target', async () => {
    const { arn: _, ...where } = await registered(platforms.one, scaling.one);
    await meetingAt(platforms, TARGETS, [
      async () => await scaling.one.send(new RegisterScalableTargetCommand({ ...where, MinCapacity: 0 })),
      async () => await scaling.two.send(new RegisterScalableTargetCommand({ ...where, MaxCapacity: 9 })),
    ]);
    expect(await bounds(scaling.two, where)).toEqual([0, 9]);
  });

  test('answer two first registrations with one target, which has what both of them say', async () => {
    const { FunctionName } = await deployVersion(platforms.one.lambda);
    const where = { ...place(FunctionName), MinCapacity: 1, MaxCapacity: 9 };
    const lock = 'lock table autoscaling_definitions in access exclusive mode';
    const SuspendedState = { DynamicScalingInSuspended: true };
    const ends = await meetingAt(platforms, lock, [
      async () => await scaling.one.send(new RegisterScalableTargetCommand(where)),
      async () => await scaling.two.send(new RegisterScalableTargetCommand({ ...where, SuspendedState })),
    ]);
    const arns = ends.map((end) => (end.status === 'fulfilled' ? end.value.ScalableTargetARN : end.reason));
    expect(arns[0]).toMatch(/^arn:/);
    expect(arns[0]).toBe(arns[1]);
    const { ScalableTargets = [] } = await scaling.two.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda', ResourceIds: [where.ResourceId] }),
    );
    // Whichever came second, it changed only what it says.
    expect(ScalableTargets).toMatchObject([{ MinCapacity: 1, MaxCapacity: 9, SuspendedState }]);
  });

  test('run a scheduled action once that is due on both', async () => {
    const { arn: _, ...where } = await registered(platforms.one, scaling.one, { MinCapacity: 0 });
    await scaling.one.send(
      new PutScheduledActionCommand({
        ...where,
        ScheduledActionName: 'once',
        Schedule: 'rate(1 hour)',
        ScalableTargetAction: { MinCapacity: 1 },
      }),
    );
    await meetingAt<unknown>(platforms, TARGETS, [
      async () => await anHourLater(platforms.one.endpoint),
      async () => await anHourLater(platforms.two.endpoint),
    ]);
    const changes = async (): Promise<unknown[]> => {
      const { ServiceNamespace, ResourceId } = where;
      const command = new DescribeScalingActivitiesCommand({ ServiceNamespace, ResourceId });
      const { ScalingActivities = [] } = await scaling.one.send(command);
      return ScalingActivities.filter(({ Description }) => Description?.startsWith('Setting desired'));
    };
    await eventually(changes, ({ length }) => length > 0);
    // Whatever either would still do has been done then.
    for (const { endpoint } of [platforms.one, platforms.two]) await anHourLater(endpoint);
    expect(await changes()).toHaveLength(1);
  });

  test('leave nothing of a target that is deregistered while policies and actions are put', async () => {
    const { arn: _, ...where } = await registered(platforms.one, scaling.one);
    const policy = new PutScalingPolicyCommand({
      ...where,
      PolicyName: 'half',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 0.5,
        PredefinedMetricSpecification: { PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' },
      },
    });
    const action = new PutScheduledActionCommand({
      ...where,
      ScheduledActionName: 'daily',
      Schedule: 'rate(1 day)',
      ScalableTargetAction: { MinCapacity: 1 },
    });
    const register = new RegisterScalableTargetCommand({ ...where, MinCapacity: 1, MaxCapacity: 5 });
    for (const put of [
      async () => await scaling.two.send(policy),
      async () => await scaling.two.send(action),
    ]) {
      const ends = await meetingAt<unknown>(platforms, TARGETS, [
        async () => await scaling.one.send(new DeregisterScalableTargetCommand(where)),
        put,
      ]);
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      await scaling.one.send(register);
      const policies = await scaling.one.send(new DescribeScalingPoliciesCommand(where));
      const actions = await scaling.one.send(new DescribeScheduledActionsCommand(where));
      expect([policies.ScalingPolicies, actions.ScheduledActions]).toEqual([[], []]);
    }
  });

  test('keep what is changed of a target while a scheduled action changes the rest', async () => {
    const { arn: _, ...where } = await registered(platforms.one, scaling.one, { MinCapacity: 0 });
    const ScheduledActionName = 'soon';
    await scaling.one.send(
      new PutScheduledActionCommand({
        ...where,
        ScheduledActionName,
        Schedule: 'rate(1 hour)',
        ScalableTargetAction: { MinCapacity: 1 },
      }),
    );
    await meetingAt<unknown>(platforms, TARGETS, [
      async () => await scaling.two.send(new RegisterScalableTargetCommand({ ...where, MaxCapacity: 9 })),
      async () => await anHourLater(platforms.one.endpoint),
    ]);
    await eventually(
      async () => await bounds(scaling.one, where),
      ([min]) => min === 1,
    );
    expect(await bounds(scaling.one, where)).toEqual([1, 9]);
    await scaling.one.send(new DeleteScheduledActionCommand({ ...where, ScheduledActionName }));
  });
});

async function anHourLater(endpoint: string): Promise<void> {
  const body = new URLSearchParams({ advanceMs: '3600000' });
  await fetch(`${endpoint}/_lambent/clock`, { method: 'POST', body });
}

async function bounds(
  client: ApplicationAutoScalingClient,
  { ResourceId }: Place,
): Promise<(number | undefined)[]> {
  const command = new DescribeScalableTargetsCommand({
    ServiceNamespace: 'lambda',
    ResourceIds: [ResourceId],
  });
  const [target] = (await client.send(command)).ScalableTargets ?? [];
  return [target?.MinCapacity, target?.MaxCapacity];
}

/** The provisioned aliases that lead to a provisioned version. */
async function claimedTwice({ two }: Platforms, FunctionName: string): Promise<unknown[]> {
  const listed = await two.lambda.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName }));
  const provisioned = new Set(
    listed.ProvisionedConcurrencyConfigs?.map(({ FunctionArn }) => FunctionArn?.split(':').at(-1)),
  );
  const { Aliases = [] } = await two.lambda.send(new ListAliasesCommand({ FunctionName }));
  return Aliases.filter(
    ({ Name, FunctionVersion }) => provisioned.has(Name) && provisioned.has(FunctionVersion),
  );
}
