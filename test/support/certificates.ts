import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  /** Paths of PEM files. */
  readonly key: string;
  readonly cert: string;
  /** The certificate itself: who takes it for an authority believes it. */
  readonly ca: Buffer;
}

/** Makes a certificate for this machine's own names, for a day. Needs openssl. */
export function selfSigned(folder: string): Certificate {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = 'subjectAltName=DNS:localhost,DNS:*.lambda-url.us-east-1.localhost,IP:127.0.0.1';
  const subject = ['-subj', '/CN=localhost', '-addext', names];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const args = ['req', '-x509', ...curve, '-nodes', '-keyout', key, '-out', cert, '-days', '1', ...subject];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { key, cert, ca: readFileSync(cert) };
}
