import {
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  type LambdaClient,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lambdaOf } from '../support/accounts.ts';
import { deploy } from '../support/functions.ts';
import { refusal } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';

const OWNER = '111111111111';
const CALLER = '222222222222';
const STRANGER = '333333333333';
const NAME = 'shared';
const ARN = `arn:aws:lambda:us-east-1:${OWNER}:function:${NAME}`;

let server: TestServer;
let owner: LambdaClient;
let caller: LambdaClient;
let stranger: LambdaClient;

beforeAll(async () => {
  server = await startServer();
  owner = lambdaOf(server, OWNER);
  caller = lambdaOf(server, CALLER);
  stranger = lambdaOf(server, STRANGER);
  await deploy(
    owner,
    NAME,
    { 'index.js': 'exports.handler = async (event, context) => context.invokedFunctionArn;\n' },
    { Role: `arn:aws:iam::${OWNER}:role/r`, Tags: { team: 'blue' } },
  );
  await owner.send(new PublishVersionCommand({ FunctionName: NAME }));
  await owner.send(new CreateAliasCommand({ FunctionName: NAME, Name: 'live', FunctionVersion: '1' }));
});

const granted: { StatementId: string; Qualifier: string | undefined }[] = [];

afterEach(async () => {
  for (const each of granted.splice(0)) {
    await owner.send(new RemovePermissionCommand({ FunctionName: NAME, ...each }));
  }
});

afterAll(async () => {
  for (const client of [owner, caller, stranger]) client.destroy();
  await server.stop();
});

/** Lets another account do something; taken back after the test. */
async function letIn(Action: string, Qualifier?: string, Principal = CALLER): Promise<void> {
  const statement = { StatementId: `s${granted.length}`, Qualifier };
  granted.push(statement);
  await owner.send(new AddPermissionCommand({ FunctionName: NAME, Action, Principal, ...statement }));
}

async function invoke(client: LambdaClient, FunctionName: string, Qualifier?: string): Promise<unknown> {
  const { Payload } = await client.send(new InvokeCommand({ FunctionName, Qualifier }));
  return JSON.parse(Payload?.transformToString() ?? '');
}

function denied(account: string, action: string, resource: string): object {
  return {
    name: 'AccessDeniedException',
    message: `User: arn:aws:iam::${account}:root is not authorized to perform: ${action} on resource: ${resource} because no resource-based policy allows the ${action} action`,
    status: 403,
    type: undefined,
  };
}

