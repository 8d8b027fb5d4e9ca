import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GetAccountSettingsCommand,
  InvokeCommand,
  ListCodeSigningConfigsCommand,
  ListFunctionsCommand,
  ListLayersCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { ListPoliciesCommand, ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { iamOf } from '../support/identities.ts';
import { deploy, updated } from '../support/lambda-requests.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { dynamodbFor } from '../support/tables.ts';
import { Terraform, terraformPlugins } from '../support/terraform.ts';
import { publish } from '../support/versions.ts';
import { zipOf } from '../support/zip.ts';

/** Terraform with its stock AWS provider: a stack is applied, found unchanged, changed and destroyed. */
const plugins = await terraformPlugins();
const STACK = join(import.meta.dirname, 'terraform');

let server: TestServer;
let folder: { path: string; remove: () => Promise<void> };

// For every try anew: one that failed leaves half a stack.
beforeEach(async () => {
  server = await startServer();
  folder = await temporaryDirectory();
});

afterEach(async () => {
  expect(await server.stop()).toBe(0);
  await folder.remove();
});

const COUNTER = 'def handler(event, context):\n    return context.function_version\n';
const FIRST_GREETER = `
const { hello } = require('words');
exports.handler = async ({ name }, { functionVersion }) => ({ said: hello(name), version: functionVersion });
`;
const SECOND_GREETER = `
const { hello } = require('words'), { loud } = require('marks');
exports.handler = async ({ name }, { functionVersion }) => ({ said: loud(hello(name)), version: functionVersion });
`;

const FIRST_RELEASE = {
  code: 'first-greeter.zip',
  memory: 128,
  layers: ['words'],
  retries: 1,
  greeter_weight: 0,
  counter_weight: 0.25,
  counter_version: '1',
};

const SECOND_RELEASE = {
  code: 'second-greeter.zip',
  memory: 256,
  layers: ['words', 'marks'],
  retries: 2,
  greeter_weight: 0.25,
  counter_weight: 0.75,
  counter_version: '2',
};

const ORDERS = { arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/orders', item: '42' };

/** Writes the deployment packages the stack takes. */
async function writePackages(path: string): Promise<void> {
  await mkdir(path);
  const words = `exports.hello = (name) => process.env.GREETING + ' ' + name;`;
  const marks = `exports.loud = (text) => text + '!';`;
  const packages = {
    counter: { 'app.py': COUNTER },
    'first-greeter': { 'index.js': FIRST_GREETER },
    'second-greeter': { 'index.js': SECOND_GREETER },
    words: { 'nodejs/node_modules/words/index.js': words },
    marks: { 'nodejs/node_modules/marks/index.js': marks },
  };
  for (const [name, files] of Object.entries(packages)) {
    await writeFile(join(path, `${name}.zip`), await zipOf(files));
  }
}

/** The function that is there before the stack, with versions 1 and 2. */
async function deployCounter(): Promise<void> {
  const { lambda } = server;
  const FunctionName = 'counter';
  await deploy(lambda, {
    FunctionName,
    Runtime: 'python3.12',
    Handler: 'app.handler',
    Code: { ZipFile: await zipOf({ 'app.py': COUNTER }) },
    Publish: true,
  });
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 5 }));
  await updated(lambda, FunctionName);
  await publish(lambda, { FunctionName });
}

/** How often each version of a function answers; what the invokes said. */
async function invoked(FunctionName: string, Qualifier: string, times: number) {
  const versions: Record<string, number> = {};
  const said = new Set<string>();
  for (let count = 0; count < times; count += 1) {
    const { ExecutedVersion = '', Payload } = await server.lambda.send(
      new InvokeCommand({ FunctionName, Qualifier, Payload: '{"name":"Ada"}' }),
    );
    versions[ExecutedVersion] = (versions[ExecutedVersion] ?? 0) + 1;
    said.add(JSON.parse(Payload?.transformToString() ?? '').said);
  }
  return { versions, said: [...said].sort() };
}

async function expectNothingLeft(): Promise<void> {
  const { lambda } = server;
  const iam = iamOf(server.endpoint);
  expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
  expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([]);
  expect((await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))).Policies).toEqual([]);
  iam.destroy();
  const dynamodb = dynamodbFor(server);
  expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toEqual([]);
  dynamodb.destroy();
  expect((await lambda.send(new ListFunctionsCommand({ FunctionVersion: 'ALL' }))).Functions).toEqual([]);
  expect((await lambda.send(new ListLayersCommand({}))).Layers).toEqual([]);
  expect((await lambda.send(new ListCodeSigningConfigsCommand({}))).CodeSigningConfigs).toEqual([]);
  const { AccountLimit, AccountUsage } = await lambda.send(new GetAccountSettingsCommand({}));
  expect(AccountUsage).toEqual({ FunctionCount: 0, TotalCodeSize: 0 });
  expect(AccountLimit?.UnreservedConcurrentExecutions).toBe(AccountLimit?.ConcurrentExecutions);
}

describe.skipIf(plugins === undefined)('Terraform', () => {
  test('applies a stack, finds it as it left it, changes it, destroys it', { timeout: 600_000 }, async () => {
    const packages = join(folder.path, 'packages');
    await writePackages(packages);
    await deployCounter();
    const terraform = await Terraform.prepare(join(folder.path, 'stack'), STACK, plugins ?? '');
    const { endpoint } = server;
    const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';

    await terraform.set({ endpoint, packages, architecture, release: FIRST_RELEASE });
    expect(await terraform.apply()).toContain('1 imported');
    expect(await terraform.drift()).toBeUndefined();
    const reads = { functions: ['counter', 'greeter'], code_signing: 'Warn', layer_version: 1 };
    expect(await terraform.outputs()).toMatchObject({
      roles: { account: '000000000000', arn: 'arn:aws:iam::000000000000:role/service/shop' },
      reads: { ...reads, version: '1', live_version: '1', said: 'hello Terraform' },
      tables: { ...ORDERS, read: 10, indexes: ['by-state'] },
    });
    expect(await invoked('greeter', 'live', 1)).toEqual({ versions: { 1: 1 }, said: ['hello Ada'] });

    await terraform.set({ endpoint, packages, architecture, release: SECOND_RELEASE });
    await terraform.apply();
    expect(await terraform.drift()).toBeUndefined();
    expect(await terraform.outputs()).toMatchObject({
      reads: { ...reads, version: '2', live_version: '1', said: 'hello Terraform!' },
      tables: { ...ORDERS, read: 20, indexes: ['by-place', 'by-state'] },
    });
    // A quarter goes to version 2: that none or all of 150 do has a chance of 10^-18. The 20 it reserves are 200 a second.
    const split = await invoked('greeter', 'live', 150);
    expect(Object.keys(split.versions)).toEqual(['1', '2']);
    expect(split.said).toEqual(['hello Ada', 'hello Ada!']);

    await terraform.destroy();
    await expectNothingLeft();
  });
});
