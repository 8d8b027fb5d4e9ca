import { randomUUID } from 'node:crypto';
import { DynamoDBClient, ExecuteStatementCommand } from '@aws-sdk/client-dynamodb';
import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeleteUserPolicyCommand,
  type IAMClient,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, invoke } from '../support/functions.ts';
import {
  allBut,
  iamOf,
  type Keys,
  makeRole,
  policyText,
  settingsFor,
  stsOf,
  trustText,
  userWith,
} from '../support/identities.ts';
import { creation } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { makeTable } from '../support/tables.ts';
import { publish } from '../support/versions.ts';

/** `--auth strict` with identities: what users, roles and functions may do is what their policies say. */
const ACCOUNT = '123456789012';
const OTHER = '210987654321';
const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const LAMBDA_FULL = 'arn:aws:iam::aws:policy/AWSLambda_FullAccess';
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };
const OTHER_ROOT: Keys = { accessKeyId: 'AKIANEIGHBOUR', secretAccessKey: 'other-secret' };

let server: TestServer;
let root: LambdaClient;
let iam: IAMClient;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: {
      LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:${ACCOUNT},AKIANEIGHBOUR:other-secret:${OTHER}`,
    },
  });
  root = lambdaAs(ROOT);
  iam = iamOf(server.endpoint, ROOT);
});

afterAll(async () => {
  iam.destroy();
  for (const client of clients) client.destroy();
  expect(await server.stop()).toBe(0);
});

function lambdaAs(keys: Keys): LambdaClient {
  const client = new LambdaClient(settingsFor(server.endpoint, keys));
  clients.push(client);
  return client;
}

const unique = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;

async function deployed(code = 'exports.handler = async () => "yes";', Role?: string): Promise<string> {
  const name = unique('f');
  await deploy(
    root,
    name,
    { 'index.js': code },
    { Role: Role ?? (await makeRole(iam, unique('role'))), MemorySize: 512 },
  );
  return name;
}

const arnOf = (name: string, account = ACCOUNT): string =>
  `arn:aws:lambda:us-east-1:${account}:function:${name}`;
const call = (client: LambdaClient, FunctionName: string) => client.send(new InvokeCommand({ FunctionName }));

function denial(who: string, action: string, resource: string, because: string): object {
  return {
    name: 'AccessDeniedException',
    message: `User: ${who} is not authorized to perform: ${action} on resource: ${resource} ${because}`,
    $metadata: expect.objectContaining({ httpStatusCode: 403 }),
  };
}

test('a user does what its policies allow, and is told what they do not', async () => {
  const name = await deployed();
  const { name: user, keys } = await userWith(iam, undefined);
  const own = lambdaAs(keys);
  const arn = `arn:aws:iam::${ACCOUNT}:user/${user}`;
  const silent = 'because no identity-based policy allows the lambda:InvokeFunction action';
  await expect(call(own, name)).rejects.toMatchObject(
    denial(arn, 'lambda:InvokeFunction', arnOf(name), silent),
  );
  // Whether a function is there is nobody's business who may not call it.
  await expect(call(own, 'nothing')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const put = (PolicyDocument: string) =>
    iam.send(new PutUserPolicyCommand({ UserName: user, PolicyName: 'own', PolicyDocument }));
  await put(policyText('lambda:InvokeFunction', arnOf(name)));
  for (let again = 0; again < 3; again += 1) expect((await call(own, name)).StatusCode).toBe(200);
  await expect(own.send(new GetFunctionCommand({ FunctionName: name }))).rejects.toMatchObject({
    message: expect.stringContaining('lambda:GetFunction'),
  });
  await expect(own.send(new ListFunctionsCommand({}))).rejects.toMatchObject(
    denial(
      arn,
      'lambda:ListFunctions',
      '*',
      'because no identity-based policy allows the lambda:ListFunctions action',
    ),
  );
  // A qualifier is another resource.
  await expect(own.send(new InvokeCommand({ FunctionName: name, Qualifier: '1' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  await put(policyText('lambda:InvokeFunction', '*', { Effect: 'Deny' }));
  await expect(call(own, name)).rejects.toMatchObject(
    denial(arn, 'lambda:InvokeFunction', arnOf(name), 'with an explicit deny in an identity-based policy'),
  );
  await iam.send(new DeleteUserPolicyCommand({ UserName: user, PolicyName: 'own' }));
  await expect(call(own, name)).rejects.toMatchObject({ message: expect.stringContaining(silent) });
  // The function's own policy is enough within the account, when it names the user.
  await root.send(
    new AddPermissionCommand({
      FunctionName: name,
      StatementId: 'user',
      Action: 'lambda:InvokeFunction',
      Principal: arn,
    }),
  );
  expect((await call(own, name)).StatusCode).toBe(200);
  const { accessKeyId: AccessKeyId } = keys;
  await iam.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId, Status: 'Inactive' }));
  await expect(call(own, name)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});

test('a condition on a function counts by whatever name it is called', async () => {
  const [shut, open] = [await deployed(), await deployed()];
  await publish(root, { FunctionName: shut });
  await root.send(new CreateAliasCommand({ FunctionName: shut, Name: 'live', FunctionVersion: '1' }));
  const Condition = { ArnEquals: { 'lambda:FunctionArn': arnOf(shut) } };
  const { keys } = await userWith(iam, allBut({ Action: 'lambda:Create*', Condition }));
  const own = lambdaAs(keys);
  const EventSourceArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:nowhere`;
  const denied = { message: expect.stringContaining('with an explicit deny in an identity-based policy') };
  for (const FunctionName of [shut, `${ACCOUNT}:function:${shut}`, arnOf(shut), `${shut}:live`]) {
    const url = new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' });
    await expect(own.send(url)).rejects.toMatchObject(denied);
    const mapping = new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn });
    await expect(own.send(mapping)).rejects.toMatchObject(denied);
  }
  const FunctionName = `${ACCOUNT}:function:${open}`;
  const url = new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' });
  expect(await own.send(url)).toMatchObject({ FunctionArn: arnOf(open) });
});

