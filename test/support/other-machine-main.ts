/** Runs in a network of the tests' own, as services of a machine there: answers whoever comes, and counts them. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, isIPv6, type AddressInfo, type Socket } from 'node:net';

export type MachineOrder =
  | { readonly kind: 'serve'; readonly host: string; readonly port: number }
  /** With a socket: carries it to a port on loopback there. */
  | { readonly kind: 'carry'; readonly port: number }
  | { readonly kind: 'visitors' };

let visitors = 0;

/** TCP and UDP on the same port; whoever says something hears it again, with who asked. */
async function serve(host: string, port: number): Promise<number> {
  const listener = createServer((socket) => {
    visitors += 1;
    socket.on('error', () => undefined);
    socket.end(`tcp ${socket.remoteAddress}`);
  });
  await once(listener.listen(port, host), 'listening');
  const bound = (listener.address() as AddressInfo).port;
  const datagrams = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  datagrams.on('message', (message, { port: from, address }) => {
    visitors += 1;
    datagrams.send(message.length > 1000 ? message : `${message.toString()} of ${host}`, from, address);
  });
  const listening = once(datagrams, 'listening');
  datagrams.bind(bound, host);
  await listening;
  return bound;
}

async function obey(order: MachineOrder, handle: unknown): Promise<number | undefined> {
  switch (order.kind) {
    case 'serve':
      return await serve(order.host, order.port);
    case 'visitors':
      return visitors;
    case 'carry': {
      const from = handle as Socket;
      const to = connect(order.port, '127.0.0.1');
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        one.on('error', () => other.destroy());
        one.pipe(other);
      }
      return undefined;
    }
  }
}

async function take(order: MachineOrder, handle: unknown): Promise<void> {
  const answer = await obey(order, handle);
  if (answer !== undefined) process.send?.(answer);
}

process.on('message', (order: MachineOrder, handle: unknown) => void take(order, handle));
process.on('disconnect', () => process.exit());
