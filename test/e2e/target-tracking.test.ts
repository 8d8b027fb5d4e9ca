import {
  type ApplicationAutoScalingClient,
  DescribeScalingActivitiesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { GetProvisionedConcurrencyConfigCommand, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beside } from '../support/beside.ts';
import { autoscalingClient, place } from '../support/autoscaling.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { LoopbackGate } from '../support/loopback-gate.ts';
import { provision } from '../support/provisioned.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let gate: LoopbackGate;
let scaling: ApplicationAutoScalingClient;

beforeAll(async () => {
  server = await startServer({ flags: ['--isolation', 'process'] });
  gate = await LoopbackGate.listen();
  scaling = autoscalingClient(server.endpoint);
});

afterAll(async () => {
  scaling.destroy();
  await gate.close();
  expect(await server.stop()).toBe(0);
});

async function aMinuteLater(): Promise<void> {
  const body = new URLSearchParams({ advanceMs: '60000' });
  await fetch(`${server.endpoint}/_lambent/clock`, { method: 'POST', body });
}

test('what is provisioned follows what is in use: up within minutes, down slowly, and not without traffic', async () => {
  await deploy(server.lambda, 'tracked', { 'index.js': gate.handler('1') }, { Timeout: 300 });
  await server.lambda.send(new PublishVersionCommand({ FunctionName: 'tracked' }));
  await provision(server.lambda, 'tracked', '1', 3);
  const where = place('tracked', '1');
  await scaling.send(new RegisterScalableTargetCommand({ ...where, MinCapacity: 1, MaxCapacity: 5 }));
  await scaling.send(
    new PutScalingPolicyCommand({
      ...where,
      PolicyName: 'half',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 0.5,
        PredefinedMetricSpecification: { PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' },
      },
    }),
  );
  const requested = async (): Promise<number | undefined> => {
    const get = new GetProvisionedConcurrencyConfigCommand({ FunctionName: 'tracked', Qualifier: '1' });
    return (await server.lambda.send(get)).RequestedProvisionedConcurrentExecutions;
  };
  for (let minute = 0; minute < 20; minute += 1) await aMinuteLater();
  expect(await requested()).toBe(3);

  gate.shut();
  const busy = Promise.all(
    [1, 2, 3].map(async () => await invoke(server.lambda, 'tracked', {}, { Qualifier: '1' })),
  );
  await beside(busy, async () => {
    await gate.untilInside(3);
    // Twice as many would be half in use, but five are the most.
    await eventually(
      async () => {
        await aMinuteLater();
        return await requested();
      },
      (units) => units === 5,
      60_000,
    );
  });
  gate.open();
  await busy;

  await eventually(
    async () => {
      await invoke(server.lambda, 'tracked', {}, { Qualifier: '1' });
      await aMinuteLater();
      return await requested();
    },
    (units) => units === 4,
    60_000,
  );
  const { ScalingActivities = [] } = await scaling.send(
    new DescribeScalingActivitiesCommand({ ServiceNamespace: 'lambda', ResourceId: where.ResourceId }),
  );
  expect(ScalingActivities.map(({ Description }) => Description)).toEqual([
    'Setting desired concurrency to 4.',
    'Setting desired concurrency to 5.',
  ]);
  expect(ScalingActivities.at(-1)).toMatchObject({
    StatusCode: 'Successful',
    Cause: expect.stringMatching(
      /^monitor alarm TargetTracking-function:tracked:1-AlarmHigh-[\da-f-]{36} in state ALARM triggered policy half$/,
    ) as string,
  });
}, 180_000);
