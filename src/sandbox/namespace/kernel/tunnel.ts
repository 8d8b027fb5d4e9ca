import {
  attribute,
  type NetlinkMessage,
  NLM_F_CREATE,
  NLM_F_EXCL,
  nested,
  netlinkTransaction,
  request,
  textAttribute,
} from './netlink.ts';
import { linkUp } from './routes.ts';
import { addressBytes, AF_INET6 } from './sockets.ts';

const NETLINK_ROUTE = 0;
const RTM_NEWLINK = 16;
const IFF_NOARP = 0x80;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINKINFO = 18;
const IFLA_AF_SPEC = 26;
const IFLA_GSO_MAX_SEGS = 40;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const NO_ADDRESSES = 1;
const VXLAN_ID = 1;
const VXLAN_REMOTE = 2;
const VXLAN_LEARNING = 7;
const VXLAN_SOURCE_PORTS = 10;
const VXLAN_PORT = 15;
const VXLAN_CHECKSUM = 18;
/** Far from those that kernels give by themselves. */
const LINK_INDEX = 1000;
/** The largest packet whose outer headers fit too. */
const MTU = 65_486;

export interface Tunnel {
  readonly name: string;
  /** What is sent into it leaves it as the payload of UDP datagrams to here ... */
  readonly remote: string;
  /** ... and to this port, on which the kernel takes what is to come out of it. */
  readonly port: number;
  /** The port they come from. */
  readonly sourcePort: number;
  /** The number and the hardware address it has in them, of the six bytes. */
  readonly id: number;
  readonly hardwareAddress: Buffer;
}

/**
 * Makes an interface of the current network namespace whose packets are whole, with their headers, the payload of
 * datagrams (VXLAN), so that a program with an ordinary socket can be what is behind it.
 * @returns its index, for routes
 */
export function makeTunnel(tunnel: Tunnel): number {
  netlinkTransaction(NETLINK_ROUTE, [newTunnel(tunnel)]);
  // Without IPv6 in the kernel it has none to leave out.
  try {
    netlinkTransaction(NETLINK_ROUTE, [withoutOwnAddresses()]);
  } catch {}
  netlinkTransaction(NETLINK_ROUTE, [linkUp(LINK_INDEX)]);
  return LINK_INDEX;
}

function newTunnel({ name, remote, port, sourcePort, id, hardwareAddress }: Tunnel): NetlinkMessage {
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(sourcePort, 0);
  // One past the last.
  ports.writeUInt16BE(sourcePort + 1, 2);
  const data = nested(
    IFLA_INFO_DATA,
    number(VXLAN_ID, id),
    attribute(VXLAN_REMOTE, addressBytes(remote)),
    attribute(VXLAN_PORT, ports16(port)),
    attribute(VXLAN_SOURCE_PORTS, ports),
    attribute(VXLAN_LEARNING, Buffer.of(0)),
    // Packet filters that change where they go would leave a wrong one.
    attribute(VXLAN_CHECKSUM, Buffer.of(0)),
  );
  const body = Buffer.concat([
    link(IFF_NOARP),
    textAttribute(IFLA_IFNAME, name),
    attribute(IFLA_ADDRESS, hardwareAddress),
    number(IFLA_MTU, MTU),
    // Each datagram by itself: nobody behind it takes several in one.
    number(IFLA_GSO_MAX_SEGS, 1),
    nested(IFLA_LINKINFO, textAttribute(IFLA_INFO_KIND, 'vxlan'), data),
  ]);
  return request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, body);
}

/** No address of its own, nor anything sent because of one. */
function withoutOwnAddresses(): NetlinkMessage {
  const mode = attribute(IFLA_INET6_ADDR_GEN_MODE, Buffer.of(NO_ADDRESSES));
  return request(RTM_NEWLINK, 0, Buffer.concat([link(0), nested(IFLA_AF_SPEC, nested(AF_INET6, mode))]));
}

function link(flags: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(LINK_INDEX, 4);
  header.writeUInt32LE(flags, 8);
  header.writeUInt32LE(flags, 12);
  return header;
}

function number(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return attribute(type, bytes);
}

function ports16(port: number): Buffer {
  return Buffer.of(port >> 8, port & 0xff);
}
