import { expect, test } from 'vitest';
import { utilizationOf } from './unit-usage.ts';

test('utilization is the average over invocations, of all versions together', () => {
  expect(utilizationOf([{ size: 10, running: 0, samples: 2, used: 9 }])).toBeCloseTo(0.45);
  const other = { size: 5, running: 5, samples: 2, used: 10 };
  expect(utilizationOf([{ size: 10, running: 0, samples: 2, used: 9 }, other])).toBeCloseTo(19 / 30);
});

test('without invocations it is what runs now, and without that nothing is known', () => {
  expect(utilizationOf([{ size: 4, running: 3, samples: 0, used: 0 }])).toBe(0.75);
  expect(utilizationOf([{ size: 4, running: 0, samples: 0, used: 0 }])).toBeUndefined();
  expect(utilizationOf([{ size: 0, running: 2, samples: 0, used: 0 }])).toBeUndefined();
  expect(utilizationOf([])).toBeUndefined();
});
