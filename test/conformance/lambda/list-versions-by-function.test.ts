import {
  DeleteFunctionCommand,
  ListVersionsByFunctionCommand,
  type ListVersionsByFunctionCommandInput,
  paginateListVersionsByFunction,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { configurationOf, deployVersions, publishCode } from '../../support/versions.ts';

let server: TestServer;
/** Has 11 versions. */
let FunctionName: string;
let FunctionArn: string;
const IN_ORDER = ['$LATEST', ...Array.from({ length: 11 }, (_, index) => String(index + 1))];

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName, FunctionArn } = await deployVersions(server.lambda, 11));
});

afterAll(async () => {
  await server.stop();
});

async function refused(input: Partial<ListVersionsByFunctionCommandInput>): ReturnType<typeof refusal> {
  return await refusal(server.lambda.send(new ListVersionsByFunctionCommand({ FunctionName, ...input })));
}

describe('ListVersionsByFunction', () => {
  test('lists $LATEST, then the versions as people count [order]', async () => {
    const listed = await server.lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
    expect(listed.Versions?.map((item) => item.Version)).toEqual(IN_ORDER);
    expect(listed).not.toHaveProperty('NextMarker');
  });

  test('shows the short form under qualified ARNs [short-form]', async () => {
    const { Versions = [] } = await server.lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
    expect(Versions.map((item) => item.FunctionArn)).toEqual(
      IN_ORDER.map((version) => `${FunctionArn}:${version}`),
    );
    const whole = await configurationOf(server.lambda, FunctionName, '3');
    const { State: _, LastUpdateStatus: __, RuntimeVersionConfig: ___, ...short } = whole;
    expect(Versions[3]).toEqual(short);
  });

  test('pages without gaps or repetitions [pages]', async () => {
    const seen: unknown[] = [];
    for await (const { Versions = [] } of paginateListVersionsByFunction(
      { client: server.lambda, pageSize: 5 },
      { FunctionName },
    )) {
      expect(Versions.length).toBeLessThanOrEqual(5);
      seen.push(...Versions.map((item) => item.Version));
    }
    expect(seen).toEqual(IN_ORDER);
    const whole = await server.lambda.send(new ListVersionsByFunctionCommand({ FunctionName, MaxItems: 12 }));
    expect(whole).not.toHaveProperty('NextMarker');
  });

  test('goes on after a marker whose version has been deleted [marker-of-deleted]', async () => {
    const { FunctionName: name } = await deployVersions(server.lambda, 3);
    const { NextMarker = '' } = await server.lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName: name, MaxItems: 2 }),
    );
    await server.lambda.send(new DeleteFunctionCommand({ FunctionName: name, Qualifier: '1' }));
    const { Versions = [] } = await server.lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName: name, Marker: NextMarker }),
    );
    expect(Versions.map((item) => item.Version)).toEqual(['2', '3']);
  });

  test('never gives more than 50 at once [page-limit]', { timeout: 60_000 }, async () => {
    const { FunctionName: name } = await deployVersions(server.lambda, 1);
    for (let version = 2; version <= 51; version += 1) await publishCode(server.lambda, name, `${version}`);
    const page = await server.lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName: name, MaxItems: 10_000 }),
    );
    expect(page.Versions).toHaveLength(50);
    const rest = await server.lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName: name, Marker: page.NextMarker ?? '' }),
    );
    expect(rest.Versions?.map((item) => item.Version)).toEqual(['50', '51']);
  });

  test.each([
    [0, 'greater than or equal to 1'],
    [10_001, 'less than or equal to 10000'],
  ])('refuses pages of %i [invalid-max-items]', async (MaxItems, bound) => {
    expect(await refused({ MaxItems })).toMatchObject({
      name: 'ValidationException',
      message: `1 validation error detected: Value '${MaxItems}' at 'maxItems' failed to satisfy constraint: Member must have value ${bound}`,
      status: 400,
    });
  });

  test('refuses markers it has not given out [invalid-marker]', async () => {
    expect(await refused({ Marker: 'not a marker' })).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });

  test('says what is not there [unknown-function]', async () => {
    const missing = uniqueName();
    expect(await refused({ FunctionName: missing })).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${missing}`,
      status: 404,
      type: 'User',
    });
  });
});