test('a permissions boundary bounds', async () => {
  const name = await deployed();
  const { name: UserName, keys } = await userWith(iam, policyText('*'));
  const own = lambdaAs(keys);
  expect((await call(own, name)).StatusCode).toBe(200);
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary: BASIC }));
  await expect(call(own, name)).rejects.toMatchObject({
    message: expect.stringContaining(
      'because no permissions boundary allows the lambda:InvokeFunction action',
    ),
  });
});

test('a session has what its role is given, narrowed by its session policy', async () => {
  const name = await deployed();
  const { keys, name: user } = await userWith(iam, policyText('sts:AssumeRole'));
  const RoleName = unique('caller');
  const RoleArn = await makeRole(iam, RoleName, trustText({ AWS: ACCOUNT }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: policyText('lambda:*') }),
  );
  const sts = stsOf(server.endpoint, keys);
  clients.push(sts);
  const session = async (Policy?: string): Promise<LambdaClient> => {
    const { Credentials: made } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', Policy }),
    );
    return lambdaAs({
      accessKeyId: made?.AccessKeyId ?? '',
      secretAccessKey: made?.SecretAccessKey ?? '',
      sessionToken: made?.SessionToken ?? '',
    });
  };
  expect((await call(await session(), name)).StatusCode).toBe(200);
  await expect(call(await session(policyText('lambda:Get*')), name)).rejects.toMatchObject({
    message: expect.stringMatching(/assumed-role\/.*\/me is not .* because no session policy allows/),
  });
  // Without a permission of its own, a user cannot assume a role that leaves it to the account.
  await iam.send(new DeleteUserPolicyCommand({ UserName: user, PolicyName: 'own' }));
  await expect(session()).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('across accounts both sides have to allow', async () => {
  const name = await deployed();
  const otherIam = iamOf(server.endpoint, OTHER_ROOT);
  clients.push(otherIam);
  const { name: user, keys } = await userWith(otherIam, undefined);
  const foreign = lambdaAs(keys);
  const ask = () => call(foreign, arnOf(name));
  const Principal = `arn:aws:iam::${OTHER}:user/${user}`;
  await root.send(
    new AddPermissionCommand({
      FunctionName: name,
      StatementId: 'other',
      Action: 'lambda:InvokeFunction',
      Principal,
    }),
  );
  await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('no identity-based policy') });
  const policy = { UserName: user, PolicyName: 'own', PolicyDocument: policyText('lambda:InvokeFunction') };
  await otherIam.send(new PutUserPolicyCommand(policy));
  expect((await ask()).StatusCode).toBe(200);
  const { keys: second } = await userWith(otherIam, policyText('lambda:InvokeFunction'));
  await expect(call(lambdaAs(second), arnOf(name))).rejects.toMatchObject({
    message: expect.stringContaining('no resource-based policy'),
  });
});

