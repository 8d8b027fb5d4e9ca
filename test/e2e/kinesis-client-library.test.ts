import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtClient } from '../support/client-builds.ts';
import { run } from '../support/commands.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { kinesisFor, makeStream, putTexts } from '../support/streams.ts';

/**
 * The Kinesis Client Library for Java, with its leases in tables of DynamoDB. It takes two minutes and more to begin, and its
 * packages are large: LAMBENT_KCL=1 asks for it.
 */
const isAsked = process.env['LAMBENT_KCL'] !== undefined;
if (!isAsked) console.log('skipped: the Kinesis Client Library is tried with LAMBENT_KCL=1');
const LIMIT_MS = 360_000;

const built = isAsked
  ? await builtClient({
      name: 'kcl',
      tools: [
        ['mvn', '--version'],
        ['javac', '-version'],
      ],
      fetch: [['mvn', '-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib']],
      build: [['javac', '-cp', 'lib/*', '-d', 'classes', 'Reader.java']],
    })
  : undefined;

describe.skipIf(built === undefined)('the Kinesis Client Library', () => {
  let server: TestServer;
  let kinesis: KinesisClient;

  beforeAll(async () => {
    server = await startServer();
    kinesis = kinesisFor(server);
  });
  afterAll(async () => {
    kinesis.destroy();
    expect(await server.stop()).toBe(0);
  });

  test.each(['polling', 'fan-out'])('reads a stream by %s', { timeout: LIMIT_MS + 60_000 }, async (mode) => {
    const stream = await makeStream(kinesis, { ShardCount: 2 });
    const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`);
    await putTexts(kinesis, stream, texts);
    const program = [
      '-cp',
      'classes:lib/*',
      'Reader',
      server.endpoint,
      stream.name,
      `app-${mode}`,
      mode,
      '20',
    ];
    const { code, stdout } = await run('java', program, { cwd: built ?? '', timeoutMs: LIMIT_MS });
    const lines = stdout.trim().split('\n');
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: 'done' });
    const read = lines.flatMap((line) => /^shardId-\d+ (.*)$/.exec(line)?.[1] ?? []);
    expect(read.sort()).toEqual(texts.map((text) => `${text} ${text}`).sort());
  });
});
