import { ListCodeSigningConfigsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createConfig, type CreatedConfig } from './code-signing-fixtures.ts';

let server: TestServer;
let created: CreatedConfig[];

beforeAll(async () => {
  server = await startServer();
  created = await Promise.all([1, 2, 3, 4, 5].map(async () => await createConfig(server.lambda)));
});

afterAll(async () => {
  await server.stop();
});

const ids = (configs: readonly { CodeSigningConfigId?: string | undefined }[] = []): string[] =>
  configs.map((config) => config.CodeSigningConfigId ?? '').toSorted((a, b) => (a < b ? -1 : 1));

describe('ListCodeSigningConfigs', () => {
  test('lists every configuration [lists]', async () => {
    const answer = await server.lambda.send(new ListCodeSigningConfigsCommand({}));
    const own = answer.CodeSigningConfigs?.filter((config) => ids(created).includes(ids([config])[0] ?? ''));
    expect(ids(own)).toEqual(ids(created));
    expect(own).toEqual(expect.arrayContaining(created));
  });

  test('pages through them [pages]', async () => {
    const seen: string[] = [];
    let Marker: string | undefined;
    do {
      const answer = await server.lambda.send(new ListCodeSigningConfigsCommand({ MaxItems: 2, Marker }));
      expect(answer.CodeSigningConfigs?.length).toBeLessThanOrEqual(2);
      seen.push(...ids(answer.CodeSigningConfigs));
      Marker = answer.NextMarker;
    } while (Marker !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(ids(created)));
  });

  test('refuses a marker it did not give [bad-marker]', async () => {
    const list = server.lambda.send(new ListCodeSigningConfigsCommand({ Marker: 'guessed' }));
    expect(await refusal(list)).toMatchObject({ name: 'InvalidParameterValueException', status: 400 });
  });
});
