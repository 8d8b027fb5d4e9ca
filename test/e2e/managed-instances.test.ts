import {
  type CapacityProviderConfig,
  LambdaClient,
  ListFunctionVersionsByCapacityProviderCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  type Runtime,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MACHINE } from '../conformance/lambda/capacity-provider-fixtures.ts';
import { beside } from '../support/beside.ts';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { publishLayer } from '../support/layers.ts';
import { openGate, together, UNTIL_OPEN, UNTIL_OPEN_PYTHON } from '../support/overlap.ts';
import { rawZip } from '../support/raw-zip.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let many: LambdaClient;

beforeAll(async () => {
  server = await startServer();
  many = new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpAgent: { maxSockets: 100 } }),
  });
});

afterAll(async () => {
  many.destroy();
  expect(await server.stop()).toBe(0);
});

function onMachine(PerExecutionEnvironmentMaxConcurrency?: number): CapacityProviderConfig {
  return {
    LambdaManagedInstancesCapacityProviderConfig: {
      CapacityProviderArn: MACHINE,
      ...(PerExecutionEnvironmentMaxConcurrency !== undefined && { PerExecutionEnvironmentMaxConcurrency }),
    },
  };
}

/** Deploys and publishes version 1, which is what can be invoked. */
async function deployManaged(
  name: string,
  source: string,
  places: number,
  more: { Runtime?: Runtime; file?: string; Timeout?: number; Layers?: string[] } = {},
): Promise<void> {
  const { file = 'index.js', ...other } = more;
  const settings = {
    MemorySize: 2048,
    CapacityProviderConfig: onMachine(places),
    Runtime: 'nodejs24.x' as const,
    Timeout: 30,
    ...other,
  };
  await deploy(server.lambda, name, { [file]: source }, settings);
  await server.lambda.send(new PublishVersionCommand({ FunctionName: name }));
}

async function run(name: string, event: object = {}) {
  return await invoke(many, name, event, { Qualifier: '1', LogType: 'None' });
}

/** Each waits until as many as its event says are inside the same process. */
const MEETING = `${UNTIL_OPEN}
let inside = 0;
let most = 0;
const life = Math.random();
exports.handler = async ({ wait = 1, nonce, exit, gate }, context) => {
  inside += 1;
  most = Math.max(most, inside);
  console.log('in ' + nonce);
  while (most < wait) await new Promise((resolve) => setTimeout(resolve, 5));
  if (exit) process.exit(3);
  await untilOpen(gate, context.invokedFunctionArn);
  inside -= 1;
  const { AWS_LAMBDA_MAX_CONCURRENCY: limit, AWS_LAMBDA_INITIALIZATION_TYPE: type } = process.env;
  return { nonce, life, most, limit, type, id: context.awsRequestId };
};`;

interface Met {
  readonly nonce: number;
  readonly life: number;
  readonly most: number;
  readonly limit: string;
  readonly type: string;
  readonly id: string;
}

async function environments(): Promise<{ readonly idle: number; readonly busy: number }> {
  const health = await (await fetch(`${server.endpoint}/_lambent/health`)).json();
  return (health as { environments: { idle: number; busy: number } }).environments;
}

async function advanceHours(hours: number): Promise<void> {
  const body = new URLSearchParams({ advanceMs: String(hours * 3_600_000) });
  await fetch(`${server.endpoint}/_lambent/clock`, { method: 'POST', body });
}

