import { describe, expect, test } from 'vitest';
import { traceContext, traceHeader, writtenContext } from './trace-id.ts';

describe('traceHeader', () => {
  test('begins an unsampled trace stamped with the time', () => {
    const header = traceHeader(undefined, 0x6920_0000 * 1000);
    expect(header).toMatch(/^Root=1-69200000-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
  });

  test("passes the caller's on, and makes up a parent where it names none", () => {
    const root = 'Root=1-5759e988-bd862e3fe1be46a994272793';
    expect(traceHeader(`${root};Parent=53995c3f42cd8ad8;Sampled=1`, 0)).toBe(
      `${root};Parent=53995c3f42cd8ad8;Sampled=1`,
    );
    expect(traceHeader(`${root};Sampled=1`, 0)).toMatch(
      new RegExp(`^${root};Parent=[0-9a-f]{16};Sampled=1$`),
    );
    expect(traceHeader(`${root};Parent=53995c3f42cd8ad8ff`, 0)).not.toContain('53995c3f42cd8ad8');
  });

  test('ignores a malformed root', () => {
    expect(traceHeader('Root=nonsense', 1000)).toMatch(
      /^Root=1-1-[0-9a-f]{24};|^Root=1-[0-9a-f]+-[0-9a-f]{24};/,
    );
  });
});

describe('traceContext', () => {
  const root = '1-5759e988-bd862e3fe1be46a994272793';

  test.each([
    [`Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`, '53995c3f42cd8ad8', true],
    [`Sampled=0; Root=${root}`, undefined, false],
    [`Root=${root};Sampled=?`, undefined, undefined],
  ])('reads %s', (header, parent, isSampled) => {
    const context = traceContext(header, 0);
    expect(context).toEqual({ root, parent, isSampled });
    expect(traceContext(writtenContext(context), 0)).toEqual(context);
  });

  test('begins a trace that nobody has decided about', () => {
    const { root: begun, ...rest } = traceContext(undefined, 0x6920_0000 * 1000);
    expect(begun).toMatch(/^1-69200000-[0-9a-f]{24}$/);
    expect(rest).toEqual({ parent: undefined, isSampled: undefined });
  });
});
