import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creation, deploy, refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { deployVersions } from '../../support/versions.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

/** Every test lists in a Region of its own. */
function clientIn(region: string): LambdaClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new LambdaClient({ endpoint: server.endpoint, region, credentials, maxAttempts: 1 });
}

describe('ListFunctions', () => {
  test('lists nothing where nothing is [none]', async () => {
    const { Functions, NextMarker } = await clientIn('eu-north-1').send(new ListFunctionsCommand({}));
    expect(Functions).toEqual([]);
    expect(NextMarker).toBeUndefined();
  });

  test('lists without states, with unqualified ARNs [short-form]', async () => {
    const lambda = clientIn('eu-west-1');
    const created = await deploy(lambda);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const [listed] = Functions;
    expect(Functions).toHaveLength(1);
    expect(listed).toMatchObject({
      FunctionName: created.FunctionName,
      FunctionArn: created.FunctionArn,
      CodeSha256: created.CodeSha256,
      Version: '$LATEST',
      LoggingConfig: created.LoggingConfig,
    });
    for (const field of ['State', 'StateReason', 'LastUpdateStatus', 'RuntimeVersionConfig']) {
      expect(listed).not.toHaveProperty(field);
    }
  });

  test('lists every version for FunctionVersion ALL, page by page [all-versions]', async () => {
    const lambda = clientIn('ca-central-1');
    const { FunctionArn: first } = await deployVersions(lambda, 10);
    const { FunctionArn: second } = await deployVersions(lambda, 1);
    const seen: unknown[] = [];
    const pages = paginateListFunctions({ client: lambda, pageSize: 3 }, { FunctionVersion: 'ALL' });
    for await (const { Functions = [] } of pages) {
      expect(Functions.length).toBeLessThanOrEqual(3);
      seen.push(...Functions.map((item) => item.FunctionArn));
    }
    const versions = Array.from({ length: 10 }, (_, index) => `${first}:${index + 1}`);
    const functions = [
      [`${first}:$LATEST`, ...versions],
      [`${second}:$LATEST`, `${second}:1`],
    ];
    expect(seen).toEqual(first < second ? functions.flat() : functions.toReversed().flat());
  });

  test('uses qualified ARNs for FunctionVersion ALL [all-versions]', async () => {
    const lambda = clientIn('eu-west-2');
    const { FunctionArn } = await deploy(lambda);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({ FunctionVersion: 'ALL' }));
    expect(Functions.map((item) => item.FunctionArn)).toEqual([`${FunctionArn}:$LATEST`]);
  });

  test('gives at most 50 on a page, and everything once over all pages [pages] [page-limit]', async () => {
    const lambda = clientIn('eu-west-3');
    const names = Array.from({ length: 53 }, (_, index) => `page-${String(index).padStart(2, '0')}`);
    const template = await creation();
    for (const FunctionName of names) {
      await lambda.send(new CreateFunctionCommand({ ...template, FunctionName }));
    }
    const first = await lambda.send(new ListFunctionsCommand({ MaxItems: 10_000 }));
    expect(first.Functions).toHaveLength(50);
    const second = await lambda.send(new ListFunctionsCommand({ Marker: first.NextMarker ?? '' }));
    expect(second.Functions?.map((item) => item.FunctionName)).toEqual(names.slice(50));
    expect(second).not.toHaveProperty('NextMarker');

    const seen: (string | undefined)[] = [];
    for await (const page of paginateListFunctions({ client: lambda, pageSize: 7 }, {})) {
      expect(page.Functions?.length).toBeLessThanOrEqual(7);
      seen.push(...(page.Functions ?? []).map((item) => item.FunctionName));
    }
    expect(seen).toHaveLength(names.length);
    expect(new Set(seen)).toEqual(new Set(names));
  });

  test('goes on after a marker whose function has been deleted [marker-of-deleted]', async () => {
    const lambda = clientIn('eu-central-1');
    for (const FunctionName of ['a', 'b', 'c']) await deploy(lambda, { FunctionName });
    const { NextMarker } = await lambda.send(new ListFunctionsCommand({ MaxItems: 2 }));
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'b' }));
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({ Marker: NextMarker ?? '' }));
    expect(Functions.map((item) => item.FunctionName)).toEqual(['c']);
  });

  test('keeps accounts apart [isolated]', async () => {
    await deploy(clientIn('ap-south-1'));
    const other = new LambdaClient({
      endpoint: server.endpoint,
      region: 'ap-south-1',
      credentials: { accessKeyId: '123456789012', secretAccessKey: 'test' },
    });
    expect((await other.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
  });

  test('refuses markers and sizes that cannot be [invalid-marker] [invalid-max-items]', async () => {
    const { lambda } = server;
    expect(await refusal(lambda.send(new ListFunctionsCommand({ Marker: 'not a marker' })))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
    expect(await refusal(lambda.send(new ListFunctionsCommand({ MaxItems: 0 })))).toMatchObject({
      name: 'ValidationException',
    });
  });

  test('knows ALL versions and no other [invalid-version]', async () => {
    const FunctionVersion = '1' as 'ALL';
    const answer = await refusal(server.lambda.send(new ListFunctionsCommand({ FunctionVersion })));
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
    expect(answer.message).toContain("Value '1' at 'functionVersion' failed to satisfy constraint: ");
  });
});
