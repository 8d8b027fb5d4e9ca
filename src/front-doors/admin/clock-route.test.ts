import { expect, test } from 'vitest';
import { parseClockOrder } from './clock-route.ts';

test.each([
  ['{"freeze":true}', { kind: 'freeze' }],
  [' {"resume": true}', { kind: 'resume' }],
  ['{"advanceMs":1500}', { kind: 'advance', byMs: 1500 }],
  ['advanceMs=60000', { kind: 'advance', byMs: 60_000 }],
  ['freeze=true', { kind: 'freeze' }],
])('%s', (text, order) => {
  expect(parseClockOrder(text)).toEqual(order);
});

test.each([
  '',
  '{}',
  '{',
  '{"freeze":false}',
  '{"freeze":1}',
  '{"advanceMs":0}',
  '{"advanceMs":-5}',
  '{"advanceMs":0.5}',
  '{"advanceMs":"6h"}',
  '{"advanceMs":1e400}',
  '{"advanceMs":9e15}',
  '{"advanceMs":1,"freeze":true}',
  '{"rewind":true}',
  'advanceMs=',
  'advanceMs=soon',
])('%s is no order', (text) => {
  expect(parseClockOrder(text)).toBeUndefined();
});
