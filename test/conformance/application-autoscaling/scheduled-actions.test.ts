import {
  type ApplicationAutoScalingClient,
  DeleteScheduledActionCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  type PutScheduledActionCommandInput,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DeleteProvisionedConcurrencyConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { autoscalingClient, place, type Place, registered } from '../../support/autoscaling.ts';
import { eventually } from '../../support/functions.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let scaling: ApplicationAutoScalingClient;
let aheadMs = 0;

beforeAll(async () => {
  server = await startServer();
  scaling = autoscalingClient(server.endpoint);
});

afterAll(async () => {
  scaling.destroy();
  await server.stop();
});

async function advance(ms: number): Promise<void> {
  aheadMs += ms;
  const body = new URLSearchParams({ advanceMs: String(ms) });
  expect((await fetch(`${server.endpoint}/_lambent/clock`, { method: 'POST', body })).status).toBe(200);
}

/** Platform time from now on, as an at expression has it. */
function later(ms: number): string {
  return new Date(Date.now() + aheadMs + ms).toISOString().slice(0, 19);
}

function action(where: Place, change: Partial<PutScheduledActionCommandInput>): PutScheduledActionCommand {
  return new PutScheduledActionCommand({
    ...where,
    ScheduledActionName: 'often',
    Schedule: 'rate(1 hour)',
    ScalableTargetAction: { MinCapacity: 1 },
    ...change,
  });
}

async function described({ ResourceId }: Place) {
  const command = new DescribeScheduledActionsCommand({ ServiceNamespace: 'lambda', ResourceId });
  return (await scaling.send(command)).ScheduledActions ?? [];
}

async function untilRequested({ ResourceId }: Place, units: number | undefined): Promise<void> {
  const [, FunctionName = '', Qualifier = ''] = ResourceId.split(':');
  const get = new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier });
  await eventually(
    async () => {
      const found = await server.lambda.send(get).catch(() => undefined);
      return found?.Status === 'IN_PROGRESS' ? -1 : found?.RequestedProvisionedConcurrentExecutions;
    },
    (found) => found === units,
    30_000,
  );
}

