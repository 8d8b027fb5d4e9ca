import { randomUUID } from 'node:crypto';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/functions.ts';
import { iamOf, type Keys, makeRole, policyText, settingsFor, trustText } from '../support/identities.ts';
import { bodies, makeQueue, receive, type TestQueue } from '../support/queues.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** `--auth strict`: schedules and rules reach their targets as far as the roles they were given do. */
const ACCOUNT = '123456789012';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };

let server: TestServer;
let iam: IAMClient;
let sqs: SQSClient;
let scheduler: SchedulerClient;
let events: EventBridgeClient;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:${ACCOUNT}` },
  });
  const settings = settingsFor(server.endpoint, ROOT);
  iam = iamOf(server.endpoint, ROOT);
  [sqs, scheduler, events] = [
    new SQSClient(settings),
    new SchedulerClient(settings),
    new EventBridgeClient(settings),
  ];
});
afterAll(async () => {
  for (const client of [iam, sqs, scheduler, events]) client.destroy();
  expect(await server.stop()).toBe(0);
});

const unique = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;
const arnOf = ({ name }: TestQueue): string => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

/** A role that a service may assume. @param queue that it may send to */
async function roleFor(service: string, queue?: TestQueue): Promise<string> {
  const RoleName = unique('role');
  const role = await makeRole(iam, RoleName, trustText({ Service: `${service}.amazonaws.com` }));
  if (queue !== undefined)
    await iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: 'send',
        PolicyDocument: policyText('sqs:SendMessage', arnOf(queue)),
      }),
    );
  return role;
}

/** The keys of a user who may do this and nothing else. */
async function userWith(action: string): Promise<Keys> {
  const UserName = unique('user');
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = policyText(action);
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

async function taken(queue: TestQueue) {
  return await eventually(
    async () => await receive(sqs, queue),
    (messages) => messages.length > 0,
  );
}

async function schedule(
  RoleArn: string,
  queue: TestQueue,
  dead: TestQueue,
  client = scheduler,
): Promise<void> {
  await client.send(
    new CreateScheduleCommand({
      Name: unique('schedule'),
      ScheduleExpression: 'at(2090-01-01T00:00:00)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: arnOf(queue), RoleArn, Input: '"due"', DeadLetterConfig: { Arn: arnOf(dead) } },
    }),
  );
}

test('a schedule is refused a role that Scheduler may not assume, or that its maker may not pass', async () => {
  const [queue, dead] = [await makeQueue(sqs), await makeQueue(sqs)];
  await expect(schedule(await roleFor('lambda', queue), queue, dead)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('must allow AWS EventBridge Scheduler to assume the role'),
  });
  const role = await roleFor('scheduler', queue);
  const theirs = new SchedulerClient(settingsFor(server.endpoint, await userWith('scheduler:*')));
  await expect(schedule(role, queue, dead, theirs)).rejects.toMatchObject({
    message: expect.stringContaining(`iam:PassRole on resource: ${role}`),
  });
  theirs.destroy();
  await schedule(role, queue, dead);
});

test('what a rule sends with a role arrives as far as the role may send it', async () => {
  const Policy = policyText('sqs:SendMessage', '*', { Principal: { Service: 'events.amazonaws.com' } });
  const [queue, forbidden, dead] = [
    await makeQueue(sqs),
    await makeQueue(sqs),
    await makeQueue(sqs, { Policy }),
  ];
  const Rule = unique('rule');
  const RoleArn = await roleFor('events', queue);
  await events.send(new PutRuleCommand({ Name: Rule, EventPattern: `{"source":["${Rule}"]}` }));
  const DeadLetterConfig = { Arn: arnOf(dead) };
  await events.send(
    new PutTargetsCommand({
      Rule,
      Targets: [
        { Id: 'allowed', Arn: arnOf(queue), RoleArn, Input: '"yes"' },
        { Id: 'forbidden', Arn: arnOf(forbidden), RoleArn, Input: '"no"', DeadLetterConfig },
      ],
    }),
  );
  await events.send(new PutEventsCommand({ Entries: [{ Source: Rule, DetailType: 'd', Detail: '{}' }] }));
  expect(bodies(await taken(queue))).toEqual(['"yes"']);
  const [letter] = await taken(dead);
  expect(letter?.MessageAttributes).toMatchObject({
    ERROR_CODE: { StringValue: 'AccessDeniedException' },
    ERROR_MESSAGE: {
      StringValue: expect.stringContaining(`sqs:SendMessage on resource: ${arnOf(forbidden)}`),
    },
  });
  expect(await receive(sqs, forbidden)).toEqual([]);
});

test('targets without a role are reached in their rule’s', async () => {
  const queue = await makeQueue(sqs);
  const Rule = unique('rule');
  const RoleArn = await roleFor('events', queue);
  const EventPattern = `{"source":["${Rule}"]}`;
  await events.send(new PutRuleCommand({ Name: Rule, EventPattern, RoleArn }));
  const Targets = [{ Id: 't', Arn: arnOf(queue), Input: '"yes"' }];
  await events.send(new PutTargetsCommand({ Rule, Targets }));
  await events.send(new PutEventsCommand({ Entries: [{ Source: Rule, DetailType: 'd', Detail: '{}' }] }));
  expect(bodies(await taken(queue))).toEqual(['"yes"']);
});

test('a rule and its targets are refused a role that EventBridge may not assume, or that its maker may not pass', async () => {
  const queue = await makeQueue(sqs);
  const [Rule, EventPattern] = [unique('rule'), '{"source":["s"]}'];
  await events.send(new PutRuleCommand({ Name: Rule, EventPattern }));
  const ways: readonly ((RoleArn: string, client?: EventBridgeClient) => Promise<unknown>)[] = [
    async (RoleArn, client = events) =>
      await client.send(new PutRuleCommand({ Name: Rule, EventPattern, RoleArn })),
    async (RoleArn, client = events) =>
      await client.send(new PutTargetsCommand({ Rule, Targets: [{ Id: 't', Arn: arnOf(queue), RoleArn }] })),
  ];
  const wrong = await roleFor('scheduler', queue);
  for (const put of ways)
    await expect(put(wrong)).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Provided role '${wrong}' cannot be assumed by principal 'events.amazonaws.com'.`,
    });
  const right = await roleFor('events', queue);
  const theirs = new EventBridgeClient(settingsFor(server.endpoint, await userWith('events:*')));
  for (const put of ways)
    await expect(put(right, theirs)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`iam:PassRole on resource: ${right}`),
    });
  theirs.destroy();
  for (const put of ways) await put(right);
});
