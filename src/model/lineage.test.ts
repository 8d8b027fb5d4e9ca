import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { continueLineage, firstLineage, lineageField, lineageId } from './lineage.ts';

const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const A = lineageId('arn:aws:lambda:us-east-1:000000000000:function:a');
const B = lineageId('arn:aws:lambda:us-east-1:000000000000:function:b');

describe('a lineage', () => {
  test('names functions by eight hex digits', () => {
    expect(A).toMatch(/^[0-9a-f]{8}$/);
    expect(A).not.toBe(B);
  });

  test('begins at no return', () => {
    expect(firstLineage(A)).toBe(`;Lineage=1:${A}:0`);
    expect(continueLineage(TRACE, A)).toEqual({ field: firstLineage(A), returns: 0 });
  });

  test('counts how often a chain comes back to each function', () => {
    let header = TRACE + firstLineage(A);
    for (let round = 1; round <= 3; round += 1) {
      const atB = continueLineage(header, B);
      expect(atB.returns).toBe(round - 1);
      const atA = continueLineage(TRACE + atB.field, A);
      expect(atA.returns).toBe(round);
      header = TRACE + atA.field;
    }
    expect(lineageField(header)).toBe(`;Lineage=1:${B}:2|1:${A}:3`);
  });

  test('is read as SDKs write it', () => {
    const escaped = `${TRACE};Lineage=1:${A}:4%7C1:${B}:2`;
    expect(continueLineage(escaped, A).returns).toBe(5);
    expect(continueLineage(`Lineage=${A}:4;Root=1-2-3`, A).returns).toBe(5);
  });

  test.each(['', TRACE, 'Lineage=', 'Lineage=1:zz:1', `Lineage=1:${A}`, 'lineage'])(
    'is empty where there is none: %s',
    (header) => expect(lineageField(header)).toBe(''),
  );

  test('stays short and harmless whatever is sent', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constant(`1:${A}:1|`)), { maxLength: 300 }), (parts) => {
        const { field } = continueLineage(`Lineage=${parts.join('|')}`, B);
        expect(field).toMatch(/^;Lineage=(1:[0-9a-f]{8}:\d{1,6}\|?)+$/);
        expect(field.length).toBeLessThan(64 * 20);
      }),
    );
  });
});
