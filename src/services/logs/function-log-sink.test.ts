import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RequestContext, ServiceDefinition } from '../../aws/service.ts';
import { rootCaller } from '../../model/identity/caller-identity.ts';
import { MovableClock } from '../../model/clock.ts';
import { LogSegments } from '../../store/log-segments/log-segments.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { createFunctionLogSink, type FunctionLogSink } from './function-log-sink.ts';
import { createLogsService } from './logs-service.ts';

const context: RequestContext = {
  requestId: 'r',
  accountId: '000000000000',
  region: 'us-east-1',
  accessKeyId: undefined,
  caller: rootCaller('aws', '000000000000'),
  service: 'cloudwatch-logs',
  operation: '',
  sourceIp: undefined,
  headers: {},
  header: () => undefined,
  origin: 'http://localhost',
  contentLength: 0,
  signal: new AbortController().signal,
  patience: new AbortController().signal,
  setHeader: () => undefined,
};
const group = '/aws/lambda/f';

let directory: string;
let store: Store;
let segments: LogSegments;
let sink: FunctionLogSink;
let service: ServiceDefinition;
let clock: MovableClock;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lambent-sink-'));
  await open();
});
afterEach(async () => {
  await close();
  await rm(directory, { recursive: true, force: true });
});

async function open(): Promise<void> {
  clock = new MovableClock();
  store = await openStore({
    dataDir: directory,
    url: undefined,
    ephemeral: false,
    onWarning: () => undefined,
  });
  segments = new LogSegments({ directory: join(directory, 'logs'), clock });
  sink = createFunctionLogSink({ store, segments, clock });
  service = createLogsService({ store, segments, clock });
}

async function close(): Promise<void> {
  await sink.flush();
  await segments.close();
  await store.close();
}

async function call(operation: string, input: object) {
  return (await service.operations[operation]?.(input, context)) as Record<string, unknown>;
}

function openStream(stream: string) {
  return sink.openStream({ accountId: '000000000000', region: 'us-east-1', group, stream });
}

async function filtered(): Promise<string[]> {
  const { events } = await call('FilterLogEvents', { logGroupName: group });
  return (events as { message: string }[]).map((event) => event.message);
}

describe('the function log sink', () => {
  test('shows an event at once, with the line feed Lambda keeps', async () => {
    openStream('s').append(clock.now(), 'START');
    expect(await filtered()).toEqual(['START\n']);
    const { events } = await call('GetLogEvents', { logGroupName: group, logStreamName: 's' });
    expect(events).toHaveLength(1);
  });

  test('creates two hundred streams in a few transactions', async () => {
    let writes = 0;
    const { engine, backups, db, blobs, changes } = store;
    const counted: Store = {
      engine,
      backups,
      db,
      blobs,
      changes,
      write: (work) => {
        writes += 1;
        return store.write(work);
      },
      writeApart: (work) => store.writeApart(work),
      reset: () => store.reset(),
      close: () => store.close(),
    };
    const counting = createFunctionLogSink({ store: counted, segments, clock });
    for (let index = 0; index < 200; index += 1) {
      const name = { accountId: '000000000000', region: 'us-east-1', group, stream: `s${index}` };
      counting.openStream(name).append(clock.now(), `line ${index}`);
    }
    expect(await filtered()).toHaveLength(200);
    expect(writes).toBe(1);
  });

  test('a deleted group comes back with the next line', async () => {
    const stream = openStream('s');
    stream.append(clock.now(), 'before');
    expect(await filtered()).toEqual(['before\n']);
    await call('DeleteLogGroup', { logGroupName: group });
    await expect(filtered()).rejects.toThrow('The specified log group does not exist.');
    stream.append(clock.now(), 'after');
    expect(await filtered()).toEqual(['after\n']);
  });

  test('a deletion meets a creation that is under way', async () => {
    const stream = openStream('s');
    stream.append(clock.now(), 'lost');
    await call('DeleteLogGroup', { logGroupName: group });
    await expect(filtered()).rejects.toThrow('The specified log group does not exist.');
    stream.append(clock.now(), 'kept');
    expect(await filtered()).toEqual(['kept\n']);
  });

  test('writes into a stream that is there already', async () => {
    await call('CreateLogGroup', { logGroupName: group });
    await call('CreateLogStream', { logGroupName: group, logStreamName: 's' });
    const logEvents = [{ timestamp: clock.now(), message: 'put' }];
    await call('PutLogEvents', { logGroupName: group, logStreamName: 's', logEvents });
    const stream = openStream('s');
    stream.append(clock.now(), 'function');
    expect(await filtered()).toEqual(['put', 'function\n']);
    stream.append(clock.now(), 'more');
    stream.close();
    expect(await filtered()).toEqual(['put', 'function\n', 'more\n']);
  });

  test('an environment that has ended still finds its stream, though it is forgotten', async () => {
    const stream = openStream('s');
    stream.append(clock.now(), 'in time');
    stream.close();
    expect(await filtered()).toEqual(['in time\n']);
    expect(segments.counts.open).toBe(0);
    stream.append(clock.now(), 'late');
    expect(await filtered()).toEqual(['in time\n', 'late\n']);
    expect((await call('DescribeLogStreams', { logGroupName: group }))['logStreams']).toHaveLength(1);
  });

  test('everything is still there after a restart', async () => {
    const stream = openStream('s');
    for (let index = 0; index < 100; index += 1) stream.append(clock.now(), `line ${index}`);
    stream.close();
    await close();
    await open();
    expect(await filtered()).toEqual(Array.from({ length: 100 }, (_, index) => `line ${index}\n`));
  });

  test('a reset leaves nothing, and logging goes on', async () => {
    const stream = openStream('s');
    stream.append(clock.now(), 'before');
    await filtered();
    await store.reset();
    await segments.reset();
    expect((await call('DescribeLogGroups', {}))['logGroups']).toEqual([]);
    stream.append(clock.now(), 'after');
    expect(await filtered()).toEqual(['after\n']);
  });

  test('what a crash left on disk without a row is removed', async () => {
    const stream = openStream('s');
    stream.append(clock.now(), 'kept');
    stream.close();
    await segments.open('aa/leftover').appendDurably([{ timestampMs: 1, message: 'x' }]);
    await close();
    await open();
    clock.advance(60_000);
    const exists = async (): Promise<boolean> => (await segments.listClosed()).includes('aa/leftover');
    while (await exists()) await new Promise((resolve) => setImmediate(resolve));
    expect(await filtered()).toEqual(['kept\n']);
  });
});
