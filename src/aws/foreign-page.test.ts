import { describe, expect, test } from 'vitest';
import { isForeignPage } from './foreign-page.ts';

describe('isForeignPage', () => {
  test('no page at all: SDKs, command lines, servers', () => {
    expect(isForeignPage({}, undefined)).toBe(false);
  });

  test.each([
    'http://localhost',
    'http://localhost:3000',
    'https://app.localhost:5173',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
    'https://bucket.s3.localhost.localstack.cloud:4566',
  ])('%s is of this machine', (origin) => {
    expect(isForeignPage({ origin }, undefined)).toBe(false);
  });

  test.each([
    'https://example.com',
    'http://localhost.example.com',
    'http://notlocalhost',
    'http://127.0.0.1.example.com',
    'http://192.0.2.7',
    'null',
    '',
    'file://',
  ])('%j is not', (origin) => {
    expect(isForeignPage({ origin }, undefined)).toBe(true);
  });

  test('the public host is welcome, with any port', () => {
    for (const origin of [
      'http://lambent.example:4566',
      'https://lambent.example',
      'http://a.lambent.example',
    ]) {
      expect(isForeignPage({ origin }, undefined)).toBe(true);
      expect(isForeignPage({ origin }, 'lambent.example:4566')).toBe(false);
    }
    expect(isForeignPage({ origin: 'http://example' }, 'lambent.example')).toBe(true);
  });
});
