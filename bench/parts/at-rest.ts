import type { Effort } from './effort.ts';
import { Lambent } from './lambent.ts';
import { lineMatching, median, residentBytes, startNode, stop } from './processes.ts';
import type { Row } from './report.ts';

const IDLE_NODE = ['-e', 'console.log("ready"); setInterval(() => {}, 1000)'];

/** How long until it serves, and what it weighs when nobody calls, against a bare idle Node.js process. */
export async function measureAtRest({ rounds }: Effort): Promise<Row[]> {
  const ours = { startMs: [] as number[], memoryMb: [] as number[] };
  const bare = { startMs: [] as number[], memoryMb: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const lambent = await Lambent.start(undefined);
    ours.startMs.push(performance.now() - startedAt);
    ours.memoryMb.push((residentBytes(lambent.process.pid ?? 0) ?? 0) / 2 ** 20);
    await lambent.stop();
    const bareStartedAt = performance.now();
    const node = startNode(IDLE_NODE, undefined);
    await lineMatching(node, /ready/);
    bare.startMs.push(performance.now() - bareStartedAt);
    bare.memoryMb.push((residentBytes(node.pid ?? 0) ?? 0) / 2 ** 20);
    await stop(node);
  }
  return [
    row('start-up, spawn to serving', 'ms', median(ours.startMs), median(bare.startMs)),
    row('memory at rest, whole process tree', 'MiB', median(ours.memoryMb), median(bare.memoryMb)),
  ];
}

function row(name: string, unit: string, ours: number, baseline: number): Row {
  return { name, unit, ours, baseline, ratio: ours / baseline, goal: '' };
}
