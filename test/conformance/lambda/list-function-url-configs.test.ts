import {
  ListFunctionUrlConfigsCommand,
  type ListFunctionUrlConfigsCommandInput,
  paginateListFunctionUrlConfigs,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal, uniqueName } from '../../support/lambda-requests.ts';
import { createUrl } from '../../support/function-urls.ts';
import { createAlias, deployVersions } from '../../support/versions.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let FunctionName: string;
let FunctionArn: string;

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName, FunctionArn } = await deploy(server.lambda));
});

afterAll(async () => {
  await server.stop();
});

async function list(input: Partial<ListFunctionUrlConfigsCommandInput>): Promise<object> {
  const request = new ListFunctionUrlConfigsCommand({ FunctionName, ...input });
  const { $metadata: _, ...answer } = await server.lambda.send(request);
  return answer;
}

describe('ListFunctionUrlConfigs', () => {
  test('lists nothing where nothing is [empty]', async () => {
    expect(await list({})).toEqual({ FunctionUrlConfigs: [] });
    expect(await list({ FunctionName: FunctionArn, MaxItems: 50 })).toEqual({ FunctionUrlConfigs: [] });
  });

  test('lists the URLs of the function and of its aliases, in pages [all, pages]', async () => {
    const { FunctionName: own } = await deployVersions(server.lambda, 1);
    const urls = [await createUrl(server.lambda, { FunctionName: own })];
    for (const Qualifier of ['a', 'b']) {
      await createAlias(server.lambda, own, Qualifier, '1');
      urls.push(await createUrl(server.lambda, { FunctionName: own, Qualifier }));
    }
    const paged = paginateListFunctionUrlConfigs(
      { client: server.lambda, pageSize: 2 },
      { FunctionName: own },
    );
    const pages = [];
    for await (const page of paged) pages.push(page.FunctionUrlConfigs ?? []);
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    expect(pages.flat()).toEqual(
      urls.map((url) => ({ ...url, InvokeMode: 'BUFFERED', LastModifiedTime: url.CreationTime })),
    );
  });

  test('wants the function to be there [unknown-function]', async () => {
    expect(await refusal(list({ FunctionName: uniqueName() }))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'Function does not exist',
      status: 404,
      type: 'User',
    });
  });

  test.each([0, 51])('refuses a page of %d [bounds]', async (MaxItems) => {
    expect(await refusal(list({ MaxItems }))).toMatchObject({ name: 'ValidationException', status: 400 });
  });

  test('refuses a marker it did not give [bad-marker]', async () => {
    expect(await refusal(list({ Marker: 'not a marker' }))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });
});
