import { describe, expect, test } from 'vitest';
import { canFollow, type MappingState, settledState, updatingState } from './event-source-mapping-state.ts';

const STATES: readonly MappingState[] = [
  'Creating',
  'Enabled',
  'Disabled',
  'Updating',
  'Enabling',
  'Disabling',
  'Deleting',
];

describe('the states of an event source mapping', () => {
  test('only a mapping at rest can be updated or deleted', () => {
    for (const next of ['Updating', 'Enabling', 'Disabling', 'Deleting'] as const) {
      expect(STATES.filter((state) => canFollow(state, next))).toEqual(['Enabled', 'Disabled']);
    }
  });

  test('nothing becomes Creating, and nothing follows Deleting', () => {
    expect(STATES.filter((state) => canFollow(state, 'Creating'))).toEqual([]);
    expect(STATES.filter((next) => canFollow('Deleting', next))).toEqual([]);
  });

  test.each([
    [undefined, 'Updating'],
    [true, 'Enabling'],
    [false, 'Disabling'],
  ] as const)('an update with Enabled %s makes it %s', (enabled, state) => {
    expect(updatingState(enabled)).toBe(state);
  });

  test.each([
    ['Creating', true, 'Enabled'],
    ['Creating', false, 'Disabled'],
    ['Updating', true, 'Enabled'],
    ['Updating', false, 'Disabled'],
    ['Enabling', true, 'Enabled'],
    ['Disabling', false, 'Disabled'],
    ['Enabled', true, undefined],
    ['Disabled', false, undefined],
    ['Deleting', true, undefined],
  ] as const)('%s with enabled %s comes to rest in %s', (state, enabled, settled) => {
    expect(settledState(state, enabled)).toBe(settled);
  });
});
