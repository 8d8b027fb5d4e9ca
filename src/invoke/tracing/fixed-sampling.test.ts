import { expect, test } from 'vitest';
import { FixedSampling } from './fixed-sampling.ts';

test('takes the first of each second, and one in twenty of the rest', () => {
  let drawn = 0;
  const sampling = new FixedSampling(() => (drawn++ % 100) / 100);
  const taken: number[] = [];
  for (let second = 0; second < 3; second += 1) {
    let count = 0;
    for (let request = 0; request <= 100; request += 1)
      if (sampling.decide(second * 1000 + request)) count += 1;
    taken.push(count);
  }
  expect(taken).toEqual([6, 6, 6]);
});