test('a function gets a role that is there and trusts Lambda, from whom may pass it', async () => {
  const refused = {
    name: 'InvalidParameterValueException',
    message: 'The role defined for the function cannot be assumed by Lambda.',
  };
  const create = async (client: LambdaClient, Role: string) =>
    client.send(new CreateFunctionCommand(await creation({ Role })));
  await expect(create(root, `arn:aws:iam::${ACCOUNT}:role/nowhere`)).rejects.toMatchObject(refused);
  const untrusting = await makeRole(iam, unique('untrusting'), trustText({ Service: 's3.amazonaws.com' }));
  await expect(create(root, untrusting)).rejects.toMatchObject(refused);
  await expect(create(root, `arn:aws:iam::${OTHER}:role/theirs`)).rejects.toMatchObject({
    message: 'Cross-account pass role is not allowed.',
  });
  const role = await makeRole(iam, unique('passed'));
  const { keys } = await userWith(iam, policyText('lambda:*'));
  await expect(create(lambdaAs(keys), role)).rejects.toMatchObject({
    message: expect.stringContaining(`is not authorized to perform: iam:PassRole on resource: ${role}`),
  });
  const { name: UserName, keys: full } = await userWith(iam, undefined);
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: LAMBDA_FULL }));
  expect((await create(lambdaAs(full), role)).Role).toBe(role);
});

test('a user runs the statements that its policy lets run on a table', async () => {
  const dynamodbAs = (keys: Keys): DynamoDBClient => {
    const client = new DynamoDBClient(settingsFor(server.endpoint, keys));
    clients.push(client);
    return client;
  };
  const table = await makeTable(dynamodbAs(ROOT));
  const arn = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/${table}`;
  const { keys } = await userWith(iam, policyText('dynamodb:PartiQLSelect', arn));
  const own = dynamodbAs(keys);
  const run = (Statement: string) => own.send(new ExecuteStatementCommand({ Statement }));
  expect((await run(`SELECT * FROM "${table}"`)).Items).toEqual([]);
  await expect(run(`INSERT INTO "${table}" VALUE {'id': 'a'}`)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`not authorized to perform: dynamodb:PartiQLInsert on resource: ${arn}`),
  });
  expect((await run(`SELECT * FROM "${table}"`)).Items).toEqual([]);
});

test("a function's calls are bounded by its role", async () => {
  const RoleName = unique('bounds');
  const role = await makeRole(iam, RoleName);
  const code = `
const { LambdaClient, ListFunctionsCommand, InvokeCommand } = require('@aws-sdk/client-lambda');
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
const said = (work) => work.then(() => 'done', (error) => error.message);
exports.handler = async ({ name }) => {
  const lambda = new LambdaClient({});
  return {
    who: (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn,
    list: await said(lambda.send(new ListFunctionsCommand({}))),
    invoke: await said(lambda.send(new InvokeCommand({ FunctionName: name }))),
  };
};`;
  const name = await deployed(code, role);
  const target = await deployed();
  const who = `arn:aws:sts::${ACCOUNT}:assumed-role/${RoleName}/${name}`;
  expect((await invoke(root, name, { name: target })).payload).toEqual({
    who,
    list: expect.stringContaining(`User: ${who} is not authorized to perform: lambda:ListFunctions`),
    invoke: expect.stringContaining(`User: ${who} is not authorized to perform: lambda:InvokeFunction`),
  });
  const source = { Condition: { ArnEquals: { 'lambda:SourceFunctionArn': arnOf(name) } } };
  const PolicyDocument = policyText('lambda:InvokeFunction', arnOf(target), source);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
  expect((await invoke(root, name, { name: target })).payload).toMatchObject({ invoke: 'done' });
});

test('a Deny that could not deny is refused, wherever it is put', async () => {
  const PolicyDocument = policyText('sqs:*', '*', {
    Effect: 'Deny',
    Condition: { StringEquals: { 'aws:ResourceTag/secret': 'yes' } },
  });
  const RoleName = unique('role');
  const RoleArn = await makeRole(iam, RoleName, trustText({ AWS: ACCOUNT }));
  const sts = stsOf(server.endpoint, ROOT);
  clients.push(sts);
  const PolicyArn = (
    await iam.send(
      new CreatePolicyCommand({ PolicyName: unique('policy'), PolicyDocument: policyText('sqs:*') }),
    )
  ).Policy?.Arn;
  const ways: readonly (() => Promise<unknown>)[] = [
    () => iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument })),
    () => iam.send(new CreatePolicyCommand({ PolicyName: unique('policy'), PolicyDocument })),
    () => iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument })),
    () => sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', Policy: PolicyDocument })),
  ];
  for (const put of ways)
    await expect(put()).rejects.toMatchObject({
      name: expect.stringMatching(/^MalformedPolicyDocument/),
      message: expect.stringContaining('aws:ResourceTag/secret yet: a Deny that names it would not deny.'),
    });
});
