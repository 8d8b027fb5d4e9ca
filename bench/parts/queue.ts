import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { median, type Placement, rateOf } from './processes.ts';
import type { Row } from './report.ts';

const CONCURRENCY = '64';
/** Its one environment is busy for as long as the benchmark lasts: what is accepted waits. */
const BUSY = 'exports.handler = async () => await new Promise((resolve) => setTimeout(resolve, 600_000));\n';

/**
 * Messages into a queue through the API, out of it (received and deleted), and events for a function, each on disk before
 * the answer, against bare rows of that size into the same kind of store: one write each, sharing commits as they come.
 */
export async function measureQueue(where: Placement, effort: Effort): Promise<Row[]> {
  const directories = await Promise.all(
    ['queue', 'raw'].map((name) => mkdtemp(join(tmpdir(), `lambent-${name}-`))),
  );
  const [dataDir = '', rawDir = ''] = directories;
  const lambent = await Lambent.start(where.servers, [], { dataDir });
  const load = async (kind: string, target: string): Promise<number> =>
    await rateOf(
      ['queue-load.ts', String(lambent.port), target, kind, CONCURRENCY, String(effort.sliceMs)],
      where.generator,
    );
  const figures = { raw: [] as number[], send: [] as number[], take: [] as number[], accept: [] as number[] };
  try {
    const queue = await createQueue(lambent.endpoint);
    await lambent.deploy('busy', 'nodejs24.x', { code: BUSY, timeoutSeconds: 900 });
    await lambent.client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'busy', ReservedConcurrentExecutions: 1 }),
    );
    for (let round = 0; round < effort.rounds; round += 1) {
      const slice = String(effort.sliceMs);
      figures.raw.push(await rateOf(['raw-inserts.ts', rawDir, CONCURRENCY, slice], where.servers));
      figures.send.push(await load('send', queue));
      figures.take.push(await load('take', queue));
      figures.accept.push(await load('accept', 'busy'));
    }
  } finally {
    await lambent.end();
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  }
  const row = (name: string, unit: string, ours: readonly number[], goal: string): Row => ({
    name: `${name}, on disk, ${CONCURRENCY} connections`,
    unit,
    ours: median(ours),
    baseline: median(figures.raw),
    ratio: median(ours.map((perSecond, round) => perSecond / (figures.raw[round] ?? perSecond))),
    goal,
  });
  return [
    row('SendMessage', 'messages/s', figures.send, '>= 0.4'),
    row('ReceiveMessage and DeleteMessage', 'messages/s', figures.take, ''),
    row('Invoke of type Event', 'events/s', figures.accept, '>= 0.4'),
  ];
}

async function createQueue(endpoint: string): Promise<string> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'bench' }));
  sqs.destroy();
  return QueueUrl;
}
