import { describe, expect, test } from 'vitest';
import { EnvironmentLifecycle } from './environment-state.ts';
import type { EnvironmentState } from './environment-state.ts';

const STATES: readonly EnvironmentState[] = [
  'created',
  'initializing',
  'waiting',
  'restoring',
  'idle',
  'invoking',
  'reset',
  'reinitializing',
  'destroyed',
];

/** A way into each state. */
const PATHS: Readonly<Record<EnvironmentState, readonly EnvironmentState[]>> = {
  created: [],
  initializing: ['initializing'],
  waiting: ['initializing', 'waiting'],
  restoring: ['initializing', 'waiting', 'restoring'],
  idle: ['initializing', 'idle'],
  invoking: ['initializing', 'idle', 'invoking'],
  reset: ['initializing', 'reset'],
  reinitializing: ['initializing', 'reset', 'reinitializing'],
  destroyed: ['destroyed'],
};

const ALLOWED = new Set([
  'created initializing',
  'initializing idle',
  'initializing reset',
  'initializing waiting',
  'waiting restoring',
  'waiting reset',
  'restoring idle',
  'restoring reset',
  'idle invoking',
  'idle reset',
  'invoking idle',
  'invoking reset',
  'reset reinitializing',
  'reinitializing invoking',
  'reinitializing reset',
]);

function lifecycleIn(state: EnvironmentState): EnvironmentLifecycle {
  const lifecycle = new EnvironmentLifecycle();
  for (const step of PATHS[state]) lifecycle.to(step);
  return lifecycle;
}

const pairs = STATES.flatMap((from) => STATES.map((to) => ({ from, to })));

describe('an execution environment', () => {
  test.each(pairs)('$from -> $to', ({ from, to }) => {
    const lifecycle = lifecycleIn(from);
    expect(lifecycle.current).toBe(from);
    const isAllowed = ALLOWED.has(`${from} ${to}`) || (to === 'destroyed' && from !== 'destroyed');
    if (isAllowed) lifecycle.to(to);
    else expect(() => lifecycle.to(to)).toThrow(`cannot go from ${from} to ${to}`);
    expect(lifecycle.current).toBe(isAllowed ? to : from);
  });
});
