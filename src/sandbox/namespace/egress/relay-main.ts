/**
 * The relay: carries the connections and datagrams of functions between their private networks and this machine's,
 * in a process of its own. Bytes from outside and from functions meet here and nowhere else in Lambent; where the
 * platform is root this process is not.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import { closeInherited } from '../../process/close-inherited.ts';
import { isOwnAddress } from '../kernel/routes.ts';
import type { SocketAddress } from '../kernel/sockets.ts';
import { load } from '../kernel/system-call.ts';
import { NETWORK_PLAN } from '../network-plan.ts';
import { relayConnections } from './connection-relay.ts';
import { DatagramDoor } from './datagram-door.ts';
import { NameRelay } from './name-relay.ts';
import { NameServers } from './name-servers.ts';
import { allowedAddresses, mayReach } from './policy.ts';
import { RELAY_UID, type RelayMessage } from './relay-messages.ts';

const allowed = allowedAddresses((process.argv[2] ?? '').split(',').filter((range) => range !== ''));
const nameServers = new NameServers();
const connections = new Map<number, Server[]>();
const datagrams = new Map<number, DatagramDoor>();

const reaches = (host: string): boolean => mayReach(host, isOwnAddress, allowed);

function place(meant: SocketAddress): SocketAddress | undefined {
  // Lookups over TCP, of the name server that sandboxes are told of.
  if (meant.host === NETWORK_PLAN.address && meant.port === NETWORK_PLAN.dnsPort) return nameServers.all()[0];
  return reaches(meant.host) ? meant : undefined;
}

function take(message: RelayMessage, handle: unknown): void {
  const { key } = message;
  switch (message.kind) {
    case 'connections':
      connections.set(key, [...(connections.get(key) ?? []), relayConnections(handle as Server, place)]);
      break;
    case 'datagrams': {
      const lookups = new NameRelay(() => nameServers.all());
      datagrams.set(key, new DatagramDoor(handle as DatagramSocket, lookups, reaches));
      break;
    }
    case 'early':
      datagrams.get(key)?.take(Buffer.from(message.bytes, 'base64'), message.from);
      break;
    case 'forget':
      for (const listener of connections.get(key) ?? []) listener.close();
      connections.delete(key);
      datagrams.get(key)?.close();
      datagrams.delete(key);
      break;
  }
}

closeInherited();
load();
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(RELAY_UID);
  process.setuid?.(RELAY_UID);
}
process.on('message', take);
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
