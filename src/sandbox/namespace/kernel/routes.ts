import {
  attribute,
  type NetlinkMessage,
  NLM_F_CREATE,
  NLM_F_EXCL,
  netlinkTransaction,
  request,
  unanswered,
} from './netlink.ts';
import { addressBytes, AF_INET, AF_INET6 } from './sockets.ts';

const NETLINK_ROUTE = 0;
const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const IFF_UP = 0x1;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PREFSRC = 7;
const TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const SCOPE_UNIVERSE = 0;
const SCOPE_LINK = 253;
/** Believe that the gateway is at the other end of the link. */
const RTNH_F_ONLINK = 4;
const RTN_UNICAST = 1;
const ROUTE_TYPE_AT = 7;
/** Every network namespace is born with it, as its first. */
const LOOPBACK_INDEX = 1;
/** It is used at once, without asking whether anybody else has it. */
const IFA_F_NODAD = 0x02;

/** Brings up the loopback interface of the current network namespace and gives it more addresses. */
export function arrangeLoopback(...addresses: readonly string[]): void {
  netlinkTransaction(NETLINK_ROUTE, [linkUp(LOOPBACK_INDEX), ...addresses.map(newAddress)]);
}

export interface DefaultRoute {
  /** The own address that packets come from. */
  readonly from: string;
  /**
   * What is at the other end of the link. Without it every address is a neighbour, and of those the kernel keeps a thousand
   * for all network namespaces together.
   */
  readonly gateway?: string;
}

/**
 * Lets programs of the current network namespace try to reach every other address of a kind: what becomes of it is up to
 * packet filters, and to what is behind the interface.
 */
export function addDefaultRoutes(routes: readonly DefaultRoute[], linkIndex = LOOPBACK_INDEX): void {
  netlinkTransaction(
    NETLINK_ROUTE,
    routes.map((route) => defaultRoute(route, linkIndex)),
  );
}

/**
 * Whether a packet to this address would stay on this machine, or be a broadcast of its network: whatever the interface
 * it belongs to, and whether that is up or not.
 */
export function isOwnAddress(address: string): boolean {
  const bytes = addressBytes(address);
  const header = Buffer.alloc(12);
  header.writeUInt8(familyOf(bytes), 0);
  header.writeUInt8(8 * bytes.length, 1);
  const body = Buffer.concat([header, attribute(RTA_DST, bytes)]);
  try {
    const [route] = netlinkTransaction(NETLINK_ROUTE, [unanswered(RTM_GETROUTE, body)], 1);
    return route?.readUInt8(ROUTE_TYPE_AT) !== RTN_UNICAST;
  } catch {
    // No way there at all, or nobody could say: it is not connected to.
    return true;
  }
}

export function linkUp(index: number): NetlinkMessage {
  const link = Buffer.alloc(16);
  link.writeInt32LE(index, 4);
  link.writeUInt32LE(IFF_UP, 8);
  link.writeUInt32LE(IFF_UP, 12);
  return request(RTM_NEWLINK, 0, link);
}

function newAddress(address: string): NetlinkMessage {
  const bytes = addressBytes(address);
  const header = Buffer.alloc(8);
  header.writeUInt8(familyOf(bytes), 0);
  header.writeUInt8(8 * bytes.length, 1);
  header.writeUInt8(IFA_F_NODAD, 2);
  header.writeUInt32LE(LOOPBACK_INDEX, 4);
  const body = Buffer.concat([header, attribute(IFA_LOCAL, bytes), attribute(IFA_ADDRESS, bytes)]);
  return request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body);
}

function defaultRoute({ from, gateway }: DefaultRoute, linkIndex: number): NetlinkMessage {
  const bytes = addressBytes(from);
  const header = Buffer.alloc(12);
  header.writeUInt8(familyOf(bytes), 0);
  header.writeUInt8(TABLE_MAIN, 4);
  header.writeUInt8(RTPROT_BOOT, 5);
  header.writeUInt8(gateway === undefined ? SCOPE_LINK : SCOPE_UNIVERSE, 6);
  header.writeUInt8(RTN_UNICAST, ROUTE_TYPE_AT);
  const index = Buffer.alloc(4);
  index.writeUInt32LE(linkIndex);
  const attributes = [attribute(RTA_OIF, index), attribute(RTA_PREFSRC, bytes)];
  if (gateway !== undefined) {
    header.writeUInt32LE(RTNH_F_ONLINK, 8);
    attributes.push(attribute(RTA_GATEWAY, addressBytes(gateway)));
  }
  return request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, Buffer.concat([header, ...attributes]));
}

function familyOf(address: Buffer): number {
  return address.length > 4 ? AF_INET6 : AF_INET;
}
