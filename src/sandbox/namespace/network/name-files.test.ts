import { expect, test } from 'vitest';
import { nameFiles } from './name-files.ts';

test('sends lookups to the sandbox itself and keeps the search list of the machine', () => {
  const files = nameFiles(['lambda.example'], 'nameserver 10.0.0.1\nsearch corp.example\noptions ndots:2\n');
  expect(files['resolv.conf']).toBe('nameserver 169.254.100.1\nsearch corp.example\noptions ndots:2\n');
  expect(files.hosts).toBe('127.0.0.1 localhost sandbox.localdomain lambda.example\n');
});
