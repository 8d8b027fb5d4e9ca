import { describe, expect, test } from 'vitest';
import { mayImport, roomOf } from './import-map.ts';

describe('the import map', () => {
  test('knows the rooms', () => {
    expect(roomOf('src/aws/endpoint.ts')).toBe('src/aws');
    expect(roomOf('src/services/lambda/functions/create-function.ts')).toBe('src/services/lambda');
    expect(roomOf('src/platform.ts')).toBe('src/platform');
    expect(roomOf('test/e2e/a.test.ts')).toBeUndefined();
  });

  test.each([
    ['src/services/lambda', 'src/services/logs', false],
    ['src/services/logs', 'src/invoke', false],
    ['src/services/lambda', 'src/invoke', true],
    ['src/services/sns', 'src/delivery', true],
    ['src/delivery', 'src/services/sns', false],
    ['src/aws', 'src/store', false],
    ['src/aws', 'src/model', true],
    ['src/invoke', 'src/environment', true],
    ['src/environment', 'src/invoke', false],
    ['cli', 'src/config', false],
    ['src/platform', 'src/services/logs', true],
  ])('%s -> %s: %s', (from, to, allowed) => {
    expect(mayImport(from, to)).toBe(allowed);
  });
});
