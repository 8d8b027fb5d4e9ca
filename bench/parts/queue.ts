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
const KINDS = ['single', 'send', 'take', 'invoke', 'grouped', 'accept'] as const;
type Kind = (typeof KINDS)[number];
/** Its one environment is busy for as long as the benchmark lasts: what is accepted waits. */
const BUSY = 'exports.handler = async () => await new Promise((resolve) => setTimeout(resolve, 600_000));\n';

/**
 * Messages into a queue through the API, out of it (received and deleted), and events for a function, each on disk before
 * the answer, against bare rows of that size into the same kind of store: one write each, sharing commits as they come.
 * Accepting an event is also measured alone, without HTTP, against rows of which all that wait are written together.
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
  const storeLoad = async (kind: string): Promise<number> =>
    await rateOf(['store-load.ts', rawDir, kind, CONCURRENCY, String(effort.sliceMs)], where.servers);
  const figures = Object.fromEntries(KINDS.map((kind) => [kind, [] as number[]])) as Record<Kind, number[]>;
  try {
    const queue = await createQueue(lambent.endpoint);
    await lambent.deploy('busy', 'nodejs24.x', { code: BUSY, timeoutSeconds: 900 });
    await lambent.client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'busy', ReservedConcurrentExecutions: 1 }),
    );
    for (let round = 0; round < effort.rounds; round += 1) {
      figures.single.push(await storeLoad('single'));
      figures.send.push(await load('send', queue));
      figures.take.push(await load('take', queue));
      figures.invoke.push(await load('accept', 'busy'));
      figures.grouped.push(await storeLoad('grouped'));
      figures.accept.push(await storeLoad('accept'));
    }
  } finally {
    await lambent.end();
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  }
  const row = (name: string, unit: string, ours: Kind, baseline: 'grouped' | 'single', goal: string): Row => {
    const bare = figures[baseline];
    const ratios = figures[ours].map((perSecond, round) => perSecond / (bare[round] ?? perSecond));
    const [own, other] = [median(figures[ours]), median(bare)];
    return { name, unit, ours: own, baseline: other, ratio: median(ratios), goal };
  };
  const by = `on disk, ${CONCURRENCY} connections`;
  return [
    row(`SendMessage, ${by}`, 'messages/s', 'send', 'single', '>= 0.4'),
    row(`ReceiveMessage and DeleteMessage, ${by}`, 'messages/s', 'take', 'single', ''),
    row(`Invoke of type Event, ${by}`, 'events/s', 'invoke', 'single', '>= 0.4'),
    row(`an event accepted, ${CONCURRENCY} at once, no HTTP`, 'events/s', 'accept', 'grouped', '>= 0.4'),
  ];
}

async function createQueue(endpoint: string): Promise<string> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'bench' }));
  sqs.destroy();
  return QueueUrl;
}
