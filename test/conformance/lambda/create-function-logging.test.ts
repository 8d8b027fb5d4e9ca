import { DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  InvokeCommand,
  type LoggingConfig,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../support/functions.ts';
import { deploy, uniqueName, updated } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const SOURCE = `exports.handler = async () => {
  console.debug('of no interest');
  console.info('worth a line');
  console.error('worth a call');
};`;

async function deployed(LoggingConfig: LoggingConfig): Promise<string> {
  const Code = { ZipFile: await zipOf({ 'index.js': SOURCE }) };
  return (await deploy(server.lambda, { Code, LoggingConfig })).FunctionName;
}

/** Invokes, and reads the group once the end of that invocation is in it. */
async function linesAfterInvoke(FunctionName: string, logGroupName: string): Promise<string[]> {
  const { $metadata } = await server.lambda.send(new InvokeCommand({ FunctionName }));
  const { requestId = '' } = $metadata;
  const read = async (): Promise<string[]> => {
    const answer = await server.logs
      .send(new FilterLogEventsCommand({ logGroupName }))
      .catch(() => ({ events: [] }));
    return (answer.events ?? []).map((event) => event.message ?? '');
  };
  const lines = await eventually(read, (found) =>
    found.some((line) => line.includes(requestId) && line.includes('worth a call')),
  );
  return lines;
}

async function groups(logGroupNamePrefix: string): Promise<(string | undefined)[]> {
  const answer = await server.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  return (answer.logGroups ?? []).map((group) => group.logGroupName);
}

describe('CreateFunction, logging', () => {
  test('writes text to the group it names, and to no other [log-group]', async () => {
    const LogGroup = `/shared/${uniqueName()}`;
    const name = await deployed({ LogGroup });
    const lines = await linesAfterInvoke(name, LogGroup);
    expect(lines.some((line) => line.startsWith('START RequestId:'))).toBe(true);
    expect(lines.some((line) => line.includes('of no interest'))).toBe(true);
    expect(await groups(`/aws/lambda/${name}`)).toEqual([]);
  });

  test('writes JSON from the level it names [log-format] [application-log-level]', async () => {
    const name = await deployed({ LogFormat: 'JSON', ApplicationLogLevel: 'ERROR' });
    const lines = await linesAfterInvoke(name, `/aws/lambda/${name}`);
    const records = lines.map(
      (line) => JSON.parse(line) as { level?: string; message?: string; type?: string },
    );
    expect(records.filter((record) => record.message !== undefined)).toEqual([
      expect.objectContaining({ level: 'ERROR', message: 'worth a call' }),
    ]);
  });

  test('leaves out the platform’s own records below their level [system-log-level]', async () => {
    const types = async (SystemLogLevel: 'DEBUG' | 'INFO' | 'WARN'): Promise<Set<string | undefined>> => {
      const name = await deployed({ LogFormat: 'JSON', SystemLogLevel });
      const lines = await linesAfterInvoke(name, `/aws/lambda/${name}`);
      return new Set(lines.map((line) => (JSON.parse(line) as { type?: string }).type));
    };
    const debug = await types('DEBUG');
    expect(debug).toContain('platform.initStart');
    expect(debug).toContain('platform.start');
    const info = await types('INFO');
    expect(info).toContain('platform.start');
    expect(info.size).toBeLessThan(debug.size);
    expect(await types('WARN')).toEqual(new Set([undefined]));
  });

  test('follows an update to another group and format [UpdateFunctionConfiguration.log-group]', async () => {
    const name = await deployed({});
    const before = await linesAfterInvoke(name, `/aws/lambda/${name}`);
    expect(before.some((line) => line.startsWith('START RequestId:'))).toBe(true);
    const LogGroup = `/shared/${uniqueName()}`;
    const LoggingConfig = { LogFormat: 'JSON' as const, LogGroup };
    await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, LoggingConfig }));
    await updated(server.lambda, name);
    const after = await linesAfterInvoke(name, LogGroup);
    expect(after.every((line) => typeof JSON.parse(line) === 'object')).toBe(true);
  });
});
