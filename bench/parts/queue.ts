import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Effort } from './effort.ts';
import { lineMatching, median, type Placement, startNode, stop } from './processes.ts';
import type { Row } from './report.ts';

const CONCURRENCY = 64;

/**
 * Messages into a queue through the API, and out of it (received and deleted), on disk before the answer, against bare
 * rows of that size into the same store: one write each, sharing commits as they come.
 */
export async function measureQueue(where: Placement, effort: Effort): Promise<Row[]> {
  const directories = await Promise.all(
    ['queue', 'raw'].map((name) => mkdtemp(join(tmpdir(), `lambent-${name}-`))),
  );
  const [dataDir = '', rawDir = ''] = directories;
  const launcher = join(import.meta.dirname, '../../bin/lambent.mjs');
  const flags = ['start', '--port', '0', '--log-level', 'error', '--data-dir', dataDir];
  const server = startNode([launcher, ...flags], where.servers);
  try {
    const endpoint = (await lineMatching(server, /http:\/\/[\w.-]+:\d+/)).replace('localhost', '127.0.0.1');
    const load = { port: new URL(endpoint).port, url: await createQueue(endpoint), cpus: where.generator };
    const figures = { send: [] as number[], take: [] as number[], raw: [] as number[] };
    for (let round = 0; round < effort.rounds; round += 1) {
      figures.raw.push(await rawInserts(rawDir, where.servers, effort));
      figures.send.push(await queueLoad(load, 'send', effort));
      figures.take.push(await queueLoad(load, 'take', effort));
    }
    return [
      row('SendMessage, on disk, 64 connections', figures.send, figures.raw, '>= 0.4'),
      row('ReceiveMessage and DeleteMessage, 64 connections', figures.take, figures.raw, ''),
    ];
  } finally {
    await stop(server);
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  }
}

function row(name: string, ours: readonly number[], raw: readonly number[], goal: string): Row {
  const ratios = ours.map((perSecond, round) => perSecond / (raw[round] ?? perSecond));
  const unit = 'messages/s';
  return { name, unit, ours: median(ours), baseline: median(raw), ratio: median(ratios), goal };
}

async function createQueue(endpoint: string): Promise<string> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'bench' }));
  sqs.destroy();
  return QueueUrl;
}

interface QueueLoad {
  readonly port: string;
  readonly url: string;
  readonly cpus: string | undefined;
}

async function queueLoad(
  { port, url, cpus }: QueueLoad,
  kind: 'send' | 'take',
  effort: Effort,
): Promise<number> {
  return await rate(
    [program('queue-load.ts'), port, url, kind, String(CONCURRENCY), String(effort.sliceMs)],
    cpus,
  );
}

async function rawInserts(directory: string, cpus: string | undefined, effort: Effort): Promise<number> {
  return await rate(
    [program('raw-inserts.ts'), directory, String(CONCURRENCY), String(effort.sliceMs)],
    cpus,
  );
}

function program(file: string): string {
  return join(import.meta.dirname, file);
}

/** What a program says it has done in a second, when it ends. */
async function rate(args: readonly string[], cpus: string | undefined): Promise<number> {
  const command =
    cpus === undefined ? [process.execPath, ...args] : ['taskset', '-c', cpus, process.execPath, ...args];
  const [name = '', ...rest] = command;
  const child = spawn(name, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const found = /^done ([\d.]+)$/m.exec(output)?.[1];
  if (code !== 0 || found === undefined) throw new Error(`${args[0]} failed: ${output}`);
  return Number(found);
}
