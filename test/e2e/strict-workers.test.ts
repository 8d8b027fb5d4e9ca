import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  type IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AddPermissionCommand, LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, invoke } from '../support/functions.ts';
import { iamOf, type Keys, makeRole, policyText, settingsFor } from '../support/identities.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { health, untilWorkers } from '../support/workers.ts';

/** Who may invoke is the same question in workers, which have their own copy of all policies. */
const ACCOUNT = '123456789012';
const OTHER = '210987654321';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const STRANGER: Keys = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'other-secret' };
const WORKERS = 2;

let server: TestServer;
let root: LambdaClient;
let iam: IAMClient;
const FunctionName = uniqueName();
const functionArn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${FunctionName}`;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict', '--workers', String(WORKERS)],
    env: {
      LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:${ACCOUNT},AKIASTRANGER:other-secret:${OTHER}`,
    },
  });
  root = new LambdaClient(settingsFor(server.endpoint, ROOT));
  iam = iamOf(server.endpoint, ROOT);
  await untilWorkers(server, WORKERS);
  const Role = await makeRole(iam, uniqueName());
  await deploy(root, FunctionName, { 'index.js': 'exports.handler = async () => "through";' }, { Role });
});

afterAll(async () => {
  root.destroy();
  iam.destroy();
  expect(await server.stop()).toBe(0);
});

/** What each of several connections is answered. They stay open meanwhile: a new one goes to the worker that has fewest. */
async function asked(keys: Keys, name = FunctionName): Promise<unknown[]> {
  const clients = Array.from(
    { length: 2 * WORKERS },
    () => new LambdaClient(settingsFor(server.endpoint, keys)),
  );
  const answers: unknown[] = [];
  for (const client of clients) {
    const answer = await invoke(client, name, {}, { LogType: 'None' }).then(
      ({ payload }) => payload,
      ({ name: code, message }: Error) => `${code}: ${message}`,
    );
    answers.push(answer);
  }
  for (const client of clients) client.destroy();
  return [...new Set(answers)];
}

test('policies of a user, and what is changed in them, count at once in every worker', async () => {
  const UserName = uniqueName();
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
  const user = { accessKeyId, secretAccessKey };
  const denial = `User: arn:aws:iam::${ACCOUNT}:user/${UserName} is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn} because no identity-based policy allows the lambda:InvokeFunction action`;
  const denied = [`AccessDeniedException: ${denial}`];
  expect(await asked(user)).toEqual(denied);
  const own = { UserName, PolicyName: 'own' };
  for (let round = 0; round < 3; round += 1) {
    const PolicyDocument = policyText('lambda:InvokeFunction', functionArn);
    await iam.send(new PutUserPolicyCommand({ ...own, PolicyDocument }));
    expect(await asked(user)).toEqual(['through']);
    await iam.send(new DeleteUserPolicyCommand(own));
    expect(await asked(user)).toEqual(denied);
  }
  const wrong = await asked({ accessKeyId, secretAccessKey: 'wrong' });
  expect(wrong).toEqual([expect.stringMatching(/^InvalidSignatureException: /)]);
});

test('another account is let in by the policy of the function, as long as it says so', async () => {
  const refused = [expect.stringMatching(/^AccessDeniedException: /)];
  expect(await asked(STRANGER, functionArn)).toEqual(refused);
  const statement = { FunctionName, StatementId: 'other' };
  await root.send(
    new AddPermissionCommand({ ...statement, Action: 'lambda:InvokeFunction', Principal: OTHER }),
  );
  expect(await asked(STRANGER, functionArn)).toEqual(['through']);
  await root.send(new RemovePermissionCommand(statement));
  expect(await asked(STRANGER, functionArn)).toEqual(refused);
});

test('it was the workers that were asked', async () => {
  for (const { invocations } of (await health(server)).workers) expect(invocations).toBeGreaterThan(0);
});