describe('PutScheduledAction', () => {
  test('runs at its time: sets the bounds of the target, and what is provisioned follows', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling, { MinCapacity: 0 });
    await scaling.send(
      action(where, {
        ScheduledActionName: 'open',
        Schedule: `at(${later(3_600_000)})`,
        ScalableTargetAction: { MinCapacity: 2, MaxCapacity: 8 },
      }),
    );
    await scaling.send(
      action(where, {
        ScheduledActionName: 'close',
        Schedule: `at(${later(7_200_000)})`,
        ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 0 },
      }),
    );
    await advance(3_000_000);
    await untilRequested(where, undefined);
    await advance(700_000);
    await untilRequested(where, 2);
    const { ScalableTargets } = await scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda', ResourceIds: [where.ResourceId] }),
    );
    expect(ScalableTargets).toMatchObject([{ MinCapacity: 2, MaxCapacity: 8 }]);
    await advance(3_600_000);
    await untilRequested(where, undefined);
    const activities = await eventually(
      async () =>
        await scaling.send(
          new DescribeScalingActivitiesCommand({ ServiceNamespace: 'lambda', ResourceId: where.ResourceId }),
        ),
      ({ ScalingActivities = [] }) =>
        ScalingActivities.filter(({ StatusCode }) => StatusCode === 'Successful').length === 4,
      30_000,
    );
    expect(activities.ScalingActivities).toMatchObject([
      {
        Description: 'Setting desired concurrency to 0.',
        Cause: 'maximum capacity was set to 0',
        StatusCode: 'Successful',
      },
      {
        Description: 'Setting min capacity to 0 and max capacity to 0',
        Cause: 'scheduled action name close was triggered',
        StatusMessage: 'Successfully set min capacity to 0 and max capacity to 0',
        StatusCode: 'Successful',
      },
      { Cause: 'minimum capacity was set to 2', StatusCode: 'Successful' },
      { Description: 'Setting min capacity to 2 and max capacity to 8', StatusCode: 'Successful' },
    ]);
    expect(activities.ScalingActivities?.[1]).not.toHaveProperty('EndTime');
  });

  test('fails, and says so, where its bound and the one there is contradict each other', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling, { MinCapacity: 0, MaxCapacity: 2 });
    const Schedule = `at(${later(60_000)})`;
    await scaling.send(action(where, { Schedule, ScalableTargetAction: { MinCapacity: 3 } }));
    await advance(70_000);
    const find = new DescribeScalingActivitiesCommand({
      ServiceNamespace: 'lambda',
      ResourceId: where.ResourceId,
    });
    const found = await eventually(
      async () => await scaling.send(find),
      ({ ScalingActivities = [] }) => ScalingActivities.length > 0,
      30_000,
    );
    expect(found.ScalingActivities).toMatchObject([
      {
        Description: 'Setting min capacity to 3',
        Cause: 'scheduled action name often was triggered',
        StatusCode: 'Failed',
        StatusMessage:
          'Failed to set min capacity to 3. Reason: Maximum capacity cannot be less than minimum capacity',
      },
    ]);
    const { ScalableTargets } = await scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda', ResourceIds: [where.ResourceId] }),
    );
    expect(ScalableTargets).toMatchObject([{ MinCapacity: 0, MaxCapacity: 2 }]);
  });

  test('repeats, until its end', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling, { MinCapacity: 0, MaxCapacity: 1 });
    const often = { Schedule: 'rate(1 hour)', EndTime: new Date(Date.now() + aheadMs + 9_000_000) };
    const [, FunctionName = '', Qualifier = ''] = where.ResourceId.split(':');
    await scaling.send(action(where, often));
    for (let hour = 0; hour < 2; hour += 1) {
      await advance(3_600_000);
      await untilRequested(where, 1);
      await server.lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
    }
    // Past its end another action, in the same hour, is all that runs.
    await advance(3_590_000);
    await scaling.send(
      action(where, {
        ScheduledActionName: 'once',
        Schedule: `at(${later(60_000)})`,
        ScalableTargetAction: { MaxCapacity: 7 },
      }),
    );
    await advance(70_000);
    await eventually(
      async () =>
        await scaling.send(
          new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda', ResourceIds: [where.ResourceId] }),
        ),
      ({ ScalableTargets = [] }) => ScalableTargets[0]?.MaxCapacity === 7,
      30_000,
    );
    const { ScalingActivities } = await scaling.send(
      new DescribeScalingActivitiesCommand({ ServiceNamespace: 'lambda', ResourceId: where.ResourceId }),
    );
    expect(ScalingActivities?.filter(({ Cause }) => Cause?.includes(' often '))).toHaveLength(2);
  });

  test('shows what it was given, and keeps all but start and end when they are not given again', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    const given = { Schedule: 'cron(0 8 ? * MON-FRI *)', Timezone: 'Europe/Berlin' };
    const when = { StartTime: new Date('2030-01-01T00:00:00Z'), EndTime: new Date('2031-01-01T00:00:00Z') };
    await scaling.send(action(where, { ...given, ...when }));
    expect(await described(where)).toMatchObject([{ ...given, ...when }]);
    await scaling.send(action(where, { Schedule: undefined, ScalableTargetAction: { MaxCapacity: 4 } }));
    const [found] = await described(where);
    expect(found).toEqual({
      ...where,
      ...given,
      ScheduledActionName: 'often',
      ScheduledActionARN: expect.stringMatching(
        `^arn:aws:autoscaling:us-east-1:000000000000:scheduledAction:[0-9a-f-]{36}:resource/lambda/${where.ResourceId}:scheduledActionName/often$`,
      ) as string,
      ScalableTargetAction: { MinCapacity: 1, MaxCapacity: 4 },
      CreationTime: expect.any(Date) as Date,
    });
  });

  test.each<[string, Partial<PutScheduledActionCommandInput>]>([
    ['no schedule', { Schedule: undefined }],
    ['what is no schedule', { Schedule: 'every hour' }],
    ['a cron expression of five fields', { Schedule: 'cron(0 8 * * ?)' }],
    ['a time that has passed', { Schedule: 'at(2020-01-01T00:00:00)' }],
    ['a time zone that is none', { Schedule: 'cron(0 8 * * ? *)', Timezone: 'Mars/Olympus' }],
    ['a time zone for a rate', { Timezone: 'UTC' }],
    [
      'an end before the start',
      { StartTime: new Date(2_000_000_000_000), EndTime: new Date(1_900_000_000_000) },
    ],
    ['nothing to do', { ScalableTargetAction: {} }],
    ['no action', { ScalableTargetAction: undefined }],
    ['bounds that cross', { ScalableTargetAction: { MinCapacity: 5, MaxCapacity: 4 } }],
    ['a name with a slash', { ScheduledActionName: 'a/b' }],
  ])('refuses %s', async (_what, change) => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    await expect(scaling.send(action(where, change))).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await described(where)).toEqual([]);
  });

  test('needs a target', async () => {
    await expect(scaling.send(action(place('nobody'), {}))).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
    });
  });
});

describe('DeleteScheduledAction', () => {
  test('deletes, and says when there is nothing to delete', async () => {
    const { arn: _arn, ...where } = await registered(server, scaling);
    await scaling.send(action(where, {}));
    const command = new DeleteScheduledActionCommand({ ...where, ScheduledActionName: 'often' });
    await scaling.send(command);
    expect(await described(where)).toEqual([]);
    await expect(scaling.send(command)).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  });
});
