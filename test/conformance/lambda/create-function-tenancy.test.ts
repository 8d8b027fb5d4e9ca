import {
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  InvokeWithResponseStreamCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../support/functions.ts';
import { creation, deploy, type Refusal, refusal, updated } from '../../support/lambda-requests.ts';
import { makeQueue } from '../../support/queues.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { zipOf } from '../../support/zip.ts';
import { ON_MACHINE } from './capacity-provider-fixtures.ts';

let server: TestServer;
let FunctionName: string;
let FunctionArn: string;

const TenancyConfig = { TenantIsolationMode: 'PER_TENANT' } as const;

/** What a process has seen of tenants, in memory and in /tmp. */
const WITNESS = `
const fs = require('node:fs');
const seen = [];
exports.handler = async (event, { tenantId }) => {
  seen.push(tenantId);
  fs.appendFileSync('/tmp/seen', tenantId + ' ');
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  return { tenantId, seen, file: fs.readFileSync('/tmp/seen', 'utf8').trim().split(' ') };
};`;

interface Seen {
  readonly tenantId: string;
  readonly seen: readonly string[];
  readonly file: readonly string[];
}

beforeAll(async () => {
  server = await startServer();
  const Code = { ZipFile: await zipOf({ 'index.js': WITNESS }) };
  const made = await deploy(server.lambda, { Code, TenancyConfig, LoggingConfig: { LogFormat: 'JSON' } });
  expect(made.TenancyConfig).toEqual(TenancyConfig);
  ({ FunctionName, FunctionArn } = made);
});

afterAll(async () => {
  await server.stop();
});

async function invoke(TenantId: string | undefined, more: Partial<InvokeCommandInput> = {}) {
  return await server.lambda.send(new InvokeCommand({ FunctionName, TenantId, ...more }));
}

async function seenBy(TenantId: string, more: Partial<InvokeCommandInput> = {}): Promise<Seen> {
  const { Payload } = await invoke(TenantId, more);
  return JSON.parse(Payload?.transformToString() ?? '') as Seen;
}

function invalid(message: string): Refusal {
  return { name: 'InvalidParameterValueException', message, status: 400, type: 'User' };
}

const MISSING = invalid(
  'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.',
);

const unsupported = (what: string): Refusal =>
  invalid(`${what} isn't supported for functions with tenant isolation.`);

describe('a function with tenant isolation', () => {
  test('has environments for each tenant, and tells whose they are [tenancy] [Invoke.tenant]', async () => {
    const own = (tenantId: string): Promise<Seen[]> =>
      Promise.all(Array.from({ length: 4 }, async () => await seenBy(tenantId, { Payload: '{"ms":50}' })));
    const tenants = ['blue', 'green', 'a:b/c=d+e-f@g h.i_j'];
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(tenants.map(own));
      for (const [index, tenantId] of tenants.entries()) {
        for (const { seen, file, ...answer } of answers[index] ?? []) {
          expect(answer).toEqual({ tenantId });
          expect(new Set(seen)).toEqual(new Set([tenantId]));
          expect(new Set(file.join(' ').split(tenantId).join('').split(' '))).toEqual(new Set(['']));
        }
      }
    }
    expect((await seenBy('blue')).seen.length).toBeGreaterThan(1);
  });

  test('is shown, and stays so in its versions and updates [tenancy]', async () => {
    const configuration = async (Qualifier?: string) =>
      await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }));
    expect((await configuration()).TenancyConfig).toEqual(TenancyConfig);
    await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 256 }));
    await updated(server.lambda, FunctionName);
    const { Version = '' } = await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    expect((await configuration(Version)).TenancyConfig).toEqual(TenancyConfig);
    await server.lambda.send(
      new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: Version }),
    );
    expect((await seenBy('blue', { Qualifier: 'live' })).seen).toEqual(['blue']);
    expect(await refusal(invoke(undefined, { Qualifier: 'live' }))).toEqual(MISSING);
  });

  test('names the tenant in its log [tenancy]', async () => {
    await seenBy('logged');
    const filter = new FilterLogEventsCommand({
      logGroupName: `/aws/lambda/${FunctionName}`,
      filterPattern: '{ $.record.tenantId = "logged" }',
    });
    const events = await eventually(
      async () => (await server.logs.send(filter)).events ?? [],
      ({ length }) => length === 2,
    );
    const types = events.map(({ message = '' }) => (JSON.parse(message) as { type: string }).type);
    expect(types).toEqual(['platform.start', 'platform.report']);
  });

  test('is not invoked without a tenant [Invoke.tenant-missing]', async () => {
    expect(await refusal(invoke(undefined))).toEqual(MISSING);
    expect(await refusal(invoke(undefined, { InvocationType: 'DryRun' }))).toEqual(MISSING);
    expect(await refusal(invoke(undefined, { InvocationType: 'Event' }))).toEqual(MISSING);
    const streamed = new InvokeWithResponseStreamCommand({ FunctionName });
    expect(await refusal(server.lambda.send(streamed))).toEqual(MISSING);
    expect((await invoke('blue', { InvocationType: 'DryRun' })).StatusCode).toBe(204);
    for (const bad of ['a#b', 'x'.repeat(257)])
      expect(await refusal(invoke(bad))).toMatchObject({ name: 'ValidationException' });
  });

  test('streams to a tenant [InvokeWithResponseStream.tenant]', async () => {
    const command = new InvokeWithResponseStreamCommand({ FunctionName, TenantId: 'streamed' });
    const { EventStream = [] } = await server.lambda.send(command);
    let text = '';
    for await (const { PayloadChunk } of EventStream) text += Buffer.from(PayloadChunk?.Payload ?? '');
    expect(JSON.parse(text)).toMatchObject({ tenantId: 'streamed', seen: ['streamed'] });
  });

  test('takes no events yet, and says so [Invoke.tenant-event]', async () => {
    expect(await refusal(invoke('blue', { InvocationType: 'Event' }))).toEqual(
      invalid('InvocationType Event with a TenantId is not implemented by Lambent yet.'),
    );
  });

  test('has no URL, no mappings and nothing that is ready ahead [CreateFunctionUrlConfig.tenancy] [CreateEventSourceMapping.tenancy] [PutProvisionedConcurrencyConfig.tenancy]', async () => {
    const url = new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' });
    expect(await refusal(server.lambda.send(url))).toEqual(unsupported('A function URL'));
    const { arn: EventSourceArn } = await makeQueue(server.sqs);
    const mapping = new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn });
    expect(await refusal(server.lambda.send(mapping))).toEqual(unsupported('An event source mapping'));
    const { Version: Qualifier } = await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    const provision = { FunctionName, Qualifier, ProvisionedConcurrentExecutions: 1 };
    expect(await refusal(server.lambda.send(new PutProvisionedConcurrencyConfigCommand(provision)))).toEqual(
      unsupported('Provisioned concurrency'),
    );
  });

  test('is not made with SnapStart or for managed instances [tenancy-combinations]', async () => {
    const refused = async (change: object): Promise<Refusal> => {
      const input = await creation({ TenancyConfig, ...change });
      return await refusal(server.lambda.send(new CreateFunctionCommand(input)));
    };
    const snapStart = { Runtime: 'python3.13', SnapStart: { ApplyOn: 'PublishedVersions' } };
    expect(await refused(snapStart)).toEqual(unsupported('SnapStart'));
    expect(await refused(ON_MACHINE)).toEqual(unsupported('CapacityProviderConfig'));
  });

  test('is one of a kind: other functions have no tenants [Invoke.tenant-id] [InvokeWithResponseStream.tenant-id]', async () => {
    const { FunctionName: other, TenancyConfig: none } = await deploy(server.lambda);
    expect(none).toBeUndefined();
    const superfluous = invalid(
      'The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.',
    );
    expect(await refusal(invoke('blue', { FunctionName: other }))).toEqual(superfluous);
    expect(await refusal(invoke('blue', { FunctionName: other, InvocationType: 'Event' }))).toEqual(
      superfluous,
    );
    const streamed = new InvokeWithResponseStreamCommand({ FunctionName: other, TenantId: 'blue' });
    expect(await refusal(server.lambda.send(streamed))).toEqual(superfluous);
    expect(FunctionArn).not.toContain(other);
  });
});
