import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  type FunctionConfiguration,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaServiceException,
  ListAliasesCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendEvent } from '../support/async-events.ts';
import { deploy, invoke, untilUpdated } from '../support/functions.ts';
import { creation, ECHO, refusal } from '../support/lambda-requests.ts';
import { provision } from '../support/provisioned.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { answering } from '../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(
    server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('error ')),
  ).toEqual([]);
  await server.stop();
});

/** What a call came to; a refusal is fine as long as it blames the caller. */
async function outcome<T>(call: Promise<T>): Promise<T | undefined> {
  return await call.catch((error: unknown) => {
    const status = error instanceof LambdaServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
    if (status >= 400 && status < 500) return undefined;
    throw error;
  });
}

test('100 changes of one function at once: no number twice, no alias that leads nowhere', async () => {
  const { lambda } = server;
  const FunctionName = 'contended';
  await deploy(lambda, FunctionName, { 'index.js': ECHO });
  const made: FunctionConfiguration[] = [];
  const publish = async (Description?: string): Promise<void> => {
    const { $metadata: _, ...version } = await lambda.send(
      new PublishVersionCommand({ FunctionName, Description }),
    );
    made.push(version);
  };
  for (let round = 1; round <= 4; round += 1) {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 10 + round }));
    await untilUpdated(lambda, FunctionName);
    const version = (step: number): string => String(1 + ((round + step) % 5));
    const calls = Array.from({ length: 100 }, async (_, step) => {
      const FunctionVersion = version(step);
      const Name = `alias-${step % 7}`;
      const kinds: (() => Promise<unknown>)[] = [
        async () => await publish(`${round}-${step}`),
        async () => await lambda.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion })),
        async () => await lambda.send(new UpdateAliasCommand({ FunctionName, Name, FunctionVersion })),
        async () =>
          await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: FunctionVersion })),
        async () => await lambda.send(new DeleteAliasCommand({ FunctionName, Name })),
        async () =>
          await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 128 + step })),
      ];
      await outcome((kinds[step % kinds.length] ?? publish)());
    });
    await Promise.all(calls);
    await untilUpdated(lambda, FunctionName);
  }
  await publish();
  const contents = new Map(made.map(({ Version, ...rest }) => [Version, JSON.stringify(rest)]));
  for (const { Version, ...rest } of made) expect(JSON.stringify(rest)).toBe(contents.get(Version));
  expect(contents.size).toBeGreaterThan(2);
  const all = new ListVersionsByFunctionCommand({ FunctionName, MaxItems: 1000 });
  const { Versions = [] } = await lambda.send(all);
  const there = new Set(Versions.map(({ Version }) => Version));
  expect(there.size).toBe(Versions.length);
  const { Aliases = [] } = await lambda.send(new ListAliasesCommand({ FunctionName }));
  for (const { Name, FunctionVersion } of Aliases) {
    expect(there, Name).toContain(FunctionVersion);
    const { payload } = await invoke(lambda, FunctionName, { via: Name }, { Qualifier: Name });
    expect(payload).toEqual({ via: Name });
  }
});

/** Everything that hangs on a function, and all its kinds of running. */
async function deployBusy(FunctionName: string): Promise<void> {
  const { lambda } = server;
  await deploy(lambda, FunctionName, { 'index.js': ECHO }, { Tags: { old: 'yes' } });
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
  const permission = { FunctionName, Action: 'lambda:InvokeFunction', Principal: '111111111111' };
  for (const Qualifier of [undefined, '1', 'live']) {
    await lambda.send(new AddPermissionCommand({ ...permission, StatementId: 'old', Qualifier }));
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName, Qualifier, MaximumRetryAttempts: 0 }),
    );
  }
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 20 }));
  await lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Allow' }));
  await provision(lambda, FunctionName, 'live', 1);
}

test('a function that is deleted while it is busy leaves nothing to the next of its name', async () => {
  const { lambda } = server;
  const FunctionName = 'busy';
  for (let round = 1; round <= 3; round += 1) {
    await deployBusy(FunctionName);
    const running = [
      ...Array.from({ length: 10 }, async () => await outcome(sendEvent(lambda, FunctionName, { round }))),
      ...Array.from(
        { length: 20 },
        async (_, index) =>
          await outcome(
            lambda.send(new InvokeCommand({ FunctionName, Qualifier: index % 2 === 0 ? 'live' : '$LATEST' })),
          ),
      ),
      outcome(
        lambda.send(
          new PutProvisionedConcurrencyConfigCommand({
            FunctionName,
            Qualifier: 'live',
            ProvisionedConcurrentExecutions: 2,
          }),
        ),
      ),
    ];
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    const again = await creation({ FunctionName, Code: { ZipFile: await answering(`new ${round}`) } });
    const { FunctionArn } = await lambda.send(new CreateFunctionCommand(again));
    await Promise.all(running);
    await untilUpdated(lambda, FunctionName);
    await inheritsNothing(FunctionName, FunctionArn ?? '');
    expect((await invoke(lambda, FunctionName)).payload).toBe(`new ${round}`);
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  }
});

async function inheritsNothing(FunctionName: string, Resource: string): Promise<void> {
  const { lambda } = server;
  for (const Qualifier of [undefined, '1', 'live']) {
    const refused = await Promise.all([
      refusal(lambda.send(new GetPolicyCommand({ FunctionName, Qualifier }))),
      refusal(lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier }))),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([404, 404]);
  }
  const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST']);
  expect((await lambda.send(new ListAliasesCommand({ FunctionName }))).Aliases).toEqual([]);
  const concurrency = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
  expect(concurrency.ReservedConcurrentExecutions).toBeUndefined();
  const recursion = await lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName }));
  expect(recursion.RecursiveLoop).toBe('Terminate');
  const provisioned = await lambda.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName }));
  expect(provisioned.ProvisionedConcurrencyConfigs).toEqual([]);
  const configs = await lambda.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName }));
  expect(configs.FunctionEventInvokeConfigs).toEqual([]);
  expect((await lambda.send(new ListTagsCommand({ Resource }))).Tags).toEqual({});
  expect((await lambda.send(new PublishVersionCommand({ FunctionName }))).Version).toBe('1');
  const first = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '1' }));
  expect(first.State).toBe('Active');
}
