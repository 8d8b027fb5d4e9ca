import { array, assert, boolean, constantFrom, option, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginsUntilMs, doneMessages } from './settled-messages.ts';

const message = (id: string, groupId?: string) => ({ id, groupId });

describe('doneMessages', () => {
  test('of a group, nothing is done with that stands behind a failed one', () => {
    const messages = [message('a1', 'a'), message('b1', 'b'), message('a2', 'a'), message('b2', 'b')];
    const done = doneMessages(messages, { kind: 'partial', failed: new Set(['a1']) });
    expect(done.map(({ id }) => id)).toEqual(['b1', 'b2']);
  });

  test('without groups, exactly what did not fail is done with; with them, a beginning of each group', () => {
    const any = array(tuple(option(constantFrom('a', 'b'), { nil: undefined }), boolean()));
    assert(
      property(any, (drawn) => {
        const messages = drawn.map(([groupId], index) => message(String(index), groupId));
        const failed = new Set(drawn.flatMap(([, isFailed], index) => (isFailed ? [String(index)] : [])));
        const done = doneMessages(messages, { kind: 'partial', failed });
        expect(done.some(({ id }) => failed.has(id))).toBe(false);
        for (const group of [undefined, 'a', 'b']) {
          const own = messages.filter(({ groupId }) => groupId === group);
          const first = own.findIndex(({ id }) => failed.has(id));
          const fine =
            group === undefined
              ? own.filter(({ id }) => !failed.has(id))
              : own.slice(0, first === -1 ? own.length : first);
          expect(done.filter(({ groupId }) => groupId === group)).toEqual(fine);
        }
      }),
    );
  });

  test('all or nothing where the function says no more', () => {
    const messages = [message('a', 'g'), message('b')];
    expect(doneMessages(messages, { kind: 'complete' })).toEqual(messages);
    expect(doneMessages(messages, { kind: 'failed' })).toEqual([]);
  });
});

test('a batch may wait for as long as leaves the function its timeout, and always a moment', () => {
  const messages = [{ hiddenUntilMs: 60_000 }, { hiddenUntilMs: 30_000 }];
  expect(beginsUntilMs(messages, 2_000, 10_000)).toBe(20_000);
  expect(beginsUntilMs(messages, 2_000, 30_000)).toBe(3_000);
});
