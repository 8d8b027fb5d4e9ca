import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tls } from '../aws/testing/certificate.ts';
import { readTls, StartError } from './start-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'tls-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('TLS files that are not there, or no certificate and key, are named as what keeps from starting', () => {
  const text = written('text', 'no PEM');
  expect(() => readTls(join(folder, 'none'), text)).toThrow(StartError);
  expect(() => readTls(join(folder, 'none'), text)).toThrow(/^The TLS files cannot be read: .*ENOENT/);
  expect(() => readTls(text, text)).toThrow(StartError);
  expect(() => readTls(text, text)).toThrow(/^The TLS files are no certificate and its key in PEM: /);
  expect(readTls(undefined, text)).toBeUndefined();
});

test.skipIf(tls === undefined)('a certificate and its key are taken, with ticket keys of this start', () => {
  const [cert, key] = [written('cert', tls?.cert ?? ''), written('key', tls?.key ?? '')];
  const first = readTls(cert, key);
  expect(first?.ticketKeys).toHaveLength(48);
  expect(readTls(cert, key)?.ticketKeys).not.toEqual(first?.ticketKeys);
  expect(() => readTls(cert, cert)).toThrow(StartError);
});
