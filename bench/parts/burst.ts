import { connect, type Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import {
  DeleteProvisionedConcurrencyConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { availableMemoryMb, lineMatching, median, startNode } from './processes.ts';
import type { Row } from './report.ts';

/** What an environment may need at most while many start; a machine with less gets fewer of them. */
const EACH_MB = 40;
const AT_ONCE = availableParallelism();
const PROVISIONED = 20;
const PROVISIONED_ROUNDS = 5;
const POLL_MS = 10;
/** Longer than it takes to start all of them. */
const HOLDING = `exports.handler = async () => { await new Promise((resolve) => setTimeout(resolve, 120000)); };\n`;
const IDLE_NODE = ['-e', 'require("fs").writeSync(1, "ready\\n"); setInterval(() => {}, 60000)'];

/**
 * From no environment to many at once, and to provisioned ones that are ready, against as many bare Node.js processes
 * started as many at a time as there are processors.
 */
export async function measureBurst(effort: Effort): Promise<Row[]> {
  const count = Math.min(effort.burst, Math.floor(availableMemoryMb() / EACH_MB / 50) * 50);
  if (count < effort.burst) console.error(`(memory for ${count} environments at once)`);
  const oursMs = await burst(count);
  const bareMs = await bareNodes(count);
  const each = await provisioned(effort);
  return [
    row(`from 0 to ${count} environments that run, all asked for at once`, 'ms', oursMs, bareMs),
    row(
      `environments started per second in that burst`,
      '1/s',
      (count * 1000) / oursMs,
      (count * 1000) / bareMs,
    ),
    row(`${PROVISIONED} provisioned environments, from asked for to READY`, 'ms', each.ours, each.bare),
  ];
}

async function burst(count: number): Promise<number> {
  const lambent = await Lambent.start(undefined);
  const sockets: Socket[] = [];
  try {
    await lambent.deploy('held', 'nodejs24.x', { timeoutSeconds: 300, memoryMb: 128, code: HOLDING });
    const startedAt = performance.now();
    for (let each = 0; each < count; each += 1) sockets.push(invokeAndHold(lambent.port));
    while ((await lambent.busy()) < count) await pause();
    return performance.now() - startedAt;
  } finally {
    for (const socket of sockets) socket.destroy();
    await lambent.end();
  }
}

function invokeAndHold(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  const head = 'host: 127.0.0.1\r\ncontent-length: 2';
  socket.write(`POST /2015-03-31/functions/held/invocations HTTP/1.1\r\n${head}\r\n\r\n{}`);
  // Nobody waits for the answer.
  socket.on('error', () => undefined);
  return socket;
}

async function bareNodes(count: number): Promise<number> {
  const nodes: ReturnType<typeof startNode>[] = [];
  let left = count;
  const starter = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const node = startNode(IDLE_NODE, undefined);
      nodes.push(node);
      await lineMatching(node, /ready/);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, starter));
  const tookMs = performance.now() - startedAt;
  for (const node of nodes) node.kill('SIGKILL');
  return tookMs;
}

async function provisioned({ isQuick }: Effort): Promise<{ ours: number; bare: number }> {
  const lambent = await Lambent.start(undefined);
  const { client } = lambent;
  const ours: number[] = [];
  const bare: number[] = [];
  try {
    await lambent.deploy('provisioned', 'nodejs24.x', { memoryMb: 128 });
    const { Version = '' } = await client.send(new PublishVersionCommand({ FunctionName: 'provisioned' }));
    const target = { FunctionName: 'provisioned', Qualifier: Version };
    for (let round = 0; round < (isQuick ? 2 : PROVISIONED_ROUNDS); round += 1) {
      const startedAt = performance.now();
      await client.send(
        new PutProvisionedConcurrencyConfigCommand({
          ...target,
          ProvisionedConcurrentExecutions: PROVISIONED,
        }),
      );
      for (;;) {
        const { Status } = await client.send(new GetProvisionedConcurrencyConfigCommand(target));
        if (Status === 'READY') break;
        await pause();
      }
      ours.push(performance.now() - startedAt);
      bare.push(await bareNodes(PROVISIONED));
      await client.send(new DeleteProvisionedConcurrencyConfigCommand(target));
    }
  } finally {
    await lambent.stop();
  }
  return { ours: median(ours), bare: median(bare) };
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function row(name: string, unit: string, ours: number, baseline: number): Row {
  return { name, unit, ours, baseline, ratio: ours / baseline, goal: '' };
}
