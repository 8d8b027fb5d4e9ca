import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CreateAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { place } from '../support/autoscaling.ts';
import { deploy } from '../support/functions.ts';
import { allBut, makeRole, policyText, userWith } from '../support/identities.ts';
import { ACCOUNT, ROOT, StrictServer } from '../support/strict-server.ts';
import { publish } from '../support/versions.ts';

/** `--auth strict`: who may scale what is said by target and by kind of target. */
const ANY_TARGET = `arn:aws:application-autoscaling:us-east-1:${ACCOUNT}:scalable-target/*`;
const DENIED = { name: 'AccessDeniedException' };

let strict: StrictServer;
const targets: { where: ReturnType<typeof place>; arn: string }[] = [];

const toRegister = (where: ReturnType<typeof place>) =>
  new RegisterScalableTargetCommand({ ...where, MinCapacity: 0, MaxCapacity: 1 });

beforeAll(async () => {
  strict = await StrictServer.start();
  const root = strict.as(LambdaClient, ROOT);
  await deploy(
    root,
    'f',
    { 'index.js': 'exports.handler = async () => 1;' },
    { Role: await makeRole(strict.iam, 'r') },
  );
  await publish(root, { FunctionName: 'f' });
  const scaling = strict.as(ApplicationAutoScalingClient, ROOT);
  for (const Name of ['one', 'other']) {
    await root.send(new CreateAliasCommand({ FunctionName: 'f', Name, FunctionVersion: '1' }));
    const where = place('f', Name);
    targets.push({ where, arn: (await scaling.send(toRegister(where))).ScalableTargetARN ?? '' });
  }
});

afterAll(async () => {
  expect(await strict.stop()).toBe(0);
});

/** Of a new user with this policy. */
async function scalingWith(policy: string): Promise<ApplicationAutoScalingClient> {
  const { keys } = await userWith(strict.iam, policy);
  return strict.as(ApplicationAutoScalingClient, keys);
}

const scheduled = (where: ReturnType<typeof place>) =>
  new PutScheduledActionCommand({
    ...where,
    ScheduledActionName: 'later',
    Schedule: 'rate(1 day)',
    ScalableTargetAction: { MinCapacity: 0 },
  });

test('a policy names one target, or all, and lists are about none', async () => {
  const [one, other] = targets;
  if (one === undefined || other === undefined) throw new Error('There are two targets.');
  const ofOne = await scalingWith(policyText('*', one.arn));
  await ofOne.send(scheduled(one.where));
  await ofOne.send(new TagResourceCommand({ ResourceARN: one.arn, Tags: { a: 'b' } }));
  await expect(ofOne.send(scheduled(other.where))).rejects.toMatchObject({
    ...DENIED,
    message: expect.stringContaining(`on resource: ${other.arn} because no identity-based policy allows`),
  });
  await expect(
    ofOne.send(new TagResourceCommand({ ResourceARN: other.arn, Tags: { a: 'b' } })),
  ).rejects.toMatchObject(DENIED);
  const list = new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda' });
  await expect(ofOne.send(list)).rejects.toMatchObject(DENIED);
  const notOther = await scalingWith(allBut({ Resource: other.arn }));
  await notOther.send(scheduled(one.where));
  await expect(notOther.send(scheduled(other.where))).rejects.toMatchObject(DENIED);
  const ofAll = await scalingWith(policyText('*', ANY_TARGET));
  await ofAll.send(scheduled(other.where));
  // What is not registered yet is one of all.
  await ofAll.send(toRegister(place('f', '1')));
});

test('a condition asks for the kind of target', async () => {
  const [target] = targets;
  if (target === undefined) throw new Error('There are two targets.');
  const key = (name: string, value: string): object => ({
    Condition: { StringEquals: { [`application-autoscaling:${name}`]: value } },
  });
  const lambdas = await scalingWith(policyText('*', '*', key('service-namespace', 'lambda')));
  await lambdas.send(scheduled(target.where));
  const tables = await scalingWith(policyText('*', '*', key('service-namespace', 'dynamodb')));
  await expect(tables.send(scheduled(target.where))).rejects.toMatchObject(DENIED);
  const { ScalableDimension } = target.where;
  const denied = await scalingWith(allBut(key('scalable-dimension', ScalableDimension)));
  await expect(denied.send(scheduled(target.where))).rejects.toMatchObject(DENIED);
  await denied.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda' }));
});
