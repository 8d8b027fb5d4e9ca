import {
  accept,
  addOutputChains,
  fromPort,
  ofProtocol,
  redirect,
  reject,
  reset,
  type Rule,
  TCP,
  toDestination,
  toDestinationFrom,
  toPort,
  UDP,
  untracked,
} from '../kernel/packet-filter.ts';
import { NETWORK_PLAN } from '../network-plan.ts';

/** Before records are kept, and before and at the place where destinations are changed. */
const BEFORE_TRACKING = -300;
const BEFORE_NAT = -150;
const AT_NAT = -100;

const toLoopback = toDestination('127');
const toItself = toDestination(NETWORK_PLAN.address);
const tcp = ofProtocol(TCP);
const udp = ofProtocol(UDP);
const nameServers = toPort(NETWORK_PLAN.dnsPort);

/**
 * Sends every outgoing connection of the current network namespace to the relay's port and every name lookup to the
 * port for those, whatever address they were for. Link-local addresses (where clouds have their metadata), multicast and
 * what is not TCP is refused here already, so that programs see it at once; the relay refuses the rest of what it must.
 */
export function divertEverything(): void {
  addOutputChains([
    {
      // Inside itself a program may open and close connections without end: the kernel would remember each for minutes.
      name: 'inner',
      type: 'filter',
      priority: BEFORE_TRACKING,
      rules: [
        ...[NETWORK_PLAN.relayPort, NETWORK_PLAN.dnsPort].map((port) => [...fromPort(port), ...accept()]),
        [...nameServers, ...accept()],
        [...toLoopback, ...untracked()],
        [...toItself, ...untracked()],
      ],
    },
    {
      name: 'guard',
      type: 'filter',
      priority: BEFORE_NAT,
      rules: [
        [...toLoopback, ...accept()],
        [...toItself, ...accept()],
        ...refuse(toDestination('169.254')),
        ...refuse(toDestination('0')),
        ...refuse(toDestinationFrom(224)),
        [...tcp, ...accept()],
        [...udp, ...nameServers, ...accept()],
        reject(),
      ],
    },
    {
      name: 'divert',
      type: 'nat',
      priority: AT_NAT,
      rules: [
        [...udp, ...nameServers, ...redirect(NETWORK_PLAN.dnsPort)],
        [...toLoopback, ...accept()],
        [...toItself, ...tcp, ...nameServers, ...redirect(NETWORK_PLAN.relayPort)],
        [...toItself, ...accept()],
        [...tcp, ...redirect(NETWORK_PLAN.relayPort)],
      ],
    },
  ]);
}

function refuse(destination: Rule): Rule[] {
  return [
    [...destination, ...tcp, ...reset()],
    [...destination, ...reject()],
  ];
}
