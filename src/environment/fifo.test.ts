import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('a queue is taken from as an array would be', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constant('push' as const) },
    { weight: 5, arbitrary: fc.constant('shift' as const) },
    { weight: 1, arbitrary: fc.constant('pop' as const) },
    { weight: 1, arbitrary: fc.constant('takeAll' as const) },
    { weight: 1, arbitrary: fc.constant('putBack' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
      const queue = new Fifo<number>();
      const array: number[] = [];
      let taken: number[] = [];
      for (const [serial, name] of steps.entries()) {
        if (name === 'push') {
          queue.push(serial);
          array.push(serial);
        } else if (name === 'takeAll') {
          taken = array.splice(0);
          expect(queue.takeAll()).toEqual(taken);
        } else if (name === 'putBack') {
          // As if they had never been taken: before what has come since.
          queue.putBack(taken);
          array.unshift(...taken.splice(0));
        } else expect(queue[name]()).toBe(array[name]());
        expect(queue.length).toBe(array.length);
        expect(queue.oldest).toBe(array[0]);
      }
    }),
    { numRuns: 200 },
  );
});
