import { readFile } from 'node:fs/promises';
import type { TlsSettings } from '../aws/tls-settings.ts';
import type { Config } from '../config.ts';
import type { PlatformLog } from '../telemetry/platform-log.ts';
import { pairOf } from './start-error.ts';

/** Real time: certificates come from outside. */
const LOOK_MS = 5_000;

/**
 * Looks at the certificate's files from now on, so that a renewed one is used without a start: for new connections. Where the
 * files are no pair, as while they are being written, the one that was read before stays in use.
 * @param tls what is in use; undefined where there is no TLS
 * @returns ends it
 */
export function followTls(
  { tlsCert, tlsKey }: Pick<Config, 'tlsCert' | 'tlsKey'>,
  tls: TlsSettings | undefined,
  log: Pick<PlatformLog, 'warn'>,
  renew: (tls: TlsSettings) => void,
): () => void {
  if (tls === undefined || tlsCert === undefined || tlsKey === undefined) return () => undefined;
  let current = tls;
  let said = '';
  let isEnded = false;
  const look = async (): Promise<void> => {
    try {
      const [cert, key] = await Promise.all([readFile(tlsCert), readFile(tlsKey)]);
      if (isEnded || (cert.equals(bytesOf(current.cert)) && key.equals(bytesOf(current.key)))) return;
      current = { ...current, ...pairOf(cert, key) };
      renew(current);
    } catch (error) {
      const text = `The TLS files have changed and are not used: ${(error as Error).message}`;
      if (text !== said && !isEnded) log.warn(text);
      said = text;
    }
  };
  void look();
  const looking = setInterval(() => void look(), LOOK_MS).unref();
  return () => {
    isEnded = true;
    clearInterval(looking);
  };
}

/** Buffers that come from another process are plain arrays of bytes. */
function bytesOf(file: string | Uint8Array): Uint8Array {
  return typeof file === 'string' ? Buffer.from(file) : file;
}
