import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { median, type Placement } from './processes.ts';
import type { Row } from './report.ts';

const READERS = 16;
const IDLE_MAPPINGS = 100;
/** Of one core, in hundredths of a second for each second: what idle mappings may use. */
const IDLE_SHARE = 0.01;
const CLOCK_TICKS = 100;

/**
 * Messages through a mapping and a real function, against the same queue received from and deleted from through the API;
 * and the processor time of mappings that have nothing to do.
 */
export async function measureMappings(where: Placement, effort: Effort): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lambent-mappings-'));
  const lambent = await Lambent.start(where.servers, [], { dataDir });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint: lambent.endpoint, region: 'us-east-1', credentials });
  try {
    await lambent.deploy('sink', 'nodejs24.x', {
      code: 'exports.handler = async () => {};\n',
      timeoutSeconds: 10,
    });
    const messages = effort.isQuick ? 2000 : 10_000;
    const [raw, mapped]: [number[], number[]] = [[], []];
    for (let round = 0; round < effort.rounds; round += 1) {
      raw.push(await rawRate(sqs, `raw-${round}`, messages));
      mapped.push(await mappedRate(lambent, sqs, `mapped-${round}`, messages));
    }
    const idle = await idleShare(lambent, sqs, effort);
    const ratio = median(mapped.map((rate, round) => rate / (raw[round] ?? rate)));
    const name = 'a queue through a mapping and a function, batches of 10';
    return [
      { name, unit: 'messages/s', ours: median(mapped), baseline: median(raw), ratio, goal: '' },
      {
        name: `${IDLE_MAPPINGS} mappings with nothing to do`,
        unit: 'of a core',
        ours: idle,
        baseline: IDLE_SHARE,
        ratio: idle / IDLE_SHARE,
        goal: '<= 1',
      },
    ];
  } finally {
    sqs.destroy();
    await lambent.end();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function filledQueue(sqs: SQSClient, QueueName: string, messages: number): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const Entries = Array.from({ length: 10 }, (_, index) => ({
    Id: `m${index}`,
    MessageBody: 'x'.repeat(200),
  }));
  let left = messages;
  const send = async (): Promise<void> => {
    while ((left -= 10) >= 0) await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  };
  await Promise.all(Array.from({ length: READERS }, send));
  return QueueUrl;
}

async function rawRate(sqs: SQSClient, name: string, messages: number): Promise<number> {
  const QueueUrl = await filledQueue(sqs, name, messages);
  const beganAt = performance.now();
  const read = async (): Promise<void> => {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return;
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `m${index}`, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  return (messages * 1000) / (performance.now() - beganAt);
}

async function mappedRate(
  { client }: Lambent,
  sqs: SQSClient,
  name: string,
  messages: number,
): Promise<number> {
  const QueueUrl = await filledQueue(sqs, name, messages);
  const beganAt = performance.now();
  await client.send(mappingFor(name));
  for (;;) {
    const wanted = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...wanted] }),
    );
    if (wanted.every((attribute) => Attributes[attribute] === '0')) break;
    await after(10);
  }
  return (messages * 1000) / (performance.now() - beganAt);
}

function mappingFor(queueName: string): CreateEventSourceMappingCommand {
  const EventSourceArn = `arn:aws:sqs:us-east-1:000000000000:${queueName}`;
  return new CreateEventSourceMappingCommand({ FunctionName: 'sink', EventSourceArn });
}

async function idleShare(lambent: Lambent, sqs: SQSClient, effort: Effort): Promise<number> {
  for (let index = 0; index < IDLE_MAPPINGS; index += 1) {
    await sqs.send(new CreateQueueCommand({ QueueName: `idle-${index}` }));
    await lambent.client.send(mappingFor(`idle-${index}`));
  }
  // What the work before has left to do.
  await after(2000);
  const { pid = 0 } = lambent.process;
  const before = ticksOf(pid);
  const seconds = effort.isQuick ? 5 : 20;
  await after(seconds * 1000);
  return (ticksOf(pid) - before) / CLOCK_TICKS / seconds;
}

/** Processor time of a process so far, user and system. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
