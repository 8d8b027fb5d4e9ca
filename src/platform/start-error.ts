import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { TICKET_KEY_BYTES, type TlsSettings } from '../aws/tls-settings.ts';
import { DataDirectoryInUse, DataDirectoryNotWritable } from '../store/directory-lock.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';

const CHECK_TLS = 'Check --tls-cert and --tls-key.';

/** Something about this machine keeps Lambent from starting; the message is one line that says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Words what the store had to say; anything else is a defect and keeps its stack. */
export function storeStartError(error: unknown): unknown {
  const known =
    error instanceof StoreUnavailable ||
    error instanceof DataDirectoryInUse ||
    error instanceof DataDirectoryNotWritable;
  return known ? new StartError(error.message, { cause: error }) : error;
}

/** Words what the system said about the port. */
export function portStartError(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} is taken, perhaps by another Lambent. Stop it, or choose another with --port (0 takes any free one).`,
    );
  }
  if (code === 'EACCES')
    return new StartError(`Port ${port} needs more rights. Choose one above 1023 with --port.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new StartError(`This machine has no address ${host}. Name one of its own with --host.`);
  }
  return error;
}

/** Certificate and key for the listener, when both were named. */
export function readTls(certificate: string | undefined, key: string | undefined): TlsSettings | undefined {
  if (certificate === undefined || key === undefined) return undefined;
  let pair: Pick<TlsSettings, 'cert' | 'key'>;
  try {
    pair = { cert: readFileSync(certificate), key: readFileSync(key) };
  } catch (error) {
    throw new StartError(`The TLS files cannot be read: ${String(error)}. ${CHECK_TLS}`);
  }
  return { ...pairOf(pair.cert, pair.key), ticketKeys: randomBytes(TICKET_KEY_BYTES) };
}

/** @throws StartError where they do not belong together */
export function pairOf(
  cert: TlsSettings['cert'],
  key: TlsSettings['key'],
): Pick<TlsSettings, 'cert' | 'key'> {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new StartError(
      `The TLS files are no certificate and its key in PEM: ${String(error)}. ${CHECK_TLS}`,
    );
  }
  return { cert, key };
}
