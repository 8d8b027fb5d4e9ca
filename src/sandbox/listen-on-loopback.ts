import type { AddressInfo, Server } from 'node:net';

/** Listens on a free port of this machine's own loopback; `host:port` is the answer. */
export function listenOnLoopback(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      server.off('error', reject);
      resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}
