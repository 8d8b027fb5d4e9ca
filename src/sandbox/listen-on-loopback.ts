import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { SidePort } from './sandbox.ts';

const HOST = '127.0.0.1';
/** Ports that are free for connections, and not for datagrams. */
const MOST_TRIES = 20;

/** Listens on a free port of this machine's own loopback; `host:port` is the answer. */
export async function listenOnLoopback(server: Server): Promise<string> {
  return `${HOST}:${await listen(server)}`;
}

/** The same, with datagrams at the same port. */
export async function listenBesideOnLoopback(
  server: Server,
  onDatagrams: (socket: DatagramSocket) => void,
): Promise<SidePort> {
  for (let left = MOST_TRIES; ; left -= 1) {
    const port = await listen(server);
    try {
      onDatagrams(await receive(port));
      const reopen = (): void => void receive(port).then(onDatagrams, () => undefined);
      return { address: `${HOST}:${port}`, reopen };
    } catch (error) {
      server.close();
      await once(server, 'close');
      if (left === 1) throw error;
    }
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: HOST }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function receive(port: number): Promise<DatagramSocket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind({ port, address: HOST, exclusive: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
