import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { lineMatching, median, ownMemoryMb, type Placement, startNode, stop } from './processes.ts';
import type { Row } from './report.ts';

/** Writes megabytes, and then the time again and again: of the clock that all processes of a machine share. */
const STREAMED = `
const { once } = require('node:events');
exports.handler = awslambda.streamifyResponse(async ({ queryStringParameters: query = {} }, stream) => {
  const megabyte = Buffer.alloc(1_000_000, 'x');
  for (let left = Number(query.megabytes ?? 0); left > 0; left -= 1)
    if (!stream.write(megabyte)) await once(stream, 'drain');
  for (let left = Number(query.ticks ?? 0); left > 0; left -= 1) {
    stream.write(process.hrtime.bigint() + '\\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  stream.end();
});`;
const TICK_MS = 100;
const GOAL_MS = 50;
const MEGABYTES = 200;
const SAMPLE_MS = 10;

interface Source {
  readonly port: number;
  readonly host: string;
}

/** Milliseconds from a write to its arrival: of the first, and of the slowest. */
interface Delays {
  readonly first: number;
  readonly slowest: number;
}

/** What a function writes to a URL that streams, against a bare node:http server that writes the same. */
export async function measureStreaming(where: Placement, effort: Effort): Promise<Row[]> {
  const bare = startNode([join(import.meta.dirname, 'stream-server.ts')], where.servers);
  const barePort = Number(new URL(await lineMatching(bare, /http:\S+/)).port);
  const lambent = await Lambent.start(where.servers);
  try {
    await lambent.deploy('streamed', 'nodejs24.x', {
      memoryMb: 1769,
      timeoutSeconds: 60,
      code: STREAMED,
    });
    const ours: Source = { port: lambent.port, host: await lambent.openUrl('streamed') };
    const baseline: Source = { port: barePort, host: `127.0.0.1:${barePort}` };
    return [
      ...(await delayRows(ours, baseline, effort)),
      ...(await bulkRows(ours, baseline, effort, lambent)),
    ];
  } finally {
    await lambent.stop();
    await stop(bare);
  }
}

async function delayRows(ours: Source, baseline: Source, { streamMs, rounds }: Effort): Promise<Row[]> {
  // The first finds no environment.
  await delays(ours, 1);
  const firsts: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let round = 0; round < 3 * rounds; round += 1) {
    firsts.ours.push((await delays(ours, 1)).first);
    firsts.bare.push((await delays(baseline, 1)).first);
  }
  const long = await delays(ours, streamMs / TICK_MS);
  const seconds = streamMs / 1000;
  return [
    row('first byte of a stream, after its write', 'ms', median(firsts.ours), median(firsts.bare)),
    {
      ...row(
        `first byte of a ${seconds} s stream after its write, of ${GOAL_MS} ms`,
        'ms',
        long.first,
        GOAL_MS,
      ),
      goal: '<= 1',
    },
    row(`slowest part of that stream after its write, of ${GOAL_MS} ms`, 'ms', long.slowest, GOAL_MS),
  ];
}

async function bulkRows(ours: Source, baseline: Source, effort: Effort, lambent: Lambent): Promise<Row[]> {
  const speeds: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  await speed(ours, MEGABYTES);
  const atRestMb = ownMemoryMb(lambent.process.pid ?? 0);
  let mostMb = atRestMb;
  const sampling = setInterval(() => {
    mostMb = Math.max(mostMb, ownMemoryMb(lambent.process.pid ?? 0));
  }, SAMPLE_MS);
  for (let round = 0; round < effort.rounds; round += 1) {
    speeds.ours.push(await speed(ours, MEGABYTES));
    speeds.bare.push(await speed(baseline, MEGABYTES));
  }
  clearInterval(sampling);
  return [
    row(`${MEGABYTES} MB through a function URL`, 'MB/s', median(speeds.ours), median(speeds.bare)),
    row(`most memory of the platform meanwhile, of after the first ${MEGABYTES} MB`, 'MiB', mostMb, atRestMb),
  ];
}

async function delays(source: Source, ticks: number): Promise<Delays> {
  const response = await open(source, `/?ticks=${ticks}`);
  const found: number[] = [];
  for await (const part of response) {
    const arrivedAt = process.hrtime.bigint();
    for (const line of String(part).split('\n'))
      if (line !== '') found.push(Number(arrivedAt - BigInt(line)) / 1e6);
  }
  if (found.length !== ticks) throw new Error(`${found.length} of ${ticks} parts arrived`);
  return { first: found[0] ?? Number.NaN, slowest: Math.max(...found) };
}

/** Megabytes per second. */
async function speed(source: Source, megabytes: number): Promise<number> {
  const startedAt = performance.now();
  const response = await open(source, `/?megabytes=${megabytes}`);
  let bytes = 0;
  for await (const part of response) bytes += (part as Buffer).length;
  if (bytes !== megabytes * 1_000_000) throw new Error(`${bytes} bytes arrived`);
  return (megabytes * 1000) / (performance.now() - startedAt);
}

async function open({ port, host }: Source, path: string): Promise<IncomingMessage> {
  const sent = request({ host: '127.0.0.1', port, path, headers: { host } });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`the stream was answered with ${response.statusCode}`);
  return response;
}

function row(name: string, unit: string, ours: number, baseline: number): Row {
  return { name, unit, ours, baseline, ratio: ours / baseline, goal: '' };
}
