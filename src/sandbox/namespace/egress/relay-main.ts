/**
 * The relay: carries the connections and name lookups of functions between their private networks and this machine's,
 * in a process of its own. Bytes from outside and from functions meet here and nowhere else in Lambent; where the
 * platform is root this process is not.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import { closeInherited } from '../../process/close-inherited.ts';
import { isOwnAddress } from '../kernel/routes.ts';
import { load } from '../kernel/system-call.ts';
import { NETWORK_PLAN } from '../network-plan.ts';
import { type Destination, relayConnections } from './connection-relay.ts';
import { NameRelay } from './name-relay.ts';
import { NameServers } from './name-servers.ts';
import { allowedAddresses, mayReach } from './policy.ts';
import { RELAY_UID, type RelayMessage } from './relay-messages.ts';

const allowed = allowedAddresses((process.argv[2] ?? '').split(',').filter((range) => range !== ''));
const nameServers = new NameServers();
const connections = new Map<number, Server>();
const lookups = new Map<number, NameRelay>();

function place(meant: Destination): Destination | undefined {
  // Lookups over TCP, of the name server that sandboxes are told of.
  if (meant.host === NETWORK_PLAN.address && meant.port === NETWORK_PLAN.dnsPort) return nameServers.all()[0];
  return mayReach(meant.host, isOwnAddress, allowed) ? meant : undefined;
}

function take({ kind, key }: RelayMessage, handle: unknown): void {
  switch (kind) {
    case 'connections':
      connections.set(key, relayConnections(handle as Server, place));
      break;
    case 'lookups':
      lookups.set(key, new NameRelay(handle as DatagramSocket, () => nameServers.all()));
      break;
    case 'forget':
      connections.get(key)?.close();
      connections.delete(key);
      lookups.get(key)?.close();
      lookups.delete(key);
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
