import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsSettings } from '../tls-settings.ts';

/** A certificate for this machine, for a day. */
function selfSigned(): TlsSettings | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'listener-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  try {
    const args = ['req', '-x509', ...curve, '-nodes', '-keyout', key, '-out', cert, '-days', '1', ...subject];
    execFileSync('openssl', args, { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } catch {
    process.stderr.write('TLS tests skipped: no openssl here to make a certificate\n');
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Undefined where there is no openssl. */
export const tls = selfSigned();

/** How clients may speak to a server. */
export const WAYS: readonly { readonly way: string; readonly tls: TlsSettings | undefined }[] = [
  { way: 'in the clear', tls: undefined },
  ...(tls === undefined ? [] : [{ way: 'over TLS', tls }]),
];
