import { array, assert, boolean, nat, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { leastLaden, room, surplus } from './sharing.ts';

const worker = (connections: number, isReady = true, isLeaving = false) => ({
  connections,
  isReady,
  isLeaving,
});

test('a connection goes to the worker that has fewest, of those that take any', () => {
  const workers = [worker(3), worker(1, false), worker(2), worker(0, true, true)];
  expect(leastLaden(workers)).toBe(workers[2]);
  expect(leastLaden([worker(1, false), worker(0, true, true)])).toBeUndefined();
});

test('who serves already leaves their share to those that are still to come', () => {
  expect(room([worker(0), worker(0, false)], 64, 2)).toBe(32);
  expect(room([worker(32), worker(0)], 32, 2)).toBe(32);
  expect(room([worker(0), worker(0)], 64, 2)).toBe(64);
  expect(room([worker(0, false), worker(0, false)], 64, 2)).toBe(0);
});

test('what is moved makes all even, whatever they had before', () => {
  const any = record({ connections: nat(50), isReady: boolean(), isLeaving: boolean() });
  assert(
    property(array(any, { minLength: 1, maxLength: 5 }), (workers) => {
      const serving = workers.filter(({ isReady, isLeaving }) => isReady && !isLeaving);
      const counts = new Map(serving.map((each) => [each, each.connections]));
      const all = serving.reduce((sum, { connections }) => sum + connections, 0);
      for (const { worker: each, connections } of surplus(workers))
        counts.set(each, each.connections - connections);
      const share = Math.ceil(all / Math.max(1, serving.length));
      for (const count of counts.values()) expect(count).toBeLessThanOrEqual(share);
    }),
  );
});

test('what may be passed to workers that all serve is all there is', () => {
  assert(
    property(array(nat(50), { minLength: 2, maxLength: 4 }), nat(200), (connections, waiting) => {
      const workers = connections.map((count) => worker(count));
      const all = connections.reduce((sum, count) => sum + count, waiting);
      const isEven = connections.every((count) => count <= Math.ceil(all / connections.length));
      if (isEven) expect(room(workers, waiting, connections.length)).toBeGreaterThanOrEqual(waiting);
    }),
  );
});
