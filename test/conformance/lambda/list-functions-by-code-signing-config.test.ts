import { ListFunctionsByCodeSigningConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createConfig, NO_CONFIG } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

describe('ListFunctionsByCodeSigningConfig', () => {
  test('lists the functions, page by page [lists] [pages] [none]', async () => {
    const { CodeSigningConfigArn } = await createConfig(server.lambda);
    const empty = await server.lambda.send(
      new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn }),
    );
    expect(empty.FunctionArns).toEqual([]);
    const functions = await Promise.all(
      [1, 2, 3].map(async () => await deploy(server.lambda, { CodeSigningConfigArn })),
    );
    await deploy(server.lambda);
    const arns = functions.map((made) => made.FunctionArn);
    const all = await server.lambda.send(
      new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn }),
    );
    expect(new Set(all.FunctionArns)).toEqual(new Set(arns));
    const page = await server.lambda.send(
      new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn, MaxItems: 2 }),
    );
    expect(page.FunctionArns).toHaveLength(2);
    const rest = await server.lambda.send(
      new ListFunctionsByCodeSigningConfigCommand({
        CodeSigningConfigArn,
        MaxItems: 2,
        Marker: page.NextMarker,
      }),
    );
    expect(rest).not.toHaveProperty('NextMarker');
    expect(new Set([...(page.FunctionArns ?? []), ...(rest.FunctionArns ?? [])])).toEqual(new Set(arns));
  });

  test('says what is not there [missing]', async () => {
    const list = server.lambda.send(
      new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn: NO_CONFIG }),
    );
    expect(await refusal(list)).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `The Lambda code signing configuration ${NO_CONFIG} can not be found.`,
      status: 404,
    });
  });
});
