import { connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { relayHead } from './relay-head.ts';

/** How long a client may take to read what is left for it, once nothing more comes. */
const LAST_READ_MS = 75_000;

/** The way to the main process for a connection that cannot be sent there: only here its bytes can be decrypted. */
export interface RelaySettings {
  readonly path: string;
  readonly secret: Uint8Array;
}

/**
 * Passes on everything that comes on a connection, and what is answered, for good. Each side is read as fast as the other takes it.
 * @param onLeft nothing more comes for the client but what it has not read yet
 */
export function relay(
  { path, secret }: RelaySettings,
  client: TLSSocket,
  read: Buffer,
  onLeft: () => void = () => undefined,
): void {
  const main = connect({ path, allowHalfOpen: true });
  client.allowHalfOpen = true;
  main.write(Buffer.concat([relayHead(secret, client), read]));
  client.pipe(main);
  main.pipe(client);
  main.on('error', () => main.destroy());
  client.once('close', () => main.destroy());
  const leave = (): void => {
    client.setTimeout(LAST_READ_MS, () => client.destroy());
    client.destroySoon();
    onLeft();
  };
  // It has answered all that there was.
  main.once('end', leave);
  main.once('close', leave);
}
