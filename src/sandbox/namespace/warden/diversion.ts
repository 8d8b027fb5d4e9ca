import {
  accept,
  addOutputChains,
  type Chain,
  fromPort,
  ofProtocol,
  redirect,
  reject,
  reset,
  type Rule,
  TCP,
  toDestination,
  toDestination6,
  toDestination6From,
  toDestinationFrom,
  toPort,
  UDP,
  untracked,
} from '../kernel/packet-filter.ts';
import { AF_INET, AF_INET6 } from '../kernel/sockets.ts';
import { NETWORK_PLAN } from '../network-plan.ts';
import type { WayOut } from './warden-messages.ts';

/** Before records are kept, and before and at the place where destinations are changed. */
const BEFORE_TRACKING = -300;
const BEFORE_NAT = -150;
const AT_NAT = -100;

const toLoopback = toDestination('127');
const toItself = toDestination(NETWORK_PLAN.address);
const toLoopback6 = toDestination6('::1');
const toItself6 = toDestination6(NETWORK_PLAN.address6);
const tcp = ofProtocol(TCP);
const udp = ofProtocol(UDP);
const nameServers = toPort(NETWORK_PLAN.dnsPort);
const intoTunnel: Rule = [...udp, ...toPort(NETWORK_PLAN.tunnel.port)];
const outOfTunnel: Rule = [...intoTunnel, ...fromPort(NETWORK_PLAN.tunnel.sourcePort)];

/**
 * Sends every outgoing connection of the current network namespace to the relay's port and every name lookup to the
 * port for those, whatever address they were for; other datagrams may leave by the tunnel, where there is one. Link-local
 * addresses (where clouds have their metadata), multicast and what is neither TCP nor UDP is refused here already, so
 * that programs see it at once; the relay refuses the rest of what it must.
 */
export function divertEverything({ datagrams, ipv6 }: WayOut): void {
  addOutputChains([...chains4(datagrams), ...(ipv6 ? chains6() : [])]);
}

function chains4(datagrams: boolean): Chain[] {
  return [
    {
      // Inside itself a program may open and close connections without end: the kernel would remember each for minutes.
      family: AF_INET,
      name: 'inner',
      type: 'filter',
      priority: BEFORE_TRACKING,
      rules: [
        ...[NETWORK_PLAN.relayPort, NETWORK_PLAN.dnsPort].map((port) => [...fromPort(port), ...accept()]),
        [...nameServers, ...accept()],
        [...outOfTunnel, ...accept()],
        [...toLoopback, ...untracked(), ...accept()],
        [...toItself, ...untracked(), ...accept()],
        [...udp, ...untracked()],
      ],
    },
    {
      family: AF_INET,
      name: 'guard',
      type: 'filter',
      priority: BEFORE_NAT,
      rules: [
        // Nearly all there is: events and responses.
        [...tcp, ...toLoopback, ...accept()],
        ...(datagrams ? tunnelEnds() : []),
        [...toLoopback, ...accept()],
        [...toItself, ...accept()],
        ...refuse(toDestination('169.254')),
        ...refuse(toDestination('0')),
        ...refuse(toDestinationFrom(224)),
        [...tcp, ...accept()],
        [...udp, ...(datagrams ? [] : nameServers), ...accept()],
        reject(),
      ],
    },
    {
      family: AF_INET,
      name: 'divert',
      type: 'nat',
      priority: AT_NAT,
      rules: [
        [...udp, ...nameServers, ...redirect(NETWORK_PLAN.dnsPort)],
        [...outOfTunnel, ...toLoopback, ...redirect(NETWORK_PLAN.dnsPort)],
        [...toLoopback, ...accept()],
        [...toItself, ...tcp, ...nameServers, ...redirect(NETWORK_PLAN.relayPort)],
        [...toItself, ...accept()],
        [...tcp, ...redirect(NETWORK_PLAN.relayPort)],
      ],
    },
  ];
}

/** What comes out of a program's hands as if it came from the tunnel, or goes into it, is none of its business. */
function tunnelEnds(): Rule[] {
  return [
    [...outOfTunnel, ...toLoopback, ...accept()],
    [...intoTunnel, ...fromPort(NETWORK_PLAN.dnsPort), ...toLoopback, ...accept()],
    [...intoTunnel, ...toLoopback, ...reject()],
    [...intoTunnel, ...toItself, ...reject()],
  ];
}

function chains6(): Chain[] {
  return [
    {
      family: AF_INET6,
      name: 'inner',
      type: 'filter',
      priority: BEFORE_TRACKING,
      rules: [
        [...fromPort(NETWORK_PLAN.relayPort), ...accept()],
        [...toLoopback6, ...untracked()],
        [...toItself6, ...untracked()],
        [...udp, ...untracked()],
      ],
    },
    {
      family: AF_INET6,
      name: 'guard',
      type: 'filter',
      priority: BEFORE_NAT,
      rules: [
        [...toLoopback6, ...accept()],
        [...toItself6, ...accept()],
        // Link-local, site-local and multicast.
        ...refuse(toDestination6From(0xfe), AF_INET6),
        [...tcp, ...accept()],
        [...udp, ...accept()],
        reject(AF_INET6),
      ],
    },
    {
      family: AF_INET6,
      name: 'divert',
      type: 'nat',
      priority: AT_NAT,
      rules: [
        [...toLoopback6, ...accept()],
        [...toItself6, ...accept()],
        [...tcp, ...redirect(NETWORK_PLAN.relayPort)],
      ],
    },
  ];
}

function refuse(destination: Rule, family = AF_INET): Rule[] {
  return [
    [...destination, ...tcp, ...reset()],
    [...destination, ...reject(family)],
  ];
}
