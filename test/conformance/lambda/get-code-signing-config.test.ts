import { GetCodeSigningConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { createConfig, NO_CONFIG } from './code-signing-fixtures.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const get = async (CodeSigningConfigArn: string): Promise<unknown> =>
  (await server.lambda.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn }))).CodeSigningConfig;

describe('GetCodeSigningConfig', () => {
  test('shows the configuration [found]', async () => {
    const created = await createConfig(server.lambda, { Description: '' });
    expect(created.Description).toBe('');
    expect(await get(created.CodeSigningConfigArn)).toEqual(created);
  });

  test('says what is not there [missing] [other-region]', async () => {
    expect(await refusal(get(NO_CONFIG))).toEqual({
      name: 'ResourceNotFoundException',
      message: `The Lambda code signing configuration ${NO_CONFIG} can not be found.`,
      status: 404,
      type: undefined,
    });
    const { CodeSigningConfigArn } = await createConfig(server.lambda);
    const elsewhere = CodeSigningConfigArn.replace('us-east-1', 'eu-west-1');
    expect(await refusal(get(elsewhere))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `The Lambda code signing configuration ${elsewhere} can not be found.`,
    });
  });

  test('keeps other accounts out [other-account]', async () => {
    expect(await refusal(get(NO_CONFIG.replace('000000000000', '111111111111')))).toMatchObject({
      name: 'AccessDeniedException',
      status: 403,
    });
  });

  test('refuses what is no such ARN [malformed]', async () => {
    const answer = await refusal(get('csc-0123456789abcdefg'));
    expect(answer).toMatchObject({ name: 'ValidationException', status: 400, type: undefined });
    expect(answer.message).toContain("Value 'csc-0123456789abcdefg' at 'codeSigningConfigArn'");
  });
});
