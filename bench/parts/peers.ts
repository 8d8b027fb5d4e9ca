import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { Load } from './load.ts';
import type { LoadResult } from './load-generator.ts';
import { type Target, warmUp } from './paired.ts';
import { PEERS, type RunningPeer } from './peer-programs.ts';
import { lineMatching, median, type Placement, startNode, stop } from './processes.ts';
import type { Row } from './report.ts';

const CONNECTIONS = [1, 16, 64];
const BODY = JSON.stringify({ payload: 'x'.repeat(1000) });

interface Subject {
  readonly name: string;
  readonly target: Target;
}

/**
 * The same load on other programs that run functions, each with an echo function of Node.js, and on Lambent, in turn in
 * one run; all of them against the bare echo server. What cannot be installed or started is left out with its reason.
 */
export async function measurePeers(where: Placement, effort: Effort): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lambent-peers-'));
  const echo = startNode([join(import.meta.dirname, 'echo-server.ts')], where.servers);
  const echoPort = Number(new URL(await lineMatching(echo, /http:\S+/)).port);
  const lambent = await Lambent.start(where.servers);
  const load = new Load(where.generator);
  const peers: RunningPeer[] = [];
  try {
    await lambent.deploy('echo', 'nodejs24.x', { memoryMb: 1769 });
    const path = '/2015-03-31/functions/echo/invocations';
    const subjects: Subject[] = [{ name: 'Lambent', target: { port: lambent.port, path, body: BODY } }];
    for (const program of PEERS) {
      const { name } = program;
      try {
        program.install(join(folder, name));
        const peer = await program.start(join(folder, name), where.servers);
        peers.push(peer);
        subjects.push({ name, target: { port: peer.port, path: peer.path, body: BODY } });
      } catch (error) {
        console.error(`(${name} is left out: ${(error as Error).message})`);
      }
    }
    const bare = { name: 'bare', target: { port: echoPort, path: '/', body: BODY } };
    const rows: Row[] = [];
    for (const connections of CONNECTIONS)
      rows.push(...(await measureAll(bare, subjects, connections, load, effort)));
    return rows;
  } finally {
    for (const peer of peers) await peer.stop();
    await load.close();
    await lambent.stop();
    await stop(echo);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function measureAll(
  bare: Subject,
  subjects: readonly Subject[],
  connections: number,
  load: Load,
  { rounds, sliceMs, mostWarmUpSlices }: Effort,
): Promise<Row[]> {
  const results = new Map<Subject, LoadResult[]>([bare, ...subjects].map((subject) => [subject, []]));
  for (const { target } of results.keys())
    await warmUp({ ...target, connections, durationMs: sliceMs }, mostWarmUpSlices.ours, load);
  for (let round = 0; round < rounds; round += 1)
    for (const [{ target }, found] of results)
      found.push(await load.run({ ...target, connections, durationMs: sliceMs }));
  const perSecond = (subject: Subject): number =>
    median((results.get(subject) ?? []).map((result) => result.perSecond));
  return subjects.map((subject) => {
    const failures = (results.get(subject) ?? []).reduce((sum, result) => sum + result.failures, 0);
    const failed = failures === 0 ? '' : ` (${failures} failed)`;
    const [ours, baseline] = [perSecond(subject), perSecond(bare)];
    const name = `${subject.name}: warm invokes, ${connections} connections${failed}`;
    return { name, unit: 'requests/s', ours, baseline, ratio: ours / baseline, goal: '' };
  });
}