describe('a function of another account', () => {
  test('is closed without a permission, whether it is there or not', async () => {
    expect(await refusal(invoke(caller, ARN))).toEqual(denied(CALLER, 'lambda:InvokeFunction', ARN));
    expect(await refusal(invoke(caller, `${ARN}-missing`))).toEqual(
      denied(CALLER, 'lambda:InvokeFunction', `${ARN}-missing`),
    );
    expect(await refusal(caller.send(new GetFunctionCommand({ FunctionName: ARN })))).toEqual(
      denied(CALLER, 'lambda:GetFunction', ARN),
    );
  });

  test('runs for the account it is opened to, by full and by partial ARN', async () => {
    await letIn('lambda:InvokeFunction');
    expect(await invoke(caller, ARN)).toBe(ARN);
    expect(await invoke(caller, `${OWNER}:function:${NAME}`)).toBe(ARN);
    expect(await refusal(invoke(stranger, ARN))).toEqual(denied(STRANGER, 'lambda:InvokeFunction', ARN));
    // A name alone means the caller's own, which has none.
    expect((await refusal(invoke(caller, NAME))).message).toContain(`:${CALLER}:function:${NAME}`);
    expect(await invoke(owner, ARN)).toBe(ARN);
  });

  test('opens and closes at once', async () => {
    const StatementId = 'briefly';
    for (let turn = 0; turn < 3; turn += 1) {
      await owner.send(
        new AddPermissionCommand({
          FunctionName: NAME,
          StatementId,
          Action: 'lambda:InvokeFunction',
          Principal: CALLER,
        }),
      );
      expect(await invoke(caller, ARN)).toBe(ARN);
      await owner.send(new RemovePermissionCommand({ FunctionName: NAME, StatementId }));
      expect((await refusal(invoke(caller, ARN))).status).toBe(403);
    }
  });

  test('is open under the qualifier that was opened, and no other', async () => {
    await letIn('lambda:InvokeFunction', 'live');
    expect(await invoke(caller, `${ARN}:live`)).toBe(`${ARN}:live`);
    expect(await invoke(caller, ARN, 'live')).toBe(`${ARN}:live`);
    for (const closed of [ARN, `${ARN}:1`, `${ARN}:$LATEST`]) {
      expect(await refusal(invoke(caller, closed))).toEqual(denied(CALLER, 'lambda:InvokeFunction', closed));
    }
  });

  test('also for dry runs and events', async () => {
    const event = new InvokeCommand({ FunctionName: ARN, InvocationType: 'Event' });
    const dryRun = new InvokeCommand({ FunctionName: ARN, InvocationType: 'DryRun' });
    expect((await refusal(caller.send(event))).status).toBe(403);
    expect((await refusal(caller.send(dryRun))).status).toBe(403);
    await letIn('lambda:InvokeFunction');
    expect((await caller.send(event)).StatusCode).toBe(202);
    expect((await caller.send(dryRun)).StatusCode).toBe(204);
  });

  test('is open to everyone with the principal *', async () => {
    await letIn('lambda:InvokeFunction', undefined, '*');
    expect(await invoke(stranger, ARN)).toBe(ARN);
  });

  test('is not open to an account by a permission of one of its users', async () => {
    await letIn('lambda:InvokeFunction', undefined, `arn:aws:iam::${CALLER}:user/ann`);
    expect((await refusal(invoke(caller, ARN))).status).toBe(403);
  });

  test('shows what may be seen, as of its own account', async () => {
    await letIn('lambda:GetFunctionConfiguration');
    const found = await caller.send(new GetFunctionConfigurationCommand({ FunctionName: ARN }));
    expect(found.FunctionArn).toBe(ARN);
    await letIn('lambda:GetAlias');
    const alias = await caller.send(new GetAliasCommand({ FunctionName: ARN, Name: 'live' }));
    expect(alias.AliasArn).toBe(`${ARN}:live`);
    await letIn('lambda:ListVersionsByFunction');
    const { Versions = [] } = await caller.send(new ListVersionsByFunctionCommand({ FunctionName: ARN }));
    expect(Versions.map(({ FunctionArn }) => FunctionArn)).toEqual([`${ARN}:$LATEST`, `${ARN}:1`]);
    await letIn('lambda:GetPolicy');
    expect((await caller.send(new GetPolicyCommand({ FunctionName: ARN }))).Policy).toContain(CALLER);
  });

  test('shows its tags with a permission of their own', async () => {
    await letIn('lambda:GetFunction');
    const get = new GetFunctionCommand({ FunctionName: ARN });
    expect((await caller.send(get)).Tags).toBeUndefined();
    expect((await refusal(caller.send(new ListTagsCommand({ Resource: ARN })))).status).toBe(403);
    await letIn('lambda:ListTags');
    expect((await caller.send(get)).Tags).toEqual({ team: 'blue' });
    expect((await caller.send(new ListTagsCommand({ Resource: ARN }))).Tags).toEqual({ team: 'blue' });
  });

  test('can be changed where that is granted, in its own account', async () => {
    await letIn('lambda:TagResource');
    await caller.send(new TagResourceCommand({ Resource: ARN, Tags: { by: 'caller' } }));
    expect((await owner.send(new ListTagsCommand({ Resource: ARN }))).Tags).toMatchObject({ by: 'caller' });
    await letIn('lambda:CreateAlias');
    const made = await caller.send(
      new CreateAliasCommand({ FunctionName: ARN, Name: 'theirs', FunctionVersion: '1' }),
    );
    expect(made.AliasArn).toBe(`${ARN}:theirs`);
    const found = await owner.send(new GetAliasCommand({ FunctionName: NAME, Name: 'theirs' }));
    expect(found.RevisionId).toBe(made.RevisionId);
  });

  test('some things no policy grants', async () => {
    await letIn('lambda:*');
    const update = new UpdateFunctionConfigurationCommand({ FunctionName: ARN, Description: 'mine now' });
    expect(await refusal(caller.send(update))).toEqual(
      denied(CALLER, 'lambda:UpdateFunctionConfiguration', ARN),
    );
    const add = { FunctionName: ARN, StatementId: 'x', Action: 'lambda:InvokeFunction', Principal: '*' };
    expect((await refusal(caller.send(new AddPermissionCommand(add)))).status).toBe(403);
    expect(await invoke(caller, ARN)).toBe(ARN);
  });

  test('conditions count, and a deny wins', async () => {
    const statement = (Effect: string, Condition: object): object => ({
      Effect,
      Principal: '*',
      Action: 'lambda:InvokeFunction',
      Resource: `${ARN}:1`,
      Condition,
    });
    await owner.send(
      new PutResourcePolicyCommand({
        ResourceArn: `${ARN}:1`,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            statement('Allow', { StringEquals: { 'aws:PrincipalAccount': [CALLER, STRANGER] } }),
            statement('Deny', { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${STRANGER}:*` } }),
          ],
        }),
      }),
    );
    expect(await invoke(caller, `${ARN}:1`)).toBe(`${ARN}:1`);
    expect((await refusal(invoke(stranger, `${ARN}:1`))).message).toMatch(
      /with an explicit deny in a resource-based policy$/,
    );
    expect(await invoke(owner, NAME, '1')).toBe(`${ARN}:1`);
  });

  test('loses its permissions with itself', async () => {
    await letIn('lambda:InvokeFunction');
    await letIn('lambda:DeleteFunction');
    granted.length = 0;
    expect((await caller.send(new DeleteFunctionCommand({ FunctionName: ARN }))).StatusCode).toBe(204);
    expect(await refusal(invoke(caller, ARN))).toEqual(denied(CALLER, 'lambda:InvokeFunction', ARN));
  });
});
