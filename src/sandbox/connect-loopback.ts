import { connect, type Socket } from 'node:net';

/** A listener that accepts connections at all does so at once on loopback. */
const CONNECT_LIMIT_MS = 1000;

/** Reaches what listens on a port of this machine's own loopback, for sandboxes that share its network. */
export function connectLoopback(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new Error(`Nothing accepted on port ${port} in time.`)),
      CONNECT_LIMIT_MS,
    );
    socket.once('error', fail);
    socket.once('close', () => clearTimeout(timer));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
