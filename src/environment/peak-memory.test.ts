import { expect, test, vi } from 'vitest';
import { PeakMemory } from './peak-memory.ts';

test('is asked for after an invocation of some length, and else only now and then', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    let peak = 100;
    const memory = new PeakMemory({ stats: () => ({ memoryPeakBytes: peak }) });
    expect(memory.afterMs(0.1)).toBe(100);
    peak = 200;
    expect(memory.afterMs(0.1)).toBe(100);
    expect(memory.afterMs(5)).toBe(200);
    peak = 300;
    expect(memory.afterMs(0.1)).toBe(200);
    vi.advanceTimersByTime(10);
    expect(memory.afterMs(0.1)).toBe(300);
  } finally {
    vi.useRealTimers();
  }
});
