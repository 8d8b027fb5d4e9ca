import { expect, test } from 'vitest';
import { DeploymentGroup } from './deployment-group.ts';
import { StartQueue, UNLIMITED } from './start-queue.ts';
import { functionVersion, invocation } from './testing/pool-fixture.ts';

/** A queue of so many places, whose starts end when they are told to. */
function queueOf(limit: number) {
  const under: { readonly name: string; readonly end: () => void }[] = [];
  const queue = new StartQueue({
    limit,
    start: async ({ key, waiters }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      under.push({ name: key, end: resolve });
      await promise;
      waiters.shift();
    },
    onEnded: () => undefined,
    memoryIsScarce: () => false,
    scaling: UNLIMITED,
  });
  const ask = (name: string, times: number): void => {
    const group = new DeploymentGroup(name, functionVersion());
    const nobody = { succeed: () => undefined, fail: () => undefined };
    for (let time = 0; time < times; time += 1) group.wait(invocation({}), nobody);
    queue.demand(group);
  };
  const started = (): string => under.map(({ name }) => name).join(' ');
  const end = async (): Promise<void> => {
    under.shift()?.end();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ask, started, end };
}

test('functions take turns', async () => {
  const { ask, started, end } = queueOf(2);
  ask('many', 100);
  ask('some', 3);
  ask('one', 1);
  // Who has none yet has a place beyond those that were there.
  expect(started()).toBe('many many some one');
  for (const next of ['many some one', 'some one many', 'one many some', 'many some', 'some many']) {
    await end();
    expect(started()).toBe(next);
  }
});

test('one whose starts take for ever keeps nobody else from starting, and not more than twice as many start', () => {
  const { ask, started } = queueOf(4);
  ask('slow', 100);
  expect(started()).toBe('slow slow slow slow');
  for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name, 2);
  expect(started()).toBe('slow slow slow slow a b c d');
});
