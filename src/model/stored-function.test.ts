import { describe, expect, test } from 'vitest';
import { pendingFunction } from '../../test/support/stored-functions.ts';
import { functionRecordOf, functionVersionOf } from './stored-function.ts';

describe('functionRecordOf', () => {
  test('reads what was written', () => {
    const current = pendingFunction();
    const row = { configuration: JSON.stringify(current), serving_configuration: null };
    expect(functionRecordOf(row)).toEqual({ current, serving: undefined });
  });

  test('reads functions from before there were layers', () => {
    const { layers: _, codeUnzippedBytes: __, ...older } = pendingFunction();
    const configuration = JSON.stringify(older);
    const { current, serving } = functionRecordOf({ configuration, serving_configuration: configuration });
    expect(current).toMatchObject({ ...older, layers: [] });
    expect(serving === undefined ? serving : functionVersionOf(serving).layerSha256s).toEqual([]);
  });
});
