import {
  GetAliasCommand,
  ListAliasesCommand,
  type ListAliasesCommandInput,
  paginateListAliases,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createAlias, deployVersions } from '../../support/versions.ts';

let server: TestServer;
/** Has versions 1 and 2, and the aliases of `TARGETS`. */
let FunctionName: string;
const TARGETS = { both: '1', first: '1', latest: '$LATEST', second: '2' };

beforeAll(async () => {
  server = await startServer();
  ({ FunctionName } = await deployVersions(server.lambda, 2));
  for (const [name, version] of Object.entries(TARGETS)) {
    await createAlias(server.lambda, FunctionName, name, version, name === 'both' ? { 2: 0.1 } : undefined);
  }
});

afterAll(async () => {
  await server.stop();
});

async function names(input: Partial<ListAliasesCommandInput>): Promise<unknown[]> {
  const { Aliases = [] } = await server.lambda.send(new ListAliasesCommand({ FunctionName, ...input }));
  return Aliases.map((alias) => alias.Name);
}

async function refused(input: Partial<ListAliasesCommandInput>): ReturnType<typeof refusal> {
  return await refusal(server.lambda.send(new ListAliasesCommand({ FunctionName, ...input })));
}

describe('ListAliases', () => {
  test('lists every alias as GetAlias shows it [all]', async () => {
    const listed = await server.lambda.send(new ListAliasesCommand({ FunctionName }));
    expect(listed).not.toHaveProperty('NextMarker');
    const each = Object.keys(TARGETS).map(async (Name) => {
      const { $metadata: _, ...alias } = await server.lambda.send(
        new GetAliasCommand({ FunctionName, Name }),
      );
      return alias;
    });
    expect(listed.Aliases).toEqual(await Promise.all(each));
  });

  test('lists those that point to a version, by weight too [of-version]', async () => {
    expect(await names({ FunctionVersion: '1' })).toEqual(['both', 'first']);
    expect(await names({ FunctionVersion: '2' })).toEqual(['both', 'second']);
    expect(await names({ FunctionVersion: '$LATEST' })).toEqual(['latest']);
    expect(await names({ FunctionVersion: '3' })).toEqual([]);
  });

  test('pages without gaps or repetitions [pages]', async () => {
    const seen: unknown[] = [];
    const pages = paginateListAliases({ client: server.lambda, pageSize: 3 }, { FunctionName });
    for await (const { Aliases = [] } of pages) {
      expect(Aliases.length).toBeLessThanOrEqual(3);
      seen.push(...Aliases.map((alias) => alias.Name));
    }
    expect(seen).toEqual(Object.keys(TARGETS));
  });

  test('never gives more than 50 at once [page-limit]', async () => {
    const { FunctionName: name } = await deployVersions(server.lambda, 0);
    const all = Array.from({ length: 51 }, (_, index) => `alias-${String(index).padStart(2, '0')}`);
    for (const alias of all) await createAlias(server.lambda, name, alias, '$LATEST');
    const page = await server.lambda.send(new ListAliasesCommand({ FunctionName: name, MaxItems: 10_000 }));
    expect(page.Aliases?.map((alias) => alias.Name)).toEqual(all.slice(0, 50));
    expect(await names({ FunctionName: name, Marker: page.NextMarker ?? '' })).toEqual(all.slice(50));
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

  test('says what is not there [unknown-function] [invalid-marker]', async () => {
    const missing = uniqueName();
    expect(await refused({ FunctionName: missing })).toEqual({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:000000000000:function:${missing}`,
      status: 404,
      type: 'User',
    });
    expect(await refused({ Marker: 'not a marker' })).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });
});
