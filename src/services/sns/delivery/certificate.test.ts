import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSignedCertificate } from './certificate.ts';

test('a certificate that others can read, of the key and signed by it', () => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  for (let run = 0; run < 20; run += 1) {
    const read = new X509Certificate(
      selfSignedCertificate(keys, 'sns.us-east-1.amazonaws.com', new Date('2026-11-21T10:00:00Z')),
    );
    expect(read.subject).toBe('CN=sns.us-east-1.amazonaws.com');
    expect(read.verify(keys.publicKey)).toBe(true);
    expect(read.checkPrivateKey(keys.privateKey)).toBe(true);
    expect([read.validFromDate.getUTCFullYear(), read.validToDate.getUTCFullYear()]).toEqual([2026, 2036]);
  }
});