describe('a function on the machine as a managed instance', () => {
  test('runs as many invocations at once in one environment as it says', async () => {
    await deployManaged('meeting', MEETING, 4);
    const answers = await Promise.all(
      [0, 1, 2, 3].map(async (nonce) => await run('meeting', { wait: 4, nonce })),
    );
    const met = answers.map(({ payload }) => payload as Met);
    expect(met.map(({ nonce }) => nonce)).toEqual([0, 1, 2, 3]);
    expect(met.map(({ id }) => id)).toEqual(answers.map(({ requestId }) => requestId));
    expect(new Set(met.map(({ most }) => most))).toEqual(new Set([4]));
    expect(new Set(met.map(({ life }) => life)).size).toBe(1);
    expect(met[0]).toMatchObject({ limit: '4', type: 'lambda-managed-instances' });
  });

  test('tells each caller the tail of its own log', async () => {
    await deployManaged('tails', MEETING, 3);
    const answers = await Promise.all(
      [0, 1, 2].map(
        async (nonce) => await invoke(many, 'tails', { wait: 3, nonce }, { Qualifier: '1', LogType: 'Tail' }),
      ),
    );
    for (const [nonce, { requestId, log = '' }] of answers.entries()) {
      expect(log).toContain(`in ${nonce}`);
      const lines = log.trimEnd().split('\n');
      expect(lines.filter((line) => !line.includes(requestId))).toEqual([]);
      expect(lines.length).toBeGreaterThanOrEqual(3);
    }
  });

  test('takes another environment where one is full', async () => {
    await deployManaged('full', MEETING, 1, { Timeout: 60 });
    const answers = await together(
      server,
      'full',
      2,
      async (event, nonce) => await run('full', { ...event, nonce }),
    );
    const met = answers.map(({ payload }) => payload as Met);
    expect(met.map(({ most }) => most)).toEqual([1, 1]);
    expect(met[0]?.life).not.toBe(met[1]?.life);
  });

  test('asks for several events at once over the Runtime API', async () => {
    const source = `#!/usr/bin/env python3
import json, os, threading, time, urllib.request
base = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
lock = threading.Lock()
counts = {'inside': 0, 'most': 0}
def loop():
    while True:
        with urllib.request.urlopen(base + 'next') as event:
            id = event.headers['Lambda-Runtime-Aws-Request-Id']
            wait = json.load(event)['wait']
        with lock:
            counts['inside'] += 1
            counts['most'] = max(counts['most'], counts['inside'])
        while counts['most'] < wait:
            time.sleep(0.005)
        with lock:
            counts['inside'] -= 1
        answer = json.dumps({'most': counts['most']}).encode()
        urllib.request.urlopen(base + id + '/response', data=answer).close()
for _ in range(int(os.environ['AWS_LAMBDA_MAX_CONCURRENCY'])):
    threading.Thread(target=loop).start()
`;
    await deployManaged('custom', source, 3, { Runtime: 'provided.al2023', file: 'bootstrap' });
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all([1, 2, 3].map(async () => await run('custom', { wait: 3 })));
      expect(answers.map(({ payload }) => payload)).toEqual([{ most: 3 }, { most: 3 }, { most: 3 }]);
    }
  });

  test('loses all that an environment has in hand when its process ends, and goes on in another', async () => {
    await deployManaged('ending', MEETING, 3);
    const answers = await Promise.all(
      [0, 1, 2].map(
        async (nonce) => await run('ending', { wait: 3, nonce, exit: nonce === 1, gate: 'never' }),
      ),
    );
    for (const { functionError, payload } of answers) {
      expect(functionError).toBe('Unhandled');
      expect(payload).toMatchObject({ errorType: 'Runtime.ExitError' });
    }
    expect((await run('ending', { nonce: 7 })).payload).toMatchObject({ nonce: 7, most: 1 });
  });

  test('times out one invocation; those beside it finish', async () => {
    // What begins halfway through the late one's time has half of its own left when that is over.
    const source = `
const life = Math.random();
let overMs;
const until = (ms) => new Promise((resolve) => setTimeout(resolve, ms - Date.now()));
exports.handler = async ({ part }, context) => {
  if (part === 'late') {
    overMs = Date.now() + context.getRemainingTimeInMillis();
    await until(overMs + 60_000);
  }
  while (part === 'halfway' && overMs === undefined) await until(Date.now() + 5);
  if (part === 'halfway') await until((Date.now() + overMs) / 2);
  if (part === 'beside') await until(overMs + 200);
  return { life, isAfter: Date.now() > overMs };
};`;
    await deployManaged('late', source, 2, { Timeout: 8 });
    const first = (await run('late')).payload as Met;
    const late = run('late', { part: 'late' });
    await run('late', { part: 'halfway' });
    expect((await run('late', { part: 'beside' })).payload).toEqual({ life: first.life, isAfter: true });
    expect(await late).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Sandbox.Timedout' },
    });
    expect(((await run('late')).payload as Met).life).not.toBe(first.life);
  });

  test('tells a runtime that goes on that a response came too late', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:refused';
    const source = `#!/usr/bin/env python3
${UNTIL_OPEN_PYTHON}
import json, os, threading, time, urllib.error, urllib.request
base = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
begun, refused, said = threading.Event(), threading.Event(), []
def respond(id, answer):
    urllib.request.urlopen(base + id + '/response', data=json.dumps(answer).encode()).close()
def loop():
    while True:
        with urllib.request.urlopen(base + 'next') as event:
            id, deadline = [event.headers['Lambda-Runtime-' + name] for name in ('Aws-Request-Id', 'Deadline-Ms')]
            part = json.load(event)['part']
        if part == 'late':
            begun.set()
            until_open('over', '${arn}')
            try:
                respond(id, 'late')
            except urllib.error.HTTPError as error:
                said.append([error.code, json.load(error)])
            refused.set()
        elif part == 'later':
            begun.wait()
            time.sleep((int(deadline) / 1000 - time.time()) / 2)
            respond(id, 'it has begun long ago')
        else:
            refused.wait()
            respond(id, said)
for _ in range(2):
    threading.Thread(target=loop).start()
`;
    await deployManaged('refused', source, 2, { Runtime: 'provided.al2023', file: 'bootstrap', Timeout: 8 });
    const late = run('refused', { part: 'late' });
    await run('refused', { part: 'later' });
    const told = run('refused', { part: 'told' });
    const { payload } = await beside(told, async () => await late);
    expect(payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    await openGate(server, arn, 'over');
    expect((await told).payload).toEqual([
      [410, { errorMessage: 'Invoke timeout', errorType: 'InvokeTimeout' }],
    ]);
  });

  test('is invoked by its versions, and has neither reserved nor provisioned concurrency', async () => {
    await deployManaged('published', MEETING, 2);
    await expect(invoke(many, 'published')).rejects.toMatchObject({ name: 'ResourceConflictException' });
    const FunctionName = 'published';
    const refused = { name: 'InvalidParameterValueException' };
    const reserve = new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 });
    await expect(server.lambda.send(reserve)).rejects.toMatchObject(refused);
    const provision = { FunctionName, Qualifier: '1', ProvisionedConcurrentExecutions: 1 };
    await expect(
      server.lambda.send(new PutProvisionedConcurrencyConfigCommand(provision)),
    ).rejects.toMatchObject(refused);
    const { FunctionVersions = [] } = await server.lambda.send(
      new ListFunctionVersionsByCapacityProviderCommand({ CapacityProviderName: 'machine' }),
    );
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:published:1';
    expect(FunctionVersions).toContainEqual({ FunctionArn: arn, State: 'Active' });
  });

  test('shows its configuration, which an update changes', async () => {
    await deployManaged('configured', MEETING, 2);
    const updated = await server.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'configured',
        MemorySize: 4096,
        CapacityProviderConfig: onMachine(128),
      }),
    );
    expect(updated.CapacityProviderConfig).toEqual(onMachine(128));
    expect(updated.LoggingConfig).toMatchObject({ LogFormat: 'JSON' });
    await untilUpdated(server.lambda, 'configured');
    const rarer = {
      LambdaManagedInstancesCapacityProviderConfig: {
        ...onMachine(64).LambdaManagedInstancesCapacityProviderConfig,
        CapacityProviderArn: MACHINE,
        ExecutionEnvironmentMemoryGiBPerVCpu: 4,
      },
    };
    const again = await server.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'configured', CapacityProviderConfig: rarer }),
    );
    expect(again.CapacityProviderConfig).toEqual(rarer);
    await untilUpdated(server.lambda, 'configured');
    for (const change of [
      { CapacityProviderConfig: onMachine(65) },
      { MemorySize: 4095 },
      { Runtime: 'python3.13' as const },
      { LoggingConfig: { LogFormat: 'Text' as const } },
    ]) {
      const command = new UpdateFunctionConfigurationCommand({ FunctionName: 'configured', ...change });
      await expect(server.lambda.send(command)).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
      });
    }
  });

  test('ends its environments when it is updated, or not used for a while', async () => {
    await deployManaged('idle', MEETING, 2);
    await run('idle', { nonce: 1 });
    await eventually(environments, ({ idle, busy }) => idle > 0 && busy === 0, 30_000);
    await advanceHours(2);
    await eventually(environments, ({ idle }) => idle === 0, 30_000);
    expect((await run('idle', { nonce: 2 })).payload).toMatchObject({ nonce: 2, most: 1 });
  });

  test('has its extensions in its log, which get the newest telemetry and no other', async () => {
    const content = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
id=$(curl -sS -D - -o /dev/null -X POST -H "Lambda-Extension-Name: agent" -d '{"events":["SHUTDOWN"]}' "$api/register" \\
  | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
put() {
  body="{\\"schemaVersion\\":\\"$2\\",\\"types\\":[\\"platform\\"],\\"destination\\":{\\"protocol\\":\\"TCP\\",\\"port\\":4444}}"
  curl -sS -o /dev/null -w "$1 $2 %{http_code}\\n" -X PUT -H "Lambda-Extension-Identifier: $id" -d "$body" "http://$AWS_LAMBDA_RUNTIME_API/$1"
}
put 2022-07-01/telemetry 2022-12-13
put 2022-07-01/telemetry 2025-01-29
put 2020-08-15/logs 2020-08-15
curl -sS -H "Lambda-Extension-Identifier: $id" "$api/event/next"
`;
    const ZipFile = rawZip([{ name: 'extensions/agent', content, mode: 0o100755 }]);
    const { LayerVersionArn } = await publishLayer(server.lambda, { Content: { ZipFile } });
    await deployManaged('extended', MEETING, 2, { Layers: [LayerVersionArn] });
    expect((await run('extended', { nonce: 1 })).payload).toMatchObject({ nonce: 1 });
    const filter = new FilterLogEventsCommand({
      logGroupName: '/aws/lambda/extended',
      filterPattern: '{ $.type = "platform.extension" }',
    });
    const lines = await eventually(
      async () => (await server.logs.send(filter)).events ?? [],
      ({ length }) => length > 0,
    );
    expect(JSON.parse(lines[0]?.message ?? '')).toMatchObject({
      record: { name: 'agent', state: 'Ready', events: ['SHUTDOWN'] },
    });
    const ended = new FilterLogEventsCommand({
      logGroupName: '/aws/lambda/extended',
      filterPattern: '{ $.type = "platform.report" || $.type = "platform.runtimeDone" }',
    });
    const reports = await eventually(
      async () => (await server.logs.send(ended)).events ?? [],
      ({ length }) => length > 0,
    );
    expect(reports.map(({ message = '' }) => JSON.parse(message))).toEqual([
      {
        time: expect.any(String),
        type: 'platform.report',
        record: {
          requestId: expect.any(String),
          status: 'success',
          metrics: { durationMs: expect.any(Number) },
          spans: [{ name: 'responseLatency' }, { name: 'responseDuration' }].map((span) =>
            expect.objectContaining(span),
          ),
        },
      },
    ]);
    const answers = new FilterLogEventsCommand({
      logGroupName: '/aws/lambda/extended',
      filterPattern: '?telemetry ?logs',
    });
    // What an extension prints comes by a pipe of its own.
    const told = await eventually(
      async () => {
        const { events = [] } = await server.logs.send(answers);
        return events.map(({ message = '' }) => message.trim()).filter((line) => !line.startsWith('{'));
      },
      ({ length }) => length >= 3,
    );
    expect(told).toEqual([
      '2022-07-01/telemetry 2022-12-13 400',
      '2022-07-01/telemetry 2025-01-29 200',
      '2020-08-15/logs 2020-08-15 404',
    ]);
  });

  test('leaves an environment after some hours, however busy it is: its credentials run out', async () => {
    await deployManaged('old', MEETING, 2);
    const before = await environments();
    const long = run('old', { nonce: 1, gate: 'old' });
    await eventually(environments, ({ busy }) => busy > before.busy, 30_000);
    await advanceHours(5);
    const later = (await run('old', { nonce: 2 })).payload as Met;
    await openGate(server, 'arn:aws:lambda:us-east-1:000000000000:function:old', 'old');
    const first = (await long).payload as Met;
    expect([first.nonce, later.nonce]).toEqual([1, 2]);
    expect(later.life).not.toBe(first.life);
  });
});
