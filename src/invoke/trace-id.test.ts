import { describe, expect, test } from 'vitest';
import { traceHeader } from './trace-id.ts';

describe('traceHeader', () => {
  test('begins an unsampled trace stamped with the time', () => {
    const header = traceHeader(undefined, 0x6920_0000 * 1000);
    expect(header).toMatch(/^Root=1-69200000-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
  });

  test("keeps the caller's root and decision, with a parent of its own", () => {
    const header = traceHeader(
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
      0,
    );
    expect(header).toMatch(/^Root=1-5759e988-bd862e3fe1be46a994272793;Parent=[0-9a-f]{16};Sampled=1$/);
    expect(header).not.toContain('53995c3f42cd8ad8');
  });

  test('ignores a malformed root', () => {
    expect(traceHeader('Root=nonsense', 1000)).toMatch(
      /^Root=1-1-[0-9a-f]{24};|^Root=1-[0-9a-f]+-[0-9a-f]{24};/,
    );
  });
});
